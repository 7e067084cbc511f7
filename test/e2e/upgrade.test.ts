/**
 * An upgrade of the running stack with writs live: functions are replaced by those of a next release, one after the other,
 * while tables, IAM, STS, schedules and queues stay where they are, as CloudFormation leaves them. None is lost: what was
 * live works on until its deadline and not longer, what was ended stays ended, whatever was under way is finished.
 *
 * The next release has another number, other bytes and another configuration, so that exchange and mint disagree while only
 * one of them is new. Its code is today's: what it shows is that nothing which an upgrade must keep is kept in a process.
 * That another release's *records* are read is `upgrade-data.test.ts`; how CloudFormation goes about it is for `test/aws`.
 */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { cedarCompiler } from '../../adapters/cedar-compiler.ts';
import { readConfig } from '../../adapters/config-folder.ts';
import { functionNames } from '../../build.ts';
import { compile } from '../../core/policy/compile.ts';
import { RELEASE, RELEASE_SETTING } from '../../core/release.ts';
import { denyPolicyArn } from '../../core/revocation/names.ts';
import { ACCOUNT } from '../../local/aws/account.ts';
import type { Person } from '../../local/story/writ.ts';
import { type EndingStack, type Live, openEnding, PATIENCE, recordsOf } from '../support/ending.ts';
import { type Message, recording } from '../support/recording.ts';
import { allItems, type Items, placeOf } from '../support/releases.ts';
import { ROOT } from '../support/source-tree.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const NEXT = '99.0.0';
/** Seconds: over when the upgrade is, on the slowest machine too. */
const SHORT = 15;
/** What of control must stay; the rest is there to be changed: cursors, counters, what a reconciler last saw. */
const STAYS = /^(?:PROOF|ACTOR|REVOKED|DENY)#/;

let world: EndingStack;
let next: { readonly bundle: string; readonly hash: string };
const wire: Message[] = [];

interface Before {
  readonly live: Live;
  readonly short: Live;
  readonly toEnd: Live;
  readonly revoked: Live;
  readonly ofTask: Live;
  readonly items: Items;
  readonly deny: unknown;
}
let before: Before;

beforeAll(async () => {
  vi.stubGlobal(
    'fetch',
    recording(fetch, (message) => wire.push(message)),
  );
  world = await openEnding();
  next = nextConfiguration();
  before = await lifeBefore();
});
afterAll(async () => {
  vi.unstubAllGlobals();
  await world?.close();
});

async function lifeBefore(): Promise<Before> {
  const { alice, bob, carol } = world;
  const [live, toEnd] = [await world.issue(alice), await world.issue(bob)];
  const [revoked, ofTask] = [await world.issue(bob), await world.issue(alice, { task: 'U-ended' })];
  await world.revoke(carol, revoked.writ);
  await world.revoke(carol, 'U-ended', '--kind', 'task');
  await world.revoke(carol, 'U-blocked', '--kind', 'task', '--block');
  await world.untilDenied(revoked, ofTask);
  await vi.waitFor(async () => expect(await endsOf(revoked)).toHaveLength(1), PATIENCE);
  await quiet();
  const short = await world.issue(alice, { duration: SHORT });
  const { dynamodb, local } = world.stack;
  return {
    ...{ live, short, toEnd, revoked, ofTask },
    items: await allItems(dynamodb, local.tables),
    deny: denyPolicy(),
  };
}

/**
 * What the minute does by itself: a run of the reconciler, after which it has nothing left to do. The queue wakes it too, but
 * a message that it could not take while it was down is hidden for a minute, and those behind it wait.
 */
const quiet = (): Promise<unknown> => world.stack.invoke('reconcile', {});

const endsOf = async ({ writ }: Live) => recordsOf(await world.story(`WRIT#${writ}`), 'ended');
const denyPolicy = (): unknown =>
  structuredClone(world.stack.aws.registry.policies.get(denyPolicyArn(ACCOUNT)).defaultVersion);

