/** One cache for all processes of a person: whoever holds its lock may be killed at any moment. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { type Answer, issued, useNonce } from './fake-broker.ts';
import { type Running, startWrit } from './process.ts';
import { signedInAt } from './signed-in.ts';

// Each starts processes, on a machine that may have much else to do.
vi.setConfig({ testTimeout: 60_000 });

const ASK = [
  ...['credentials', '--profile', 'work', '--permission', 'reports-read', '--account', 'prod'],
  ...['--agent', 'analyst', '--task', 'FIN-1', '--purpose', 'Sum up Q3'],
];

let running: Running[] = [];
afterEach(() => {
  for (const { child } of running) child.kill('SIGKILL');
  running = [];
});
function start(home: string, many: number): readonly Running[] {
  const started = Array.from({ length: many }, () => startWrit(ASK, home));
  running.push(...started);
  return started;
}
const never = new Promise<Answer>(() => undefined);

test('the holder of the lock is killed while the broker is at work: the others make one exchange', async () => {
  let tell: () => void = () => undefined;
  const arrived = new Promise<void>((resolve) => {
    tell = resolve;
  });
  let gave = 0;
  const { home, broker } = await signedInAt(Date.now(), async (_, earlier) => {
    if (earlier === 0) {
      tell();
      return never;
    }
    if (earlier === 1) return useNonce;
    gave += 1;
    return issued(900, `ASIALOCAL0000000000${gave}`);
  });
  const [first] = start(home, 1);
  await arrived;
  const others = start(home, 6);
  // They wait: nobody else has asked the broker by now, nor will as long as the holder lives.
  await vi.waitFor(async () => expect(await waiting(home)).toBe(6), { timeout: 40_000 });
  expect(broker.seen.length).toBe(1);
  first?.child.kill('SIGKILL');
  const ran = await Promise.all(others.map(({ ended }) => ended));
  expect(ran.map(({ exit, stderr }) => ({ exit, stderr }))).toEqual(ran.map(() => ({ exit: 0, stderr: '' })));
  expect(new Set(ran.map(({ stdout }) => stdout)).size).toBe(1);
  expect(gave).toBe(1);
  expect(broker.seen.length).toBe(3);
  expect(await locksIn(home)).toEqual([]);
});

test('killed one after the other, whoever is left has its session', async () => {
  let killed = 0;
  const { home, broker } = await signedInAt(Date.now(), (_, earlier) => (earlier < 3 ? never : issued(900)));
  const all = start(home, 4);
  for (let asked = 1; asked <= 3; asked += 1) {
    await vi.waitFor(() => expect(broker.seen.length).toBe(asked), { timeout: 40_000, interval: 20 });
    const holder = await holderOf(home);
    all.find(({ child }) => child.pid === holder)?.child.kill('SIGKILL');
    killed += 1;
  }
  const ran = await Promise.all(all.map(({ ended }) => ended));
  expect(killed).toBe(3);
  expect(ran.map(({ exit }) => exit).toSorted((one, other) => one - other)).toEqual([-1, -1, -1, 0]);
});

const folderOf = (home: string) => path.join(home, '.local/state/writ/work/locks');
const locksIn = (home: string) => readdir(folderOf(home));

/** Each who waits has a candidate beside the lock: `<key>.<uuid>`. */
const waiting = async (home: string): Promise<number> =>
  (await locksIn(home)).filter((name) => /^[0-9a-f]{64}\.[0-9a-f-]{36}$/.test(name)).length;

async function holderOf(home: string): Promise<number> {
  const [name = ''] = (await locksIn(home)).filter((each) => /^[0-9a-f]{64}$/.test(each));
  return Number.parseInt(await readFile(path.join(folderOf(home), name), 'utf8'), 10);
}
