/** What can go wrong around a reconciler: somebody's hand on the policy, IAM and canary down, a crash anywhere. */
import { beforeEach, describe, expect, test } from 'vitest';
import { CALL_TIMEOUT_MILLIS } from '../../core/limits.ts';
import { Crash, fails, lasting, openWorld, type World } from '../core/reconcile-world.ts';

let world: World;
beforeEach(async () => {
  world = openWorld();
  world.revoke();
  await world.run();
  world.now += 60_000;
});

describe('somebody’s hand on the policy is an alarm, and undone in one run', () => {
  const HANDS: readonly {
    readonly name: string;
    readonly act: () => void;
    readonly drift: readonly string[];
  }[] = [
    {
      name: 'edited',
      act: () => world.iam.take('{"Version":"2012-10-17","Statement":[]}'),
      drift: ['default_differs'],
    },
    {
      name: 'set back to an older version',
      act: () => {
        if (world.iam.policy)
          world.iam.policy = { ...world.iam.policy, version: 0, text: '{"Statement":[]}' };
      },
      drift: ['default_differs'],
    },
    {
      name: 'detached',
      act: () => world.iam.policy?.attached.delete('tickets'),
      drift: ['role_detached:tickets'],
    },
    {
      name: 'detached from the canary',
      act: () => world.iam.policy?.attached.delete('canary'),
      drift: ['role_detached:canary'],
    },
    { name: 'deleted', act: () => world.iam.remove(), drift: ['policy_missing'] },
  ];
  test.each(HANDS)('$name', async ({ act, drift }) => {
    const before = lasting(world);
    act();
    expect(await world.run()).toMatchObject({ drift, verified: true, behind: false, fault: null });
    expect(lasting(world)).toBe(before);
    world.now += 60_000;
    expect(await world.run()).toMatchObject({ drift: [], written: 0 });
  });

  test('and is told although the repair fails', async () => {
    world.iam.remove();
    world.before = fails('iam_unavailable', 'iam write');
    expect(await world.run()).toMatchObject({
      drift: ['policy_missing'],
      verified: false,
      fault: { code: 'iam_unavailable' },
    });
  });

  test('a foreign text is never trusted, even where it denies the canary', async () => {
    const ours = world.iam.policy?.text ?? '';
    world.iam.take(ours.replace(/\*\+[0-9a-z]{16}/, '*+0000000000000000'));
    expect(await world.run()).toMatchObject({ drift: ['default_differs'], written: 1 });
    expect(world.iam.policy?.text).toBe(ours);
  });

  test('a role that the configuration gained is no drift', async () => {
    const roles = [...world.account.roles, 'arn:aws:iam::444455556666:role/writ/new'];
    Object.assign(world.account, { roles });
    expect(await world.run()).toMatchObject({ drift: [], verified: true });
    expect(world.iam.policy?.attached.has('new')).toBe(true);
  });
});

describe('an answer of IAM that comes late', () => {
  test('a read from before our own write is repaired without an alarm', async () => {
    const before = structuredClone(world.iam.policy);
    world.revoke();
    await world.run();
    const { text } = world.iam.policy ?? {};
    Object.assign(world.iam, { policy: before });
    expect(await world.run()).toMatchObject({ drift: [], verified: true });
    expect(world.iam.policy?.text).toBe(text);
  });

  test('a write whose answer was lost and that arrives last is undone by the next run', async () => {
    const stale = world.iam.policy?.text ?? '';
    world.revoke();
    await world.run();
    const newest = world.iam.policy?.text;
    world.iam.take(stale);
    world.now += CALL_TIMEOUT_MILLIS;
    expect(await world.run()).toMatchObject({ drift: ['default_differs'], written: 1, behind: false });
    expect(world.iam.policy?.text).toBe(newest);
  });

  test('a write whose answer was lost, with more revoked by then, is ours and no alarm', async () => {
    world.revoke();
    world.after = (call) => {
      if (call === 'iam write') throw new Crash();
    };
    await expect(world.run()).rejects.toThrow(Crash);
    world.after = () => undefined;
    world.revoke();
    world.now += 60_000;
    expect(await world.run()).toMatchObject({ drift: [], enforced: 2, verified: true });
  });
});

