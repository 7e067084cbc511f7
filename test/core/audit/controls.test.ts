/** What a run shows toward controls: each figure follows the records, and nothing is promised. */
import { describe, expect, test } from 'vitest';
import { CATALOGUE } from '../../../core/audit/controls/catalogue.ts';
import { controlsOf } from '../../../core/audit/controls/controls.ts';
import { FRAMEWORKS } from '../../../core/audit/controls/finding.ts';
import { NEVER, QUERIES } from '../../../core/audit/controls/queries.ts';
import { sha256Hex } from '../../../core/encoding/hash.ts';
import { jcs } from '../../../core/encoding/jcs.ts';
import type { Intent, Issued } from '../../../core/ledger/records.ts';
import { REFUSED } from '../ledger/fixture.ts';
import { findingOf, RESULT, saying, summaryOf, withVerdict } from './controls/fixture.ts';
import {
  evidenceOf,
  intentWith,
  issuedFor,
  leafOf,
  OPENED,
  OPENINGS,
  revocationOf,
  storyOf,
  WRIT,
} from './fixture.ts';

/** As the broker mints: the session's tag is the decision's hash. */
const tagged = (change: Partial<Intent> = {}, more: Partial<Issued> = {}) => {
  const intent = intentWith(change);
  const tags = { 'writ:id': intent.writ, 'writ:decision': sha256Hex(jcs(intent)) };
  return [intent, issuedFor(intent, { tags, ...more })] as const;
};
const EVIDENCE = evidenceOf(tagged());

describe('the catalogue', () => {
  test('has every framework, each control once, and each with what Writ cannot show', () => {
    expect(Object.keys(CATALOGUE)).toEqual([...FRAMEWORKS]);
    for (const framework of FRAMEWORKS) {
      const ids = CATALOGUE[framework].map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      expect(CATALOGUE[framework].filter(({ never }) => never.length === 0)).toEqual([]);
    }
  });

  test('has what each framework is most asked for', () => {
    const ids = Object.values(CATALOGUE).flatMap((own) => own.map(({ id }) => id));
    expect(ids).toEqual(expect.arrayContaining(['PR.AA-05', 'NHI7', 'ASI03', 'L3', 'MAP 3.5', 'CC6.2']));
    expect(ids).toEqual(expect.arrayContaining(['A.6.2.8', '19(1)', '26(6)', 'AU-9(3)', 'AU-10(1)']));
    expect(ids.length).toBeGreaterThan(75);
  });

  test('no question and no limit is kept that no control asks', () => {
    const all = Object.values(CATALOGUE).flat();
    const asked = new Set(all.flatMap(({ shows }) => shows));
    expect(Object.keys(QUERIES).filter((query) => !(asked as Set<string>).has(query))).toEqual(['unproven']);
    const said = new Set<string>(all.flatMap(({ never }) => never));
    expect(Object.keys(NEVER).filter((word) => !said.has(word))).toEqual([]);
  });
});

test('it is evidence toward a control: nowhere is one said to be met', () => {
  const promise =
    /\bcompliant\b|compliance (?:achieved|is|with)|\b(?:certif|conform|satisf|fulfil|guarantee)|requirements? (?:is|are) met|in accordance/i;
  const runs = [
    controlsOf({ result: RESULT, evidence: EVIDENCE }),
    controlsOf({ result: RESULT, evidence: evidenceOf([]) }),
    controlsOf({ result: withVerdict('UNBROKERED', 'no_record'), evidence: evidenceOf(revoked()) }),
    controlsOf(
      {
        result: { ...RESULT, log: { ...RESULT.log, local: true, flaws: [{ where: 'x', flaw: 'y' }] } },
        evidence: EVIDENCE,
      },
      { lock: { object: 'segments/a', mode: 'COMPLIANCE', days: 2557 } },
    ),
  ];
  for (const findings of runs) {
    const text = JSON.stringify(findings);
    expect(text).not.toMatch(promise);
    expect(text).not.toMatch(/undefined|NaN|Infinity/);
  }
  expect('This is compliant.').toMatch(promise);
});

test('the same run gives the same findings, one for each control', () => {
  const one = controlsOf({ result: RESULT, evidence: EVIDENCE });
  expect(one).toEqual(controlsOf({ result: RESULT, evidence: EVIDENCE }));
  expect(one.length).toBe(Object.values(CATALOGUE).flat().length);
  const soc = controlsOf({ result: RESULT, evidence: EVIDENCE }, { frameworks: ['SOC 2'] });
  expect(new Set(soc.map(({ framework }) => framework))).toEqual(new Set(['SOC 2']));
});

