/** Runs in a function's own process: loads its bundle once, then answers one invocation after the other. */
import { pathToFileURL } from 'node:url';
import type { Invocation } from './aws/lambda.ts';
import type { AnswerMessage, InvocationMessage } from './function-worker.ts';

type Handler = (event: unknown, context: object) => unknown;

async function load(path: string): Promise<Handler> {
  const module: { readonly handler?: unknown } = await import(pathToFileURL(path).href);
  if (typeof module.handler !== 'function') throw new TypeError('the bundle exports no handler');
  return module.handler as Handler;
}

async function answer(message: InvocationMessage): Promise<Invocation> {
  try {
    const handler = await loaded;
    const result = await handler(JSON.parse(message.payload), contextOf(message));
    return { payload: JSON.stringify(result ?? null) };
  } catch (error) {
    // No stack: it names files of this machine, and the caller is another program.
    const { name: errorType, message: errorMessage } =
      error instanceof Error ? error : new Error('not an Error');
    return { payload: JSON.stringify({ errorType, errorMessage }), functionError: 'Unhandled' };
  }
}

/** Lambda's context object for Node.js, but for what this is not: there is no log stream. */
const contextOf = ({ requestId, functionName, functionArn, deadline }: InvocationMessage): object => ({
  awsRequestId: requestId,
  functionName,
  functionVersion: '$LATEST',
  invokedFunctionArn: functionArn,
  memoryLimitInMB: '512',
  callbackWaitsForEmptyEventLoop: false,
  getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
});

const loaded = load(process.argv[2] ?? '');
// Who invokes first is told, and the process ends: the next one may find what was missing.
let broken = false;
loaded.catch(() => {
  broken = true;
});

process.on('message', (message: InvocationMessage) => {
  answer(message).then(
    (answered) => {
      const reply: AnswerMessage = { requestId: message.requestId, answer: answered, last: broken };
      process.send?.(reply, () => {
        if (broken) process.exit(1);
      });
    },
    () => process.exit(1),
  );
});
process.on('disconnect', () => process.exit(0));
