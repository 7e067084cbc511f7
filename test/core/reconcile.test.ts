import { beforeEach, describe, expect, test } from 'vitest';
import {
  DENY_KEPT_SECONDS,
  HEALTH_SECONDS,
  SPREAD_WITHIN_MILLIS,
  WRITE_EVERY_MILLIS,
} from '../../core/limits.ts';
import { denyBefore } from '../../core/revocation/heads.ts';
import { NOW } from '../support/clock.ts';
import { ACCOUNT, ATTACHED, openWorld, type World } from './reconcile-world.ts';

let world: World;
beforeEach(() => {
  world = openWorld();
});

const enforced = () => world.records().filter((record) => record.type === 'enforced');
const ended = () => world.records().filter((record) => record.type === 'ended');

describe('one run', () => {
  test('in a new account makes the policy, attaches it, sees it, and is no drift', async () => {
    expect(await world.run()).toMatchObject({
      drift: [],
      verified: true,
      behind: false,
      written: 1,
      fault: null,
    });
    expect([...(world.iam.policy?.attached ?? [])]).toEqual(ATTACHED);
    expect(world.state.health).toMatchObject({ verifiedAt: NOW, version: 'v1', entries: 0, rung: 'writ' });
  });

  test('where nothing is to be done writes nothing but health', async () => {
    await world.run();
    world.calls.length = 0;
    world.now += 60_000;
    expect(await world.run()).toMatchObject({ drift: [], verified: true, written: 0, enforced: 0 });
    expect(world.calls.sort()).toEqual(
      ['entries', 'iam read', 'written', 'probe', 'probe', 'iam direct', 'setHealth'].sort(),
    );
    expect(world.state.health?.verifiedAt).toBe(NOW + 60);
  });

  test('denies a writ, records who was seen to refuse and when, and ends it', async () => {
    await world.run();
    world.now += 5000;
    const entry = world.revoke();
    world.iam.delay = 3000;
    expect(await world.run()).toMatchObject({ verified: true, behind: false, written: 1, enforced: 1 });
    expect(world.iam.policy?.text).toContain(`*+${entry.value}`);
    expect(enforced()).toEqual([
      {
        v: 1,
        type: 'enforced',
        revocation: entry.revocation,
        at: NOW + 8,
        writ: entry.value,
        intent: entry.intent,
        account: ACCOUNT,
        policyVersion: 'v2',
        rung: 'writ',
        written: NOW + 5,
        seenRefused: NOW + 8,
      },
    ]);
    expect(ended()).toEqual([
      {
        v: 1,
        type: 'ended',
        writ: entry.value,
        at: NOW + 8,
        intent: entry.intent,
        how: 'revoked',
        revocation: entry.revocation,
      },
    ]);
    expect(world.state.measured).toEqual([3000]);
    expect(world.state.written).toMatchObject({
      version: 'v2',
      at: (NOW + 5) * 1000,
      seenAt: (NOW + 8) * 1000,
    });
  });

  test('that is seen after the deadline records that, and no end: the writ had ended by itself', async () => {
    world.revoke();
    world.iam.delay = 9_000_000;
    await world.run();
    world.now += 900_000;
    world.iam.delay = 0;
    world.iam.take(world.iam.policy?.text ?? '');
    expect(await world.run()).toMatchObject({ enforced: 1 });
    expect(ended()).toEqual([]);
  });

  test('ends no writ that was never issued', async () => {
    const entry = world.revoke();
    world.ledger.delete(`WRIT#${entry.value}|10#outcome`);
    expect(await world.run()).toMatchObject({ enforced: 1 });
    expect(ended()).toEqual([]);
  });

  test('stamps what is pending from a fresh clock, all entries of one revocation alike', async () => {
    const one = world.revokePrincipal({ kind: 'device', value: 'mdm:laptop' });
    world.revokePrincipal({ ...one, value: 'writ:key' });
    world.now += 2500;
    expect(await world.run()).toMatchObject({ verified: true, enforced: 2 });
    expect(world.records().filter(({ type }) => type === 'stamped')).toMatchObject([
      { revocation: one.revocation, cutoff: NOW + 2, denyBefore: denyBefore(NOW + 2) },
    ]);
    expect(enforced()).toMatchObject([{ revocation: one.revocation, writ: null, rung: 'principal' }]);
    expect(world.state.measured).toEqual([2500]);
    for (const value of ['mdm:laptop', 'writ:key']) expect(world.iam.policy?.text).toContain(`"${value}"`);
  });

  test('forgets what is over, and the document comes down again', async () => {
    const { until } = world.revoke();
    await world.run();
    const { text: long = '' } = world.iam.policy ?? {};
    world.now = (until + DENY_KEPT_SECONDS) * 1000;
    expect(await world.run()).toMatchObject({ forgotten: 1, written: 1, verified: true });
    expect(world.kept.size).toBe(0);
    expect(world.iam.policy?.text.length).toBeLessThan(long.length);
  });

  test('names the direct denies it found, and touches none', async () => {
    world.iam.direct = ['incident-7'];
    await world.run();
    expect(world.state.health?.directDenies).toEqual(['incident-7']);
  });

  test('does not claim what no session can be', async () => {
    world.revokePrincipal({ value: '*', cutoff: NOW });
    expect(await world.run()).toMatchObject({ impossible: 1, enforced: 0, verified: true });
    expect(enforced()).toEqual([]);
  });
});