describe('lifetimes (NHI7)', () => {
  const OTHER = '01jd3v9q2m8x7c4c';
  test('are counted: the longest, and the mean, with the writ', () => {
    const long = tagged({ writ: OTHER, deadline: OPENED + 3601 }, { requestId: 'other' });
    const { evidence } = findingOf('NHI7', evidenceOf([...tagged(), ...long]));
    expect(evidence[0]?.says).toBe(
      'Sessions lived 3600 s at most and 2250 s on average, by their deadlines; 0 of 2 ended earlier.',
    );
    expect(evidence[0]?.links).toEqual({ shown: [{ writ: OTHER }], leftOut: 0 });
  });

  test('of none there is nothing, and that is what is missing', () => {
    const { evidence, missing } = findingOf('NHI7', evidenceOf([]));
    expect(saying(evidence, 'lived')).toBeUndefined();
    expect(saying(missing, 'No session was issued')).toBeDefined();
  });

  test('of what was issued outside of the period nothing is said', () => {
    const result = { ...RESULT, question: { ...RESULT.question, from: OPENED + 2, to: OPENED + 9 } };
    expect(saying(findingOf('NHI7', EVIDENCE, { result }).missing, 'No session')).toBeDefined();
  });

  test('what stands in a record that is not proven counts for nothing', () => {
    const [intent, issued] = tagged();
    const evidence = evidenceOf([intent, issued]);
    const known = evidence.writs.get(WRIT);
    if (known === undefined) throw new Error('no writ');
    const leaves = { ...known.leaves, '00#intent': leafOf(intent, 0, false) };
    const writs = new Map([[WRIT, { ...known, leaves }]]);
    const { evidence: said, missing } = findingOf('NHI7', { ...evidence, writs });
    expect(saying(said, 'lived')).toBeUndefined();
    expect(saying(missing, 'not proven')?.links.shown).toEqual([{ writ: WRIT }]);
  });
});

describe('decided before issued (CC6.2)', () => {
  const inOrder = (evidence: typeof EVIDENCE) => ({
    held: saying(findingOf('CC6.2', evidence).evidence, 'carries the hash')?.says.slice(0, 18),
    not: saying(findingOf('CC6.2', evidence).missing, 'order is not shown')?.links.shown,
  });

  test('is shown by the hash in the session’s tag', () => {
    expect(inOrder(EVIDENCE)).toEqual({ held: 'In 1 of 1 session ', not: undefined });
  });

  test.each([
    ['without the tag', evidenceOf(storyOf())],
    [
      'with the hash of another decision',
      evidenceOf(tagged({}, { tags: { 'writ:decision': 'ab'.repeat(32) } })),
    ],
    ['decided after it was issued', evidenceOf(tagged({ at: OPENED + 10 }))],
  ])('is not shown %s', (_, evidence) => {
    expect(inOrder(evidence)).toEqual({ held: undefined, not: [{ writ: WRIT }] });
  });
});

describe('retention (EU AI Act 19(1))', () => {
  const days = (number: number, mode = 'COMPLIANCE') =>
    findingOf('19(1)', EVIDENCE, { lock: { object: 'segments/a', mode, days: number } });

  test('that nobody asked the store for is not shown by this run', () => {
    expect(saying(findingOf('19(1)', EVIDENCE).missing, 'not shown by this run')).toBeDefined();
  });

  test('begins at 184 days', () => {
    expect(saying(days(184).evidence, '184 days (COMPLIANCE')).toBeDefined();
    expect(saying(days(184).missing, 'days')).toBeUndefined();
    expect(saying(days(183).missing, 'less than 184')).toBeDefined();
    expect(saying(days(183).evidence, 'locks evidence')).toBeUndefined();
  });

  test('that somebody may lift is said', () => {
    expect(saying(days(184, 'GOVERNANCE').missing, 'may bypass')).toBeDefined();
  });
});

const revoked = (enforced: { seenRefused?: number | null } = {}) => {
  const [intent, issued] = tagged();
  return [intent, issued, ...revocationOf(intent, { enforced })];
};

