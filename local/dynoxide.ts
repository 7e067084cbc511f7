import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Part } from './parts.ts';

export interface DynamoDb extends Part {
  readonly endpoint: string;
}

const START_MILLIS = 10_000;

/**
 * A real DynamoDB engine on 127.0.0.1, in memory: what it held is gone when it stops, as is right for test users.
 *
 * @param env - `DYNAMODB_ENDPOINT` names another engine, which is used as it is, and left running.
 */
export async function startDynamoDb(port: number, env: NodeJS.ProcessEnv): Promise<DynamoDb> {
  const given = env.DYNAMODB_ENDPOINT;
  if (given !== undefined && given !== '') return { endpoint: given, close: async () => undefined };
  const endpoint = `http://127.0.0.1:${port}`;
  const child = spawn(binary(), ['--host', '127.0.0.1', '--port', String(port)], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await answering(endpoint, child);
  return {
    endpoint,
    async close() {
      child.kill();
      await ended;
    },
  };
}

/** Comes with `npm ci` where it exists. */
function binary(): string {
  try {
    const manifest = createRequire(import.meta.url).resolve('@dynoxide/linux-x64/package.json');
    return join(dirname(manifest), 'dynoxide');
  } catch {
    throw new Error(
      'The DynamoDB engine that npm brings along runs on Linux x64 only: elsewhere Writ needs Node 24.2 or newer and a DynamoDB that you started, at the address in DYNAMODB_ENDPOINT (DynamoDB Local with -sharedDb).',
    );
  }
}

async function answering(endpoint: string, child: ChildProcess): Promise<void> {
  let failure: Error | null = null;
  child.once('error', (error) => {
    failure = error;
  });
  const end = Date.now() + START_MILLIS;
  while (Date.now() < end) {
    if (failure !== null) throw failure;
    if (child.exitCode !== null)
      throw new Error(`The DynamoDB engine stopped at once: is ${endpoint} taken?`);
    // Any answer will do: an unsigned request is refused, by an engine that runs.
    const up = await fetch(endpoint).then(
      () => true,
      () => false,
    );
    if (up) return;
    await wait(20);
  }
  child.kill();
  throw new Error(`The DynamoDB engine does not answer at ${endpoint}.`);
}