describe('down', () => {
  test.each([
    { what: 'IAM takes nothing', code: 'iam_unavailable', calls: ['iam write'], enforced: 0 },
    { what: 'IAM cannot be read', code: 'iam_unavailable', calls: ['iam read'], enforced: 0 },
    { what: 'the canary', code: 'canary_unavailable', calls: ['probe'], enforced: 0 },
    { what: 'the ledger', code: 'ledger_unavailable', calls: ['recordEnforced'], enforced: 0 },
    { what: 'what is measured', code: 'ledger_unavailable', calls: ['addMeasured'], enforced: 0 },
    { what: 'what was written', code: 'ledger_unavailable', calls: ['written'], enforced: 1 },
    { what: 'the note of what is written', code: 'ledger_unavailable', calls: ['setWritten'], enforced: 1 },
    { what: 'health', code: 'ledger_unavailable', calls: ['setHealth'], enforced: 1 },
    { what: 'the list of direct denies', code: 'iam_unavailable', calls: ['iam direct'], enforced: 1 },
  ] as const)('$what: a fault, no health, and nothing is lost', async ({ code, calls, enforced }) => {
    const { health } = world.state;
    world.revoke();
    world.before = fails(code, ...calls);
    expect(await world.run()).toMatchObject({ verified: false, enforced, fault: { code } });
    expect(world.state.health).toEqual(health);
    world.before = () => undefined;
    world.now += 60_000;
    expect(await world.run()).toMatchObject({ verified: true, fault: null });
    for (const { recordedIn } of world.kept.values()) expect(recordedIn).not.toEqual([]);
  });

  test('for a moment: tried again within the run', async () => {
    world.revoke();
    let failures = 0;
    world.before = (call) => {
      if ((call === 'iam write' || call === 'probe') && failures++ < 3) fails('iam_unavailable', call)(call);
    };
    expect(await world.run()).toMatchObject({ verified: true, enforced: 1, fault: null });
  });

  test('one role cannot be attached: the others are, and nothing is called enforced or ended before it is', async () => {
    world.iam.policy?.attached.clear();
    const before = world.records().filter(({ type }) => type === 'enforced' || type === 'ended').length;
    world.before = (call, count) => {
      if (call === 'iam attach' && !world.calls.slice(0, count).includes('iam attach'))
        fails('misconfigured', call)(call);
    };
    world.calls.length = 0;
    world.revoke();
    expect(await world.run()).toMatchObject({
      verified: false,
      enforced: 0,
      fault: { code: 'misconfigured' },
    });
    expect([...(world.iam.policy?.attached ?? [])]).toEqual(['tickets', 'canary']);
    const claimed = () =>
      world.records().filter(({ type }) => type === 'enforced' || type === 'ended').length;
    expect(claimed()).toBe(before);
    world.before = () => undefined;
    world.now += 60_000;
    expect(await world.run()).toMatchObject({ verified: true, enforced: 1, fault: null });
    expect(claimed()).toBe(before + 2);
  });

  test('another account’s reconciler is writing to the same entry: recorded within the run', async () => {
    world.revokePrincipal();
    let failures = 0;
    world.before = (call) => {
      if (call === 'recordEnforced' && failures++ < 3) fails('ledger_unavailable', call)(call);
    };
    expect(await world.run()).toMatchObject({ verified: true, enforced: 1, fault: null });
  });

  test('somebody who ends his own sessions again and again keeps no account from being verified', async () => {
    // Whoever asked stamps as well, and is in the way: by the time this stamp has failed, it is done.
    world.before = (call) => {
      if (call === 'probe') world.revokePrincipal();
      if (call !== 'stamp') return;
      for (const [name, entry] of world.kept) {
        if (entry.cutoff === null) world.kept.set(name, { ...entry, cutoff: Math.floor(world.now / 1000) });
      }
      fails('ledger_unavailable', 'stamp')(call);
    };
    world.revokePrincipal();
    expect(await world.run()).toMatchObject({ verified: true, fault: null });
    expect(world.calls).toContain('stamp');
  });

  test('one revocation cannot be stamped: the others are enforced', async () => {
    const stuck = world.revokePrincipal();
    world.revoke();
    world.before = fails('ledger_unavailable', 'stamp');
    expect(await world.run()).toMatchObject({
      verified: false,
      enforced: 1,
      fault: { code: 'ledger_unavailable' },
    });
    world.before = () => undefined;
    world.now += 60_000;
    expect(await world.run()).toMatchObject({ verified: true, enforced: 1 });
    expect(world.iam.policy?.text).toContain(stuck.value);
  });

  test('for an hour: all that was revoked meanwhile is enforced at once', async () => {
    for (let minute = 0; minute < 60; minute += 1) {
      world.revoke({ until: Math.floor(world.now / 1000) + 3600 });
      world.now += 60_000;
    }
    expect(await world.run()).toMatchObject({ verified: true, written: 1, enforced: 60 });
  });
});

