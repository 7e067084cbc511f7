/** The checks of this folder without an account: their code, their documents, their cleaning up. */
import { describe, expect, test } from 'vitest';
import { assumedSession } from '../../adapters/assumed-session.ts';
import { writId } from '../../core/writ-id.ts';
import type { Check } from './check.ts';
import { CHECKS } from './checks.ts';
import type { Clients } from './clients.ts';
import { runCheck } from './run-check.ts';
import { openCaller } from './sessions.ts';
import { openStandIn } from './stand-in/open.ts';
import { OTHERWISE } from './stand-in/otherwise.ts';
import { leftovers, sweep } from './sweep.ts';

describe.each(CHECKS)('$id', (check) => {
  test('holds on the stand-in, and leaves nothing behind', async () => {
    const standIn = await openStandIn();
    try {
      let made: readonly string[] = [];
      const run: Check['run'] = async (lab) => {
        await check.run(lab);
        made = standIn.left();
      };
      expect(await runCheck({ ...check, run }, standIn.lab)).toEqual([]);
      expect(made).not.toEqual([]);
      expect(standIn.left()).toEqual([]);
    } finally {
      await standIn.close();
    }
  });

  test.each(OTHERWISE[check.id] ?? [])('fails where $what, and leaves nothing behind', async (aws) => {
    const { answers, says, withinMillis = 150 } = aws;
    const standIn = await openStandIn({ otherwise: answers, withinMillis });
    try {
      await expect(runCheck(check, standIn.lab)).rejects.toThrow(says);
      expect(standIn.said).toContain(`${check.id}: what to change: ${check.otherwise}`);
      expect(standIn.left()).toEqual([]);
    } finally {
      await standIn.close();
    }
  });
});

test('each check has a way to fail', () => {
  expect(Object.keys(OTHERWISE).sort()).toEqual(CHECKS.map(({ id }) => id).sort());
  expect(Object.values(OTHERWISE).every((ways) => ways.length > 0)).toBe(true);
});

test('the roles that checks make are the tester’s alone', async () => {
  const standIn = await openStandIn();
  const { lab, stranger } = standIn;
  try {
    const { role } = await openCaller(lab);
    const as = ({ sts }: Clients) => assumedSession(sts, { RoleArn: role.arn, RoleSessionName: 'test' });
    await expect(as(stranger)).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(as(lab.clients)).resolves.toHaveProperty('sessionToken');
  } finally {
    await standIn.close();
  }
});

describe('a sweep', () => {
  const NOW = 1_800_000_000;

  test('removes what runs left behind that never came to their end', async () => {
    const standIn = await openStandIn();
    const { lab } = standIn;
    try {
      // Runs of long ago, and each its own: names must not meet.
      for (const [n, check] of CHECKS.entries())
        await check.run({ ...lab, run: writId((NOW - 7200) * 1000, new Uint8Array([0, 0, 0, n])) });
      const said: string[] = [];
      const options = {
        now: NOW,
        olderThanSeconds: 7200,
        dryRun: true,
        say: (line: string) => said.push(line),
      };
      expect(await sweep(await leftovers(lab.clients, lab.patience), options)).toEqual({
        removed: 0,
        failed: 0,
      });
      expect(new Set(said.map((line) => / (\w+(?: group)?) \S+$/.exec(line)?.[1]))).toEqual(
        new Set(['stack', 'schedule group', 'role', 'policy', 'table', 'bucket', 'queue', 'key']),
      );
      const found = said.length;
      const swept = await sweep(await leftovers(lab.clients, lab.patience), { ...options, dryRun: false });
      expect(swept).toEqual({ removed: found, failed: 0 });
      expect(standIn.left()).toEqual([]);
      expect(await leftovers(lab.clients, lab.patience)).toEqual([]);
    } finally {
      await standIn.close();
    }
  });

  test('leaves alone what is young, and what has no run’s name; says what it could not remove', async () => {
    const removed: string[] = [];
    const said: string[] = [];
    const leftover = (what: string, since: number | null) => ({
      ...{ what, since },
      remove: async () => {
        if (what === 'stuck')
          throw Object.assign(new Error('secret words'), { name: 'DeleteConflictException' });
        removed.push(what);
      },
    });
    const all = [
      leftover('old', NOW - 7200),
      leftover('young', NOW - 7199),
      leftover('no run', null),
      leftover('stuck', 0),
    ];
    const options = {
      now: NOW,
      olderThanSeconds: 7200,
      dryRun: false,
      say: (line: string) => said.push(line),
    };
    expect(await sweep(all, options)).toEqual({ removed: 1, failed: 1 });
    expect(removed).toEqual(['old']);
    expect(said).toEqual([
      'removed: old',
      'left alone: young (young)',
      'left alone: no run (no run’s name)',
      'NOT removed: stuck: DeleteConflictException',
    ]);
  });
});
