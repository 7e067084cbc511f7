/**
 * What a responder ends at once, on the running stack: a task, a device, a permission, a role, a user, an agent, all.
 * Their sessions are denied and nobody else's; new ones wait for T′, or for whoever lifts the block.
 *
 * Each test goes on where the one before it left off: there is one account, and T′ is some real seconds away.
 */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Person } from '../../local/story/writ.ts';
import { type EndingStack, type Live, openEnding, PATIENCE, recordsOf } from '../support/ending.ts';

// What is waited for takes some real seconds, and on a slow machine more.
vi.setConfig({ testTimeout: 60_000 });

let world: EndingStack;
let otherLaptop: Person;
const live: { [name: string]: Live } = {};
/** Ids by kind. */
const ended: { [kind: string]: string } = {};

beforeAll(async () => {
  world = await openEnding();
  otherLaptop = await world.onAnotherDevice('alice');
  const { alice, bob } = world;
  live.task = await world.issue(alice, { task: 'K-task' });
  live.device = await world.issue(otherLaptop);
  live.permission = await world.issue(bob);
  live.role = await world.issue(alice);
  live.user = await world.issue(alice, { permission: 'summaries-run' });
  live.left = await world.issue(bob, { permission: 'summaries-run' });
});
afterAll(() => world.close());

const session = (name: string): Live => {
  const found = live[name];
  if (found === undefined) throw new Error(`no session ${name}`);
  return found;
};

/** What names a principal for the command, as its session has it in the ledger. */
async function nameOf(kind: string, { writ }: Live): Promise<string> {
  const [intent] = recordsOf(await world.story(`WRIT#${writ}`), 'intent');
  const at = (member: string) => intent?.[member] as { readonly [name: string]: string } | undefined;
  const names: { readonly [kind: string]: unknown } = {
    task: at('task')?.value,
    device: at('device')?.id,
    permission: intent?.permission,
    role: intent?.role,
    user: at('subject')?.id,
    agent: at('actor')?.agent,
    all: '*',
  };
  return String(names[kind]);
}

interface Said {
  readonly exit: number;
  readonly ended: number;
  readonly revocation: string;
}

async function revokes(who: Person, kind: string, value: string, ...more: readonly string[]): Promise<Said> {
  const { exit, stdout } = await world.revoke(who, value, '--kind', kind, ...more, '--json');
  return { ended: 0, revocation: '', ...(stdout === '' ? {} : JSON.parse(stdout)), exit };
}

describe('an end', () => {
  test.each([
    { kind: 'task', others: ['device', 'permission', 'role', 'user', 'left'] },
    { kind: 'device', others: ['permission', 'role', 'user', 'left'] },
    { kind: 'permission', others: ['role', 'user', 'left'] },
    { kind: 'role', others: ['user', 'left'] },
    { kind: 'user', others: ['left'] },
  ])('of a $kind denies its sessions, and no other', async ({ kind, others }) => {
    const said = await revokes(world.carol, kind, await nameOf(kind, session(kind)));
    expect(said).toMatchObject({ exit: 0, revocation: expect.stringMatching(/^\w{16}$/) });
    expect(said.ended).toBeGreaterThan(0);
    ended[kind] = said.revocation;
    await world.untilDenied(session(kind));
    for (const other of others) expect([other, await world.use(session(other))]).toEqual([other, 'works']);
    await told(said.revocation);
  });

  test('lets nobody in before T′, and everybody after it, with sessions that are not denied', async () => {
    live.alice = await untilIssued(world.alice, 'role', 'user');
    live.bob = await untilIssued(world.bob, 'permission');
    for (const name of ['alice', 'bob']) expect(await world.use(session(name))).toBe('works');
    for (const kind of ['task', 'device', 'permission', 'role', 'user'])
      expect(await world.use(session(kind))).toBe('denied');
  });

  test.each([
    { kind: 'agent', of: 'bob', others: ['alice'] },
    { kind: 'all', of: 'alice', others: [] },
  ])('of $kind denies, too', async ({ kind, of, others }) => {
    const said = await revokes(world.carol, kind, await nameOf(kind, session(of)));
    ended[kind] = said.revocation;
    await world.untilDenied(session(of));
    for (const other of others) expect(await world.use(session(other))).toBe('works');
    await told(said.revocation);
  });

  test('two of one user at once are two; one that is asked for twice at once is one', async () => {
    const [one, other] = await Promise.all([
      revokes(world.carol, 'user', 'corp:alice', '--request-id', 'first'),
      revokes(world.carol, 'user', 'corp:alice', '--request-id', 'second'),
    ]);
    expect(one.revocation).not.toBe(other.revocation);
    for (const { revocation } of [one, other]) await told(revocation);
    const both = await Promise.all([
      revokes(world.carol, 'user', 'corp:alice', '--request-id', 'same'),
      revokes(world.carol, 'user', 'corp:alice', '--request-id', 'same'),
    ]);
    expect(both[0]).toEqual(both[1]);
    await told(both[0].revocation);
  });
});

