import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Failure } from '../../cli/failure.ts';
import type { Held } from '../../cli/held.ts';
import { type ServedSession, serveSession } from '../../cli/serve-session.ts';

const START = 1_795_000_000_000; // fixed, milliseconds

beforeEach(() => {
  vi.useFakeTimers({ now: START });
});
afterEach(() => vi.useRealTimers());

/** Each obtained session is another one, good for 900 s from when it was asked for. */
const another = (lifetime = 900) => {
  let made = 0;
  return vi.fn(async (): Promise<Held> => {
    made += 1;
    const writ = `writ-${made}`;
    return { writ, credentials: {} as Held['credentials'], endsAt: Date.now() + lifetime * 1000, lifetime };
  });
};
const serving = (obtain: () => Promise<Held>): Promise<ServedSession> => serveSession(obtain, Date.now);
const after = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1000);
const refusal = new Failure({ exit: 2, error: 'login_required', what: 'You are not signed in.' });
const outage = new Failure({ exit: 4, error: 'server_unavailable', what: 'It cannot be reached.' });

test('one session for all who ask, until it is due for renewal', async () => {
  const obtain = another();
  const session = await serving(obtain);
  for (let asked = 0; asked < 10; asked += 1) {
    expect((await session.take()).writ).toBe('writ-1');
    await after(70);
  }
  expect(obtain).toHaveBeenCalledTimes(1);
});

test('is renewed ahead of its deadline without being asked, again and again while it is used', async () => {
  const obtain = another();
  const session = await serving(obtain);
  for (const writ of ['writ-1', 'writ-2', 'writ-3', 'writ-4', 'writ-5', 'writ-6']) {
    expect((await session.take()).writ).toBe(writ);
    await after(779);
    expect(obtain).toHaveBeenCalledTimes(Number(writ.slice(5)));
    await after(1);
    expect(obtain).toHaveBeenCalledTimes(Number(writ.slice(5)) + 1);
  }
});

test('is not renewed where nobody has taken the last one; who comes back is given a new one', async () => {
  const obtain = another();
  const session = await serving(obtain);
  await after(5000);
  expect(obtain).toHaveBeenCalledTimes(1);
  expect((await session.take()).writ).toBe('writ-2');
  await after(800);
  expect(obtain).toHaveBeenCalledTimes(3);
  await after(5000);
  expect(obtain).toHaveBeenCalledTimes(3);
});

test('one of five seconds is renewed in its last third', async () => {
  const obtain = another(5);
  const session = await serving(obtain);
  await session.take();
  await after(3);
  expect((await session.take()).writ).toBe('writ-1');
  await after(0.4);
  expect((await session.take()).writ).toBe('writ-2');
});

test('while a renewal is refused the old one is given out, to its last thirty seconds, then the reason', async () => {
  const obtain = another();
  const session = await serving(obtain);
  await session.take();
  obtain.mockRejectedValue(refusal);
  await after(869);
  expect((await session.take()).writ).toBe('writ-1');
  await after(1);
  await expect(session.take()).rejects.toBe(refusal);
});

test('a refusal is not asked for at every ask, and is tried again after ten seconds: somebody signed in', async () => {
  const obtain = another();
  const session = await serving(obtain);
  obtain.mockRejectedValue(refusal);
  await after(900);
  await expect(session.take()).rejects.toBe(refusal);
  const tries = obtain.mock.calls.length;
  await expect(session.take()).rejects.toBe(refusal);
  await after(9);
  await expect(session.take()).rejects.toBe(refusal);
  expect(obtain).toHaveBeenCalledTimes(tries);
  obtain.mockImplementation(another());
  await after(1);
  expect((await session.take()).writ).toBe('writ-1');
});

test('an outage is tried again by itself, and nobody sees it who asks in time', async () => {
  const obtain = another();
  const session = await serving(obtain);
  await session.take();
  obtain.mockRejectedValueOnce(outage).mockRejectedValueOnce(outage);
  await after(780 + 5);
  expect(obtain).toHaveBeenCalledTimes(4);
  expect((await session.take()).writ).toBe('writ-2');
});

test('who asks while the broker is slow is answered within a second, and then given the session', async () => {
  const obtain = another();
  const session = await serving(obtain);
  await after(900);
  let arrive: (held: Held) => void = () => undefined;
  obtain.mockReturnValueOnce(new Promise((resolve) => (arrive = resolve)));
  const asked = session.take().catch((error: unknown) => error);
  await after(0.8);
  expect(await asked).toMatchObject({ fields: { error: 'not_yet', exit: 4 } });
  const again = session.take();
  arrive({
    writ: 'late',
    credentials: {} as Held['credentials'],
    endsAt: Date.now() + 900_000,
    lifetime: 900,
  });
  expect((await again).writ).toBe('late');
  expect(obtain).toHaveBeenCalledTimes(2);
});

test('many who ask at once make one renewal', async () => {
  const obtain = another();
  const session = await serving(obtain);
  await after(900);
  const taken = await Promise.all(Array.from({ length: 20 }, () => session.take()));
  expect(new Set(taken.map(({ writ }) => writ))).toEqual(new Set(['writ-2']));
  expect(obtain).toHaveBeenCalledTimes(2);
});

test('stopped, it waits for what is under way and begins nothing more', async () => {
  const obtain = another();
  const session = await serving(obtain);
  await session.take();
  let arrive: (held: Held) => void = () => undefined;
  obtain.mockReturnValueOnce(new Promise((resolve) => (arrive = resolve)));
  await after(780);
  let isStopped = false;
  const stopping = session.stop().then(() => (isStopped = true));
  await after(1);
  expect(isStopped).toBe(false);
  arrive({
    writ: 'late',
    credentials: {} as Held['credentials'],
    endsAt: Date.now() + 900_000,
    lifetime: 900,
  });
  await stopping;
  await after(5000);
  await expect(session.take()).rejects.toMatchObject({ fields: { exit: 4 } });
  expect(obtain).toHaveBeenCalledTimes(2);
});

test('the first refusal is told to whoever starts it', async () => {
  await expect(serving(() => Promise.reject(refusal))).rejects.toBe(refusal);
});
