import type { Bundle } from '../../../core/policy/bundle.ts';
import { denyDocument } from '../../../core/revocation/deny-document.ts';
import type { PrincipalEntry, StampedEntry, WritEntry } from '../../../core/revocation/entry.ts';
import { writId } from '../../../core/writ-id.ts';
import { ACCOUNT } from '../../../local/aws/account.ts';
import { exampleRoles, WRIT, writ } from '../example.ts';
import type { JudgeCase } from '../judge-case.ts';
import { arnOfTarget, MINT } from '../roles.ts';

/**
 * Whole documents of the reconciler, of every rung, attached once the session is out.
 *
 * @param now - NumericDate. The session is issued a moment later, so what ends it is revoked in a minute.
 */
export function denyDocumentCases(bundle: Bundle, now: number): JudgeCase[] {
  const role = exampleRoles(bundle).find(({ name }) => name === 'reports-read');
  if (role === undefined) throw new Error('The example configuration has no role reports-read.');
  const mine = { ...role, name: 'revoked' };
  return trials(now).map(
    ({ what, entries, ended }): JudgeCase => ({
      allowed: !ended,
      name: `a live session under the deny document of ${what}`,
      roles: [MINT, mine],
      caller: { role: MINT.name },
      assume: writ(bundle, {
        permission: 'reports-read',
        parameters: { prefix: 'q3' },
        deadline: now + 3600,
        role: mine.name,
      }),
      deniedLater: JSON.parse(denyDocument(entries, now, ACCOUNT).text),
      call: { operation: 'GetObject', Bucket: 'example-reports', Key: 'q3/figures.csv' },
    }),
  );
}

interface Trial {
  readonly what: string;
  readonly entries: readonly StampedEntry[];
  readonly ended: boolean;
}

function trials(now: number): readonly Trial[] {
  const [soon, longAgo] = [now + 60, now - 1800];
  const alice = principal('user', 'corp:alice', soon);
  const bob = principal('user', 'corp:bob', soon);
  const own = (kind: PrincipalEntry['kind'], value: string): Trial => ({
    what: `its ${kind}`,
    entries: [principal(kind, value, soon)],
    ended: true,
  });
  return [
    { what: 'nothing', entries: [], ended: false },
    own('user', 'corp:alice'),
    own('device', 'mdm:LAPTOP-7'),
    own('agent', 'report-writer'),
    own('task', 'FIN-1234'),
    own('permission', 'reports-read'),
    own('role', arnOfTarget('revoked')),
    { what: 'another user', entries: [bob], ended: false },
    {
      what: 'its user, long past',
      entries: [principal('user', 'corp:alice', longAgo)],
      ended: false,
    },
    { what: 'two users, at one time', entries: [bob, alice], ended: true },
    {
      what: 'its user long past, and now its task',
      entries: [principal('user', 'corp:alice', longAgo), principal('task', 'FIN-1234', soon)],
      ended: true,
    },
    { what: 'its writ', entries: [ofWrit(WRIT, 'corp:alice', soon)], ended: true },
    { what: 'many writs of its user', entries: manyWrits(now, soon, () => 'corp:alice'), ended: true },
    { what: 'many writs of another user', entries: manyWrits(now, soon, () => 'corp:bob'), ended: false },
    {
      what: 'more users than fit',
      entries: manyWrits(now, soon, (at) => `corp:somebody-with-a-long-name-${at}`),
      ended: true,
    },
    {
      what: 'more users than fit, long past',
      entries: manyWrits(now, longAgo, (at) => `corp:somebody-with-a-long-name-${at}`),
      ended: false,
    },
    { what: 'all', entries: [principal('all', '*', soon)], ended: true },
    { what: 'all, long past', entries: [principal('all', '*', longAgo)], ended: false },
  ];
}

const common = { revocation: '01jd3v9q2m8x7c4b', askedAt: 0, recordedIn: [] } as const;

const principal = (
  kind: PrincipalEntry['kind'],
  value: string,
  cutoff: number,
): PrincipalEntry & { readonly cutoff: number } => ({ ...common, kind, account: '*', value, cutoff });

const ofWrit = (value: string, user: string, cutoff: number): WritEntry => ({
  ...common,
  ...{ kind: 'writ', account: ACCOUNT, value, cutoff, user, until: cutoff + 3600, intent: 'ab'.repeat(32) },
});

const manyWrits = (now: number, cutoff: number, userOf: (at: number) => string): readonly WritEntry[] =>
  Array.from({ length: 400 }, (_, at) =>
    ofWrit(writId((now - 3000) * 1000 + at, new Uint8Array(4)), userOf(at), cutoff),
  );
