import { expect, test } from 'vitest';
import type { LiveWrit, LiveWrits } from '../../core/writs.ts';
import type { Answer, Seen } from './fake-broker.ts';
import { signedInAt } from './signed-in.ts';

const NOW = 1_795_000_000_000; // fixed, milliseconds

const live = (change: Partial<LiveWrit> = {}): LiveWrit => ({
  writ: '01jd3v9q2m8x7c4b',
  user: 'corp:alice',
  device: 'writ:the-key',
  agent: 'report-writer',
  task: 'FIN-1',
  permission: 'reports-read',
  account: 'prod',
  issued_at: NOW / 1000 - 60,
  deadline: NOW / 1000 + 840,
  seconds_left: 840,
  denied: false,
  ...change,
});
const page = (writs: readonly object[], next: string | null = null): Answer => ({
  status: 200,
  body: { writs, next } as LiveWrits,
});
const formOf = (seen: Seen | undefined) => Object.fromEntries(new URLSearchParams(seen?.body));
const LIST = ['list', '--profile', 'work'];

test('a table: who, from where, for what, how long, and what is denied', async () => {
  const { writ, broker } = await signedInAt(NOW, () =>
    page([live(), live({ denied: true, seconds_left: 5 })]),
  );
  const ran = await writ(LIST);
  expect(ran).toMatchObject({ exit: 0, stderr: '' });
  expect(ran.stdout.split('\n')).toEqual([
    'WRIT              LEFT   STATE   USER        DEVICE        AGENT          TASK   PERMISSION    ACCOUNT',
    '01jd3v9q2m8x7c4b  840 s  live    corp:alice  writ:the-key  report-writer  FIN-1  reports-read  prod',
    '01jd3v9q2m8x7c4b  5 s    denied  corp:alice  writ:the-key  report-writer  FIN-1  reports-read  prod',
    '',
  ]);
  expect(broker.seen[0]?.path).toBe('/writs');
});

test('each flag narrows it', async () => {
  const { writ, broker } = await signedInAt(NOW, () => page([]));
  const flags = {
    user: 'corp:alice',
    device: 'writ:k',
    agent: 'report-writer',
    task: 'FIN-1',
    permission: 'reports-read',
    account: 'prod',
  };
  const ran = await writ([
    ...LIST,
    ...Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, value]),
  ]);
  expect(ran).toMatchObject({ exit: 0, stdout: 'Nothing is live that you may know of.\n' });
  expect(formOf(broker.seen[0])).toMatchObject(flags);
});

test.each([
  ['--user', 'alice'],
  ['--agent', 'No Such'],
  ['--account', 'a b'],
  ['--limit', '0'],
])('%s %s is a usage error: it could list nothing', async (...flag) => {
  const { writ, broker } = await signedInAt(NOW, () => page([]));
  expect((await writ([...LIST, ...flag])).exit).toBe(1);
  expect(broker.seen).toEqual([]);
});

/** Three pages, the second of them empty. */
const threePages = ({ body }: Seen): Answer => {
  switch (new URLSearchParams(body).get('page')) {
    case null:
      return page([live()], 'second');
    case 'second':
      return page([], 'third');
    default:
      return page([live({ user: 'corp:bob' })]);
  }
};

test('pages are fetched until there is none, empty ones too', async () => {
  const { writ, broker } = await signedInAt(NOW, threePages);
  const { writs, more } = JSON.parse((await writ([...LIST, '--json', '--agent', 'report-writer'])).stdout);
  expect(writs.map(({ user }: LiveWrit) => user)).toEqual(['corp:alice', 'corp:bob']);
  expect(more).toBe(false);
  expect(broker.seen.map((seen) => formOf(seen).agent)).toEqual(Array(3).fill('report-writer'));
});

test('a limit asks for no more than it needs, and says that there is more', async () => {
  const { writ, broker } = await signedInAt(NOW, threePages);
  expect((await writ([...LIST, '--limit', '1'])).stdout).toContain('There are more than these 1.');
  expect(broker.seen.length).toBe(1);
});

test('JSON has these members, whatever a newer broker adds', async () => {
  const { writ } = await signedInAt(NOW, () => page([{ ...live(), secret: 'canary' }]));
  const { stdout } = await writ([...LIST, '--json']);
  expect(stdout.match(/\n/g)?.length).toBe(1);
  expect(JSON.parse(stdout)).toEqual({ writs: [live()], more: false });
});

test('what a name holds cannot write to the terminal, or make a line of its own', async () => {
  const hostile = '\u001b[31mFIN\r\n01jd3v9q2m8x7c4c\u202e\u2028\u009b2J';
  const { writ } = await signedInAt(NOW, () => page([live({ task: hostile })]));
  const { stdout } = await writ(LIST);
  expect(stdout.split('\n').length).toBe(3);
  expect(stdout.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
});

test('on a terminal a line fits, and the id is never cut', async () => {
  const long = live({ user: `corp:${'a'.repeat(58)}`, task: 'T'.repeat(60) });
  const { writ } = await signedInAt(NOW, () => page([long]));
  const lines: string[] = [];
  const stdout = {
    write: (text: string) => void lines.push(...text.split('\n')),
    isTerminal: true,
    columns: 100,
  };
  await writ(LIST, { stdout });
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
  expect(lines[1]).toContain(long.writ);
  expect(lines[1]).toContain('…');
});

test.each([
  ['no list', { status: 200, body: {} }],
  ['a page that leads to itself', page([], 'again')],
])('%s is a fault', async (_, answer) => {
  const { writ } = await signedInAt(NOW, () => answer);
  expect((await writ(LIST)).exit).toBe(4);
});