describe('seen refused', () => {
  test('is not said before it is: what was only written waits for the next run', async () => {
    world.iam.delay = 60_000;
    const entry = world.revoke();
    expect(await world.run()).toMatchObject({
      verified: false,
      behind: true,
      written: 1,
      enforced: 0,
      fault: null,
    });
    expect(world.now).toBe(NOW * 1000 + SPREAD_WITHIN_MILLIS);
    expect(world.state).toMatchObject({ written: { seenAt: null }, health: null, measured: [] });
    expect(enforced()).toEqual([]);
    world.now += 50_000;
    expect(await world.run()).toMatchObject({ verified: true, written: 0, enforced: 1 });
    expect(enforced()).toMatchObject([
      { revocation: entry.revocation, written: NOW, seenRefused: NOW + 60, policyVersion: 'v1' },
    ]);
  });

  test('is not said while the control is refused too: that is a broken canary', async () => {
    Object.assign(world.account, { probe: async () => 'refused' });
    expect(await world.run()).toMatchObject({ verified: false, behind: true, enforced: 0 });
  });

  test('is said of a document although newer ones are under way: a loop of revocations stops nobody else', async () => {
    await world.run();
    world.iam.delay = 4000;
    const asked = [world.revoke().revocation];
    world.before = (call) => {
      if (call === 'sleep' && (world.now / 1000) % 1 === 0) asked.push(world.revoke().revocation);
    };
    const result = await world.run();
    expect(result).toMatchObject({ verified: true, fault: null });
    expect(result.written).toBeGreaterThan(20);
    expect(enforced().length).toBeGreaterThan(20);
    expect(world.state.measured).toHaveLength(enforced().length);
    expect(Math.max(...world.state.measured)).toBeLessThan(4000 + 2 * WRITE_EVERY_MILLIS);
    world.before = () => undefined;
    await world.run();
    expect(
      enforced()
        .map(({ revocation }) => revocation)
        .sort(),
    ).toEqual(asked.sort());
  });
});

describe('a revocation during the wait', () => {
  test('is written at once, at most one version a second', async () => {
    await world.run();
    world.now += 60_000;
    world.iam.delay = 3000;
    world.revoke();
    let late: string | null = null;
    const times: number[] = [];
    world.before = (call) => {
      if (call === 'iam write') times.push(world.now);
      if (call === 'sleep' && late === null) late = world.revoke().value;
    };
    expect(await world.run()).toMatchObject({ verified: true, behind: false, written: 2, enforced: 2 });
    expect(times).toEqual([(NOW + 60) * 1000, (NOW + 61) * 1000]);
  });

  test('is not missed between the last look and the end: what was written is looked at again', async () => {
    world.revoke();
    let late: string | null = null;
    world.after = (call) => {
      if (call === 'iam write') late ??= world.revoke().value;
    };
    expect(await world.run()).toMatchObject({ written: 2, enforced: 2, behind: false });
    expect(world.iam.policy?.text).toContain(`*+${late}`);
  });

  test('one who writes an older document last repairs it himself', async () => {
    await world.run();
    world.now += 60_000;
    world.revoke();
    let others: Promise<unknown> | null = null;
    // Between this run's look and its write another one sees more, writes it and ends.
    world.before = async (call) => {
      if (call !== 'iam write' || others !== null) return;
      others = Promise.resolve();
      world.revoke();
      others = world.run();
      await others;
    };
    expect(await world.run()).toMatchObject({ behind: false, fault: null });
    for (const entry of world.kept.values()) expect(world.iam.policy?.text).toContain(`*+${entry.value}`);
    expect(enforced()).toHaveLength(2);
  });
});

test('health stays what it was while an account cannot be verified, until it is too old to issue by', async () => {
  await world.run();
  world.iam.delay = 10_000_000;
  world.revoke();
  world.now += HEALTH_SECONDS * 1000;
  expect(await world.run()).toMatchObject({ verified: false });
  expect(world.state.health?.verifiedAt).toBe(NOW);
});