/** The calls of one run that does everything: every one of them may be its last. */
async function callsOfOne(): Promise<number> {
  const whole = await restless();
  whole.calls.length = 0;
  await whole.run();
  return whole.calls.length;
}

async function restless(): Promise<World> {
  const other = openWorld();
  other.revoke({ until: Math.floor(other.now / 1000) + 60 });
  await other.run();
  other.now += 1_000_000;
  other.iam.delay = 500;
  other.iam.policy?.attached.delete('tickets');
  other.revoke();
  other.revokePrincipal({ kind: 'agent', value: 'helper' });
  other.calls.length = 0;
  return other;
}

test.each(['before', 'after'] as const)(
  'a crash %s any call, and run again: nothing lost, all recorded once',
  async (when) => {
    const calls = await callsOfOne();
    expect(calls).toBeGreaterThan(20);
    for (let last = 0; last < calls; last += 1) {
      const other = await restless();
      other[when] = (_, count) => {
        if (count === last) throw new Crash();
      };
      await other.run().catch((error: unknown) => {
        if (!(error instanceof Crash)) throw error;
      });
      other[when] = () => undefined;
      other.now += 60_000;
      expect(await other.run(), `crash ${when} call ${last}`).toMatchObject({
        verified: true,
        behind: false,
        fault: null,
      });
      const entries = [...other.kept.values()];
      expect(entries).toHaveLength(2);
      for (const { recordedIn, revocation } of entries) {
        expect(recordedIn, `crash ${when} call ${last}`).not.toEqual([]);
        const records = other
          .records()
          .filter((record) => record.type === 'enforced' && record.revocation === revocation);
        expect(records).toHaveLength(1);
      }
      expect([...(other.iam.policy?.attached ?? [])].sort()).toEqual(['canary', 'reports', 'tickets']);
    }
  },
);

test('two runs at once are harmless', async () => {
  world.iam.delay = 1000;
  world.revoke();
  world.revokePrincipal();
  const results = await Promise.all([world.run(), world.run()]);
  for (const result of results) expect(result).toMatchObject({ verified: true, fault: null });
  const enforced = world.records().filter(({ type }) => type === 'enforced');
  expect(enforced).toHaveLength(3);
  world.now += 60_000;
  expect(await world.run()).toMatchObject({ drift: [], written: 0, verified: true });
});

test('ten thousand entries: one document that IAM takes, each recorded, and forgotten when it is over', async () => {
  const seconds = Math.floor(world.now / 1000);
  for (let at = 0; at < 10_000; at += 1) {
    world.revoke({ user: `idp:user-${at % 2000}`, until: seconds + 900 });
  }
  const result = await world.run();
  expect(result).toMatchObject({ verified: true, written: 1, enforced: 10_000 });
  expect(world.iam.policy?.text.length).toBeLessThanOrEqual(6144);
  expect(world.state.health).toMatchObject({ rung: 'role' });
  world.now += 3_600_000;
  expect(await world.run()).toMatchObject({ forgotten: 10_001, verified: true });
  expect(world.state.health).toMatchObject({ rung: 'writ', entries: 0 });
});