/** The same rules, one sentence of them in other words: another bundle. */
function nextConfiguration(): { readonly bundle: string; readonly hash: string } {
  const { broker, issuer, mdm, ci, bundle } = world.stack.local;
  const variables = { LOCAL_BROKER: broker, LOCAL_ISSUER: issuer, LOCAL_MDM: mdm, LOCAL_CI: ci };
  const files = readConfig([
    { folder: join(ROOT, 'config') },
    { folder: join(ROOT, 'local', 'config'), variables },
  ]).map((file) =>
    file.path === 'permissions/reports-read.yaml'
      ? {
          ...file,
          text: file.text.replace(/^description: .*$/m, 'description: In the words of the next release.'),
        }
      : file,
  );
  const compiled = compile(files, { cedar: cedarCompiler, local: true });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
  const file = join(dirname(bundle), `${compiled.hash}.json`);
  writeFileSync(file, compiled.bytes, { mode: 0o600 });
  return { bundle: file, hash: compiled.hash };
}

/** Replaces a function: other bytes, the next release's number, its configuration. */
function upgrade(duty: string): void {
  const [from, to] = [join(ROOT, 'dist', 'functions', duty), join(world.dir, NEXT, duty)];
  mkdirSync(to, { recursive: true });
  for (const part of readdirSync(from)) copyFileSync(join(from, part), join(to, part));
  const bundle = join(to, 'index.mjs');
  writeFileSync(bundle, `${readFileSync(bundle, 'utf8')}\n// ${NEXT}\n`);
  world.stack.redeploy(duty, {
    bundle,
    env: {
      [RELEASE_SETTING]: NEXT,
      WRIT_BUNDLE_FILE: next.bundle,
      WRIT_BUNDLE_SHA256: next.hash,
    },
  });
}

const intentOf = async (writ: string) => {
  const [intent] = recordsOf(await world.story(`WRIT#${writ}`), 'intent');
  return intent as { readonly decision: { readonly bundle: string } } | undefined;
};

/** Releases that a function's log has lines of. */
const releasesIn = (duty: string): readonly unknown[] => {
  const lines = readFileSync(join(world.stack.local.logs_dir, `writ-${duty}.log`), 'utf8').split('\n');
  const told = lines.filter((line) => line.includes('"message":"'));
  return [...new Set(told.map((line) => (JSON.parse(line) as { readonly release?: string }).release))];
};

const listed = async (who: Person): Promise<readonly string[]> => {
  const { stdout } = await who.writ('list', '--profile', 'local', '--json');
  const { writs } = JSON.parse(stdout) as { readonly writs: readonly { readonly writ: string }[] };
  return writs.map(({ writ }) => writ);
};

let open: string;
let half: Live;

describe('half way, mint is of the next release and everything else is not', () => {
  beforeAll(() => upgrade('mint'));

  test('nothing is issued: 503, and the intent is left without outcome', async () => {
    const asked = await world.tries(world.alice);
    expect(asked).toMatchObject({ granted: null, said: expect.stringContaining('503') });
    const { dynamodb, local } = world.stack;
    const known = new Set(before.items.ledger.map(placeOf));
    const { ledger } = await allItems(dynamodb, local.tables);
    const added = ledger.filter((item) => !known.has(placeOf(item)));
    expect(added.map(({ sk }) => sk?.S)).toEqual(['00#intent']);
    open = added[0]?.pk?.S?.slice('WRIT#'.length) ?? '';
  });

  test('what is live works, what is ended does not, and more can be ended', async () => {
    expect(await world.use(before.live)).toBe('works');
    expect(await world.use(before.revoked)).toBe('denied');
    expect(await world.use(before.ofTask)).toBe('denied');
    half = before.toEnd;
    // Its enforcement is what the old reconciler never comes to.
    world.stack.setDown('reconcile', true);
    expect(await world.revoke(world.carol, half.writ)).toMatchObject({ exit: 0 });
    expect(await world.use(half)).toBe('works');
  });
});

