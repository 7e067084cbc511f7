import { type ChildProcess, fork } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { functionArn, type Invocation } from './aws/lambda.ts';
import type { Session } from './aws/registry.ts';
import type { FunctionSpec, FunctionsOptions } from './function-spec.ts';

/** What goes to the process and what comes back, one JSON message each. */
export interface InvocationMessage {
  readonly requestId: string;
  readonly functionName: string;
  readonly functionArn: string;
  /** Milliseconds since 1970, of the process's own clock. */
  readonly deadline: number;
  readonly payload: string;
}
export interface AnswerMessage {
  readonly requestId: string;
  readonly answer: Invocation;
  /** The process ends after this answer. */
  readonly last: boolean;
}

export const DEFAULT_TIMEOUT_SECONDS = 30;
/** A process is replaced when its credentials have less than this left, milliseconds. */
const CREDENTIAL_MARGIN = 5 * 60 * 1000;
/** A process that does not end when asked is killed, milliseconds. */
const STOP_TIMEOUT = 2000;

const ENTRY = fileURLToPath(new URL('./function-process.ts', import.meta.url));

/** One execution environment of a function. */
export class FunctionProcess {
  readonly #name: string;
  readonly #timeoutSeconds: number;
  readonly #arn: string;
  readonly #child: ChildProcess;
  /** By the process's clock, which is the one that the SDK in it goes by. */
  readonly #replaceAt: number;
  readonly #ended: Promise<string>;
  #running = true;
  /** It will end by itself, or has been killed. */
  #doomed = false;

  /** Starts the process: a cold start. @throws what `credentials` throws. */
  constructor(name: string, spec: FunctionSpec, options: FunctionsOptions) {
    this.#name = name;
    this.#timeoutSeconds = spec.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS;
    this.#arn = functionArn(options.region, name);
    const session = options.credentials(name, spec.roleArn);
    this.#replaceAt = Date.now() + (session.expiration - session.issuedAt) - CREDENTIAL_MARGIN;
    const log = openSync(join(options.logsDir, `${name}.log`), 'a', 0o600);
    this.#child = fork(ENTRY, [spec.bundle], {
      env: environment(spec, options.region, session),
      execArgv: [],
      stdio: ['ignore', log, log, 'ipc'],
    });
    closeSync(log);
    this.#ended = new Promise((resolve) => {
      this.#child.once('error', () => resolve('could not start'));
      this.#child.once('exit', (code, signal) => resolve(signal ?? `exit status ${code}`));
    });
    this.#ended.then(
      () => {
        this.#running = false;
      },
      () => undefined,
    );
  }

  /** Whether another invocation may go here. */
  usable(): boolean {
    return this.#running && !this.#doomed && this.#child.connected && Date.now() < this.#replaceAt;
  }

  /** A handler's error, a crash and a time-out are answers, as on Lambda. */
  async invoke(payload: string, requestId: string): Promise<Invocation> {
    const message: InvocationMessage = {
      requestId,
      functionName: this.#name,
      functionArn: this.#arn,
      deadline: Date.now() + this.#timeoutSeconds * 1000,
      payload,
    };
    let timer: NodeJS.Timeout | undefined;
    const timedOut = new Promise<Invocation>((resolve) => {
      timer = setTimeout(() => {
        this.#doomed = true;
        this.#child.kill('SIGKILL');
        const seconds = this.#timeoutSeconds.toFixed(2);
        resolve(
          failed(
            'Sandbox.Timedout',
            `RequestId: ${requestId} Error: Task timed out after ${seconds} seconds`,
          ),
        );
      }, this.#timeoutSeconds * 1000);
    });
    const answered = new Promise<Invocation>((resolve) => {
      const listen = (received: AnswerMessage) => {
        if (received.requestId !== requestId) return;
        this.#child.off('message', listen);
        this.#doomed ||= received.last;
        resolve(received.answer);
      };
      this.#child.on('message', listen);
      this.#child.send(message, () => undefined);
    });
    const ended = this.#ended.then((how) =>
      failed('Runtime.ExitError', `RequestId: ${requestId} Error: Runtime exited with error: ${how}`),
    );
    try {
      return await Promise.race([answered, ended, timedOut]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** As a crash: whatever it is in the middle of is left as it is. */
  kill(): void {
    this.#doomed = true;
    this.#child.kill('SIGKILL');
  }

  /** On return the process is gone. */
  async stop(): Promise<void> {
    if (!this.#running) return;
    this.#child.kill('SIGTERM');
    const kill = setTimeout(() => this.#child.kill('SIGKILL'), STOP_TIMEOUT);
    await this.#ended;
    clearTimeout(kill);
  }
}

/**
 * Nothing of the parent's but PATH. Without HOME, and with these two files empty, the SDK cannot find the real AWS
 * account of who runs this; AWS_LAMBDA_FUNCTION_NAME stays unset, as this is not Lambda.
 */
const environment = (spec: FunctionSpec, region: string, session: Session): { [name: string]: string } => ({
  PATH: process.env.PATH ?? '',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_REGION: region,
  AWS_DEFAULT_REGION: region,
  ...spec.env,
  AWS_ACCESS_KEY_ID: session.accessKeyId,
  AWS_SECRET_ACCESS_KEY: session.secretAccessKey,
  AWS_SESSION_TOKEN: session.sessionToken,
});

const failed = (errorType: string, errorMessage: string): Invocation => ({
  payload: JSON.stringify({ errorType, errorMessage }),
  functionError: 'Unhandled',
});