describe('a block', () => {
  test.each(['task', 'device', 'permission', 'role', 'user', 'agent', 'all'])(
    'of %s refuses what would be new, at once and until it is lifted',
    async (kind) => {
      const value = kind === 'task' ? 'K-blocked' : await nameOf(kind, session('alice'));
      expect(await revokes(world.carol, kind, value, '--block')).toMatchObject({ exit: 0 });
      const asks = () => world.tries(world.alice, kind === 'task' ? { task: 'K-blocked' } : {});
      expect((await asks()).said).toContain('revoked');
      // Bob answers for none of it.
      expect(await revokes(world.bob, kind, value, '--lift')).toMatchObject({ exit: 3 });
      expect((await asks()).said).toContain('revoked');
      expect(await revokes(world.carol, kind, value, '--lift')).toMatchObject({ exit: 0 });
      // Not blocked any more; but T′ may still be to come.
      expect((await asks()).said).not.toContain('revoked');
    },
  );

  test('on himself lifts nobody, responder or not; another does, with AWS credentials', async () => {
    expect(await revokes(world.carol, 'user', 'corp:carol', '--block')).toMatchObject({ exit: 0 });
    expect(await revokes(world.carol, 'user', 'corp:carol', '--lift')).toMatchObject({ exit: 3 });
    expect(await revokes(world.carol, 'user', 'corp:alice', '--lift')).toMatchObject({ exit: 3 });
    // The command takes them, as the AWS CLI does, from the environment that it is really in.
    for (const [name, value] of Object.entries(world.stack.local.responder)) vi.stubEnv(name, value);
    const lifted = await revokes(world.carol, 'user', 'corp:carol', '--lift', '--responder');
    vi.unstubAllEnvs();
    expect(lifted).toMatchObject({ exit: 0 });
    expect(await revokes(world.carol, 'user', 'corp:alice', '--lift')).toMatchObject({ exit: 0 });
  });

  test('is over with its lift: T′ passes, and new sessions are had and work', async () => {
    for (const who of [world.alice, world.bob])
      expect(await world.use(await untilIssued(who, 'all'))).toBe('works');
  });
});

test('who mints and revokes in a loop is a nuisance to nobody else', async () => {
  const { alice, bob } = world;
  const hers = await world.issue(alice);
  const his: Live[] = [];
  for (let at = 0; at < 10; at += 1) {
    const his_ = await world.issue(bob);
    his.push(his_);
    expect(await world.revoke(bob, his_.writ)).toMatchObject({ exit: 0 });
    expect(await world.use(hers)).toBe('works');
  }
  await world.untilDenied(...his);
  for (const { writ } of his)
    await vi.waitFor(async () => {
      const story = await world.story(`WRIT#${writ}`);
      expect(recordsOf(story, 'ended')).toMatchObject([{ how: 'revoked' }]);
    }, PATIENCE);
  expect(await world.use(hers)).toBe('works');
  expect(world.troubles).toEqual([]);
});

/** A principal's revocation has its whole story, each part once. */
const told = (revocation: string): Promise<void> =>
  vi.waitFor(async () => {
    const story = await world.story(`REVOCATION#${revocation}`);
    expect(story.map(({ record }) => record.type)).toEqual(['revoked', 'stamped', 'enforced']);
  }, PATIENCE);

/** Refused as not yet until it is had, and then begun after the T′ of what was ended, by kind. */
async function untilIssued(who: Person, ...kinds: readonly string[]): Promise<Live> {
  const had = await vi.waitFor(async () => {
    const { granted, said } = await world.tries(who);
    if (granted === null) expect(said).toContain('503');
    expect(granted, said).not.toBeNull();
    return granted;
  }, PATIENCE);
  if (had === null) throw new Error('nothing was granted');
  const [issued] = recordsOf(await world.story(`WRIT#${had.writ}`), 'outcome');
  for (const kind of kinds) {
    const [stamped] = recordsOf(await world.story(`REVOCATION#${ended[kind]}`), 'stamped');
    expect(Number(issued?.issuedAt)).toBeGreaterThanOrEqual(Number(stamped?.denyBefore));
  }
  return { ...had, permission: who === world.bob ? 'tickets-write' : 'reports-read' };
}
