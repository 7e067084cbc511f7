/** How long AWS goes on allowing what was revoked: on the laptop's whole stack, where IAM spreads at once. */
import { setTimeout as pause } from 'node:timers/promises';
import { GetObjectCommand, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { run } from '../cli/main.ts';
import { WRITE_EVERY_MILLIS } from '../core/limits.ts';
import { BUCKET } from '../local/seed.ts';
import type { Stack } from '../local/stack.ts';
import { ask, type Credentials, FIGURES } from '../local/story/ask.ts';
import type { Person } from '../local/story/writ.ts';
import { openStack } from '../test/support/stack.ts';

export interface Refused {
  /** Milliseconds from the sending of `POST /revoke` to the first refusal of a call that was allowed until then. */
  readonly cold: number;
  readonly millis: readonly number[];
  /** The same as `writ status` has it, of all of them: from asked to seen refused, milliseconds. */
  readonly status: Measured;
}

interface Measured {
  readonly p50: number;
  readonly p99: number;
  readonly measurements: number;
}

/** A session's call, again and again: milliseconds. */
const POLL_EVERY = 20;
const LOOK_EVERY = 100;
/** Far more than anything takes here. */
const PATIENCE = 20_000;

/** @param runs - After the first, which starts the function behind `POST /revoke`. */
export async function measureRefused(runs: number): Promise<Refused> {
  const { stack, signIn, close } = await openStack();
  try {
    const [alice, carol] = await Promise.all([signIn('alice'), signIn('carol')]);
    const millis: number[] = [];
    let status = await statusAsSeenBy(carol);
    while (millis.length <= runs) {
      // The reconciler writes once in that time at most: sooner, and this would be measured as well.
      await pause(WRITE_EVERY_MILLIS);
      millis.push(await askedToRefused(stack, alice, millis.length));
      status = await measuredAgain(carol, millis.length);
    }
    const [cold = Number.NaN, ...warm] = millis;
    return { cold, millis: warm, status };
  } finally {
    await close();
  }
}

async function askedToRefused(stack: Stack, alice: Person, run: number): Promise<number> {
  // For the same task the command would give what it still has, which has been revoked.
  const { granted, said } = await ask(stack, alice, { ...FIGURES, task: `FIN-${run}` });
  if (granted === null) throw new Error(said);
  const s3 = clientOf(stack, granted.credentials);
  try {
    if (await isRefused(s3)) throw new Error('refused before it was revoked');
    const refused = untilRefused(s3);
    const [asked, at] = await Promise.all([revoke(alice, granted.writ), refused]);
    return at - asked;
  } finally {
    s3.destroy();
  }
}

const clientOf = ({ local }: Stack, { AccessKeyId, SecretAccessKey, SessionToken }: Credentials) =>
  new S3Client({
    region: local.region,
    endpoint: local.aws_endpoint,
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken },
  });

/** @returns when, by `performance.now()`. */
async function untilRefused(s3: S3Client): Promise<number> {
  for (const end = performance.now() + PATIENCE; performance.now() < end; ) {
    const next = pause(POLL_EVERY);
    if (await isRefused(s3)) return performance.now();
    await next;
  }
  throw new Error('not refused in time');
}

async function isRefused(s3: S3Client): Promise<boolean> {
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'q3/figures.csv' }));
    await Body?.transformToByteArray();
    return false;
  } catch (error) {
    if (error instanceof S3ServiceException && error.name === 'AccessDenied') return true;
    throw error;
  }
}

/** The command itself, in this process: starting one is none of this. @returns when it sent its request. */
async function revoke({ env, home }: Person, writ: string): Promise<number> {
  let asked: number | null = null;
  let stderr = '';
  const exit = await run({
    argv: ['revoke', writ, '--profile', 'local', '--reason', 'A benchmark'],
    ...{ env, cwd: home, home },
    stdout: { write: () => undefined, isTerminal: false },
    stderr: { write: (text) => (stderr += text), isTerminal: false },
    readLine: async () => null,
    fetch: (input, init) => {
      if (new Request(input, init).url.endsWith('/revoke')) asked ??= performance.now();
      return fetch(input, init);
    },
    clock: Date.now,
    openBrowser: null,
    ...{ node: process.execPath, script: '/opt/writ/dist/writ.js' },
  });
  if (exit !== 0 || asked === null) throw new Error(`writ revoke failed: ${stderr}`);
  return asked;
}

async function statusAsSeenBy(responder: Person): Promise<Measured> {
  const { exit, stdout, stderr } = await responder.writ('status', '--profile', 'local', '--json');
  if (exit !== 0) throw new Error(`writ status failed: ${stderr}`);
  return JSON.parse(stdout).accounts[0].enforced_within ?? { p50: 0, p99: 0, measurements: 0 };
}

/** Until a canary has seen it too, and the run that wrote the denial is at its end. */
async function measuredAgain(responder: Person, measurements: number): Promise<Measured> {
  for (const end = performance.now() + PATIENCE; performance.now() < end; ) {
    const status = await statusAsSeenBy(responder);
    if (status.measurements >= measurements) return status;
    await pause(LOOK_EVERY);
  }
  throw new Error('not measured in time');
}
