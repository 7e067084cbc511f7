import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_MANAGED_POLICY_CHARS } from '../../../core/limits.ts';
import { denialsOf } from '../../../core/revocation/denials.ts';
import { denyDocument, documentOf } from '../../../core/revocation/deny-document.ts';
import { isOver } from '../../../core/revocation/entry.ts';
import { atRung } from '../../../core/revocation/ladder.ts';
import { CONTROL_IDENTITY, canaryIdentity } from '../../../core/revocation/names.ts';
import { RUNGS } from '../../../core/revocation/ports.ts';
import { NOW } from '../../support/clock.ts';
import { ACCOUNT, ends, entriesOf, idOf, judge, principalEntry, reaches, world } from './world.ts';

const RUNS = { numRuns: 50 };
/** Seconds after NOW. */
const later = fc.integer({ min: 0, max: 5000 });
const height = (rung: (typeof RUNGS)[number]): number => RUNGS.indexOf(rung);

test('every revoked session is denied for as long as it can be alive, whatever was pruned and has climbed', () => {
  fc.assert(
    fc.property(world, later, (given, after) => {
      const { sessions } = given;
      const entries = entriesOf(given);
      const now = NOW + after;
      const { denies } = judge(denyDocument(entries, now, ACCOUNT).text);
      const revoked = sessions.filter((each) => each.end > now && entries.some((entry) => ends(entry, each)));
      expect(revoked.filter((each) => !denies(each))).toEqual([]);
    }),
    RUNS,
  );
});

test('a session that is denied by a rung is denied by every higher one', () => {
  fc.assert(
    fc.property(world, (given) => {
      const { sessions } = given;
      const entries = entriesOf(given);
      const denials = denialsOf(entries, NOW, ACCOUNT);
      const judges = RUNGS.map((rung) => judgeOfAnyLength(atRung(rung, denials)));
      for (const session of sessions) {
        const verdicts = judges.map(({ denies }) => denies(session));
        expect(verdicts).toEqual([...verdicts].sort());
      }
    }),
    RUNS,
  );
});

/** IAM's reader refuses what is far too long: these are judged piece by piece, and one Deny is enough. */
function judgeOfAnyLength(denials: ReturnType<typeof denialsOf>): Pick<ReturnType<typeof judge>, 'denies'> {
  const { Version, Statement } = JSON.parse(documentOf(denials, ACCOUNT).text);
  const [bySource, ...others] = Statement;
  const ids: string[] = bySource.Condition.StringLike['aws:SourceIdentity'];
  const pieces = Array.from({ length: Math.ceil(ids.length / 200) }, (_, at) => ({
    ...bySource,
    Condition: { StringLike: { 'aws:SourceIdentity': ids.slice(at * 200, at * 200 + 200) } },
  }));
  const judges = [...pieces.map((each) => [each]), ...others.map((each: unknown) => [each])].map(
    (Statement) => judge(JSON.stringify({ Version, Statement })),
  );
  return { denies: (session) => judges.some(({ denies }) => denies(session)) };
}

test('the document fits, is one that IAM takes, and says its own length', () => {
  fc.assert(
    fc.property(world, later, (given, after) => {
      const { text, characters } = denyDocument(entriesOf(given), NOW + after, ACCOUNT);
      expect(characters).toBe(text.length);
      expect(characters).toBeLessThanOrEqual(MAX_MANAGED_POLICY_CHARS);
      expect(text).toMatch(/^[\x20-\x7e]*$/);
      expect(() => judge(text)).not.toThrow();
    }),
    RUNS,
  );
});

test('below the role rung a session is denied as a revoked writ, or because it was issued before the T′ of an entry that names it', () => {
  fc.assert(
    fc.property(world, (given) => {
      const { sessions } = given;
      const entries = entriesOf(given);
      const { text, rung } = denyDocument(entries, NOW, ACCOUNT);
      fc.pre(height(rung) < height('role'));
      const { denies } = judge(text);
      const active = entries.filter((entry) => !isOver(entry, NOW));
      for (const session of sessions.filter(denies)) {
        expect(active.filter((entry) => reaches(entry, session))).not.toEqual([]);
      }
    }),
    RUNS,
  );
});

