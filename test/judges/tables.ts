/** `npm run judges:tables`: the contract of Writ's tables, by the tests that hold elsewhere, on ministack's DynamoDB. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { startMinistack } from './ministack.ts';

const TESTS = ['dynamodb-ledger', 'dynamodb-spend', 'dynamodb-control', 'dynamodb-revocations', 'tables'];
const ROOT = join(import.meta.dirname, '..', '..');

const ministack = await startMinistack(process.env);
try {
  const vitest = spawn('vitest', ['run', ...TESTS.map((name) => `test/adapters/${name}.test.ts`)], {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, DYNAMODB_ENDPOINT: ministack.endpoint },
  });
  process.exitCode = await new Promise<number>((resolve) => {
    vitest.once('exit', (code) => resolve(code ?? 1));
    vitest.once('error', () => resolve(1));
  });
} finally {
  await ministack.close();
}