describe('when everything is of the next release', () => {
  beforeAll(() => {
    for (const duty of functionNames().filter((name) => name !== 'mint')) upgrade(duty);
  });

  test('the deny policy stands as it stood', () => {
    expect(denyPolicy()).toEqual(before.deny);
  });

  test('what was asked for half way is done by the new reconciler', async () => {
    world.stack.setDown('reconcile', false);
    await quiet();
    await world.untilDenied(half);
    await vi.waitFor(async () => expect(await endsOf(half)).toMatchObject([{ how: 'revoked' }]), PATIENCE);
  });

  test('nothing that stood in a table is gone or different', async () => {
    const { dynamodb, local } = world.stack;
    const after = await allItems(dynamodb, local.tables);
    for (const table of ['ledger', 'people', 'control'] as const) {
      const now = new Map(after[table].map((item) => [placeOf(item), item]));
      const lost = before.items[table].filter((item) => !isDeepStrictEqual(now.get(placeOf(item)), item));
      const places = lost.map(placeOf).filter((place) => table !== 'control' || STAYS.test(place));
      expect(places, table).toEqual([]);
    }
  });

  test('what was live works, is listed, and can be ended', async () => {
    const { live } = before;
    expect(await world.use(live)).toBe('works');
    expect(await listed(world.carol)).toContain(live.writ);
    expect(await world.revoke(world.carol, live.writ)).toMatchObject({ exit: 0 });
    await quiet();
    await world.untilDenied(live);
    await vi.waitFor(async () => expect(await endsOf(live)).toMatchObject([{ how: 'revoked' }]), PATIENCE);
  });

  test('what was ended is denied, also by the document that the new reconciler wrote', async () => {
    expect(denyPolicy()).not.toEqual(before.deny);
    expect(await world.use(before.revoked)).toBe('denied');
    expect(await world.use(before.ofTask)).toBe('denied');
  });

  test('devices are known, new writs are issued, and their intents name the new configuration', async () => {
    const live = await world.issue(world.alice);
    expect(await world.use(live)).toBe('works');
    expect((await intentOf(live.writ))?.decision.bundle).toBe(next.hash);
    expect((await intentOf(before.live.writ))?.decision.bundle).not.toBe(next.hash);
  });

  test('who was blocked is blocked', async () => {
    expect((await world.tries(world.alice, { task: 'U-blocked' })).granted).toBeNull();
    await world.revoke(world.carol, 'U-blocked', '--kind', 'task', '--lift');
    await vi.waitFor(
      async () => expect((await world.tries(world.alice, { task: 'U-blocked' })).granted).not.toBeNull(),
      PATIENCE,
    );
  });

  test('a proof that was spent is spent', async () => {
    const granted = wire.find(
      ({ url, status }) => url.endsWith('/token') && status === 200 && isBrokers(url),
    );
    const { url, request } = granted ?? expect.unreachable('nobody asked');
    const again = await fetch(url, {
      method: 'POST',
      headers: request.headers
        .filter(([name]) => name !== 'content-length')
        .map(([name, value]) => [name, value]),
      body: request.body,
    });
    expect([again.status, await again.json()]).toMatchObject([400, { reason_code: 'dpop_replayed' }]);
  });

  test('the intent that was left without outcome is an orphan, and nothing can be got with it', async () => {
    await vi.waitFor(async () => {
      await world.stack.invoke('sweep', {});
      expect(recordsOf(await world.story(`WRIT#${open}`), 'outcome')).toMatchObject([
        { outcome: 'orphaned' },
      ]);
    }, PATIENCE);
  });

  test('a deadline that the old functions set is kept: by AWS, and in the ledger by the schedule that they made', async () => {
    await vi.waitFor(async () => expect(await endsOf(before.short)).toMatchObject([{ how: 'deadline' }]), {
      timeout: 50_000,
      interval: 200,
    });
    expect(await world.use(before.short)).toContain('explicit deny in a session policy');
    // Not by the sweep, which would be later.
    const log = readFileSync(join(world.stack.local.logs_dir, 'writ-close.log'), 'utf8');
    const closed = log.split('\n').filter((line) => line.includes(`"writ":"${before.short.writ}"`));
    expect(closed.map((line) => JSON.parse(line))).toMatchObject([{ state: 'closed', release: NEXT }]);
  });

  test('logs tell the two releases apart', () => {
    expect(releasesIn('mint')).toEqual([RELEASE, NEXT]);
    expect(releasesIn('revoke')).toEqual([RELEASE, NEXT]);
    expect(world.troubles.filter((what) => !what.startsWith('A reconciler was woken'))).toEqual([]);
  });
});

const isBrokers = (url: string): boolean => url.startsWith(world.stack.local.broker);