test('what is issued after the last T′ and is no revoked writ is denied by no rung', () => {
  fc.assert(
    fc.property(world, (given) => {
      const { denies } = judge(denyDocument(entriesOf(given), NOW, ACCOUNT).text);
      for (const session of given.sessions) {
        expect(denies({ ...session, writ: idOf(NOW, 7), issuedAt: NOW + 700 })).toBe(false);
      }
    }),
    RUNS,
  );
});

describe('one text for one set of entries', () => {
  test('in any order, with repeats', () => {
    fc.assert(
      fc.property(world, fc.infiniteStream(fc.nat()), (given, chance) => {
        const entries = entriesOf(given);
        const shuffled = [...entries, ...entries.slice(0, 3)]
          .map((entry) => ({ entry, at: chance.next().value }))
          .sort((one, other) => one.at - other.at)
          .map(({ entry }) => entry);
        const one = denyDocument(entries, NOW, ACCOUNT);
        const other = denyDocument(shuffled, NOW, ACCOUNT);
        expect(other.text).toBe(one.text);
        expect(other.generation).toBe(one.generation);
        expect(entries.map(other.rungOf)).toEqual(entries.map(one.rungOf));
      }),
      RUNS,
    );
  });

  test('its own canary is refused, the one of another is not, nor the control', () => {
    fc.assert(
      fc.property(world, world, (one, other) => {
        const here = denyDocument(entriesOf(one), NOW, ACCOUNT);
        const there = denyDocument(entriesOf(other), NOW, ACCOUNT);
        expect(here.generation === there.generation).toBe(here.text === there.text);
        const { deniesCanary } = judge(here.text);
        expect(deniesCanary(canaryIdentity(here.generation))).toBe(true);
        expect(deniesCanary(CONTROL_IDENTITY)).toBe(false);
        expect(deniesCanary(canaryIdentity(there.generation))).toBe(here.text === there.text);
      }),
      RUNS,
    );
  });

  test('under an account-wide denial, too, whenever they began', () => {
    const { text, generation } = denyDocument([principalEntry('all', '*')], NOW, ACCOUNT);
    const { deniesCanary } = judge(text);
    expect(deniesCanary(CONTROL_IDENTITY, NOW - 60)).toBe(false);
    expect(deniesCanary(canaryIdentity('0000000000000000'), NOW - 60)).toBe(false);
    expect(deniesCanary(canaryIdentity(generation), NOW - 60)).toBe(true);
  });
});

describe('one entry more', () => {
  test('never lets a revoked session live', () => {
    fc.assert(
      fc.property(world, world, (one, other) => {
        const revoked = one.sessions.filter(
          (each) => each.end > NOW && entriesOf(one).some((entry) => ends(entry, each)),
        );
        const { denies } = judge(denyDocument([...entriesOf(one), ...entriesOf(other)], NOW, ACCOUNT).text);
        expect(revoked.filter((each) => !denies(each))).toEqual([]);
      }),
      RUNS,
    );
  });

  test('lets no session live at all, while nothing has to climb', () => {
    fc.assert(
      fc.property(world, world, (one, other) => {
        const before = judge(denyDocument(one.named, NOW, ACCOUNT).text);
        const after = judge(denyDocument([...one.named, ...other.named.slice(0, 1)], NOW, ACCOUNT).text);
        const sessions = [...one.sessions, ...other.sessions];
        expect(sessions.filter((each) => before.denies(each) && !after.denies(each))).toEqual([]);
      }),
      RUNS,
    );
  });
});

test('an entry counts as being on the rung whose statement denies what it denies', () => {
  fc.assert(
    fc.property(world, (given) => {
      const entries = entriesOf(given);
      const { rung, rungOf } = denyDocument(entries, NOW, ACCOUNT);
      const rungs = entries.filter((entry) => !isOver(entry, NOW)).map((entry) => height(rungOf(entry)));
      expect(Math.max(0, ...rungs)).toBe(height(rung));
    }),
    RUNS,
  );
});