test('how long it took to stop one (ASI10), or that nobody saw it stop', () => {
  const { evidence } = findingOf('ASI10', evidenceOf(revoked()));
  expect(saying(evidence, '1 revocation ended sessions')?.says).toContain('5 s at most');
  expect(
    saying(findingOf('ASI10', evidenceOf(revoked({ seenRefused: null }))).missing, 'not seen to refuse'),
  ).toBeDefined();
  expect(saying(findingOf('ASI10', EVIDENCE).missing, 'No revocation')).toBeDefined();
});

describe('what the trail says against it is missing, with the event', () => {
  test.each([
    ['CC7.2', 'UNBROKERED', 'no_record', 'No brokered role was used'],
    ['CC7.2', 'SHARED', 'two_addresses_at_once', 'No credential was seen outside'],
    ['CC7.2', 'EXPIRED', 'after_deadline', 'let none through'],
    ['NHI7', 'STANDING', 'ai_service_by_long_term_key', 'No call of an AI service'],
    ['NHI8', 'CONFLICT', 'account_differs', 'nothing of it'],
  ] as const)('%s %s', (id, verdict, reason, otherwise) => {
    const { evidence, missing } = findingOf(id, EVIDENCE, { result: withVerdict(verdict, reason) });
    expect(missing.flatMap(({ links }) => links.shown)).toContainEqual({ event: 'an-alarm' });
    expect(saying(evidence, otherwise)).toBeUndefined();
    if (otherwise !== 'nothing of it')
      expect(saying(findingOf(id, EVIDENCE).evidence, otherwise)).toBeDefined();
  });

  test('no trail is no evidence', () => {
    const result = {
      ...RESULT,
      coverage: { ...RESULT.coverage, found: null, places: { shown: [], leftOut: 0 } },
      counts: { ...RESULT.counts, verdicts: { ...RESULT.counts.verdicts, ATTRIBUTED: 0 } },
    };
    const { evidence } = findingOf('CC7.2', EVIDENCE, { result });
    expect(evidence).toEqual([]);
  });
});

test('granted, held against used (NHI5): idle sessions, and a trail without data events', () => {
  const result = {
    ...RESULT,
    coverage: { ...RESULT.coverage, dataEvents: false },
    writs: { shown: [summaryOf(WRIT, ['AssumeRole'])], leftOut: 0 },
  };
  const { missing } = findingOf('NHI5', EVIDENCE, { result });
  expect(saying(missing, 'granted, not seen used')?.links.shown).toEqual([{ writ: WRIT }]);
  expect(saying(missing, 'no data event')).toBeDefined();
  const both = { ...RESULT, writs: { shown: [summaryOf(WRIT, ['AssumeRole', 'GetObject'])], leftOut: 0 } };
  expect(
    saying(findingOf('NHI5', EVIDENCE, { result: both }).evidence, 'Of 1 session 1 called AWS'),
  ).toBeDefined();
});

test('refusals by their reason (AC-24), each with its leaf', () => {
  const result = { ...RESULT, refusals: { shown: [leafOf(REFUSED, 7)], leftOut: 0 } };
  const said = saying(findingOf('AC-24', EVIDENCE, { result }).evidence, 'policy_denied ×1');
  expect(said?.links.shown).toEqual([{ leaf: 7 }]);
});

test('a purpose is readable only where its opening was handed over (ASI02)', () => {
  const opened = evidenceOf(tagged(), { openings: OPENINGS });
  expect(saying(findingOf('ASI02', opened).evidence, 'The words of 1 can')).toBeDefined();
  expect(saying(findingOf('ASI02', EVIDENCE).evidence, 'The words of 0 can')).toBeDefined();
});

test('a log that does not verify is said first, everywhere that anything is shown', () => {
  const log = { ...RESULT.log, flaws: [{ where: 'tile/0/000', flaw: 'differs' }] };
  for (const { missing, evidence } of controlsOf({ result: { ...RESULT, log }, evidence: EVIDENCE })) {
    if (evidence.length > 0) expect(missing[0]?.says).toMatch(/^The log does not verify/);
  }
});

test('a device that nobody signed for, and no approval, are missing', () => {
  const [intent] = tagged();
  const claimed = evidenceOf(tagged({ device: { ...intent.device, kind: 'claimed' } }));
  expect(saying(findingOf('PR.AA-03', claimed).missing, 'only claimed')?.links.shown).toEqual([
    { writ: WRIT },
  ]);
  expect(saying(findingOf('PR.AA-03', EVIDENCE).missing, 'only claimed')).toBeUndefined();
  expect(saying(findingOf('CC6.3', EVIDENCE).missing, 'No session of this period rests on')).toBeDefined();
});
