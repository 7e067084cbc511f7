/** Sessions, what is revoked of them, and the judge: `core/iam`, which knows nothing of ladders. */
import fc from 'fast-check';
import { isoTime } from '../../../core/encoding/iso-time.ts';
import { evaluate } from '../../../core/iam/evaluate.ts';
import { parsePolicy } from '../../../core/iam/parse.ts';
import { ISSUE_WITHIN_SECONDS, MINT_TIMEOUT_MILLIS } from '../../../core/limits.ts';
import type { HeadKey } from '../../../core/ports.ts';
import { covers } from '../../../core/revocation/covers.ts';
import { beforeOf, TAG_KINDS } from '../../../core/revocation/denials.ts';
import type { PrincipalEntry, StampedEntry, WritEntry } from '../../../core/revocation/entry.ts';
import { canaryRoleArn } from '../../../core/revocation/names.ts';
import { writId } from '../../../core/writ-id.ts';
import { NOW } from '../../support/clock.ts';

export const ACCOUNT = '111122223333';
export const roleOf = (name: string): string => `arn:aws:iam::${ACCOUNT}:role/writ/${name}`;
export const ROLES = ['reports-read', 'tickets-write', 'logs-read'].map(roleOf);
export const [ROLE = ''] = ROLES;
/** The configuration names it no more. */
const RETIRED = roleOf('retired');

export interface Session {
  readonly writ: string;
  /** ARN. */
  readonly role: string;
  /** As minted. */
  readonly tags: { readonly [tag: string]: string };
  /** NumericDate. */
  readonly issuedAt: number;
}

/** A session that is alive from its issue until STS ends it. */
export interface Live extends Session {
  readonly opened: number;
  /** NumericDate: STS's own end. */
  readonly end: number;
}

export const COMMON = { revocation: '01jd3v9q2m8x7c4b', askedAt: NOW * 1000, recordedIn: [] } as const;

/** An id as it is given at that second; `number` stands for chance. */
export const idOf = (opened: number, number: number): string =>
  writId(opened * 1000, new Uint8Array(new Uint32Array([number]).buffer));

export const writEntry = (change: Partial<WritEntry> & Pick<WritEntry, 'value'>): WritEntry => ({
  ...COMMON,
  kind: 'writ',
  account: ACCOUNT,
  cutoff: NOW,
  user: 'corp:alice',
  until: NOW + 900,
  intent: 'ab'.repeat(32),
  ...change,
});

export const principalEntry = (
  kind: PrincipalEntry['kind'],
  value: string,
  cutoff = NOW,
): PrincipalEntry & { readonly cutoff: number } => ({ ...COMMON, kind, account: '*', value, cutoff });

/** Writs nobody of the world has, but whose users it may know: the document has to make room. */
export const crowd = (size: number, users: number, first = 0): WritEntry[] =>
  Array.from({ length: size }, (_, at) => {
    const opened = NOW - 900 + ((at * 37) % 800);
    return writEntry({
      value: idOf(opened, first + at),
      user: `corp:user-${at % users}`,
      cutoff: opened + 60,
      until: opened + 1800,
    });
  });

export interface World {
  readonly sessions: readonly Live[];
  /** Entries that may concern them. */
  readonly named: readonly StampedEntry[];
  readonly crowd: readonly [size: number, users: number];
}

export const entriesOf = ({ named, crowd: [size, users] }: World): readonly StampedEntry[] => [
  ...named,
  ...crowd(size, users),
];

const among = (name: string, size: number) =>
  fc.integer({ min: 0, max: size - 1 }).map((at) => `${name}-${at}`);
const LATEST_BEGIN = ISSUE_WITHIN_SECONDS + MINT_TIMEOUT_MILLIS / 1000;

const live = fc
  .record({
    opened: fc.integer({ min: NOW - 4200, max: NOW }),
    taken: fc.integer({ min: 0, max: LATEST_BEGIN }),
    lasts: fc.constantFrom(900, 1800, 3600),
    number: fc.integer({ min: 0, max: 1_000_000 }),
    role: fc.constantFrom(...ROLES, RETIRED),
    tags: fc.record({
      'writ:user': among('corp:user', 4),
      'writ:device': among('mdm:device', 4),
      'writ:agent': among('agent', 2),
      'writ:task': among('T', 4),
      'writ:permission': among('permission', 2),
    }),
  })
  .map(({ opened, taken, lasts, number, role, tags }): Live => {
    const writ = idOf(opened, number);
    const issuedAt = opened + taken;
    return { writ, opened, role, tags: { ...tags, 'writ:id': writ }, issuedAt, end: issuedAt + lasts };
  });

const principal = fc
  .tuple(
    fc.oneof(
      fc.constantFrom(...TAG_KINDS).chain((kind) => {
        const names = {
          user: 'corp:user',
          device: 'mdm:device',
          agent: 'agent',
          task: 'T',
          permission: 'permission',
        };
        return among(names[kind], 4).map((value) => ({ kind, value }));
      }),
      fc.constantFrom(...ROLES, RETIRED).map((value) => ({ kind: 'role' as const, value })),
    ),
    fc.integer({ min: NOW - 4200, max: NOW }),
  )
  .map(([{ kind, value }, cutoff]) => principalEntry(kind, value, cutoff));

/** Of a session that there is: asked for once it had been opened. */
const ofSession = ({ writ, tags, opened, end }: Live, after: number): WritEntry =>
  writEntry({ value: writ, user: tags['writ:user'] ?? '', cutoff: opened + after, until: end });

/**
 * Some sessions; some of their writs revoked, some principals, and a crowd: nobody beside them, or so many that the
 * document has to climb.
 */
export const world: fc.Arbitrary<World> = fc
  .record({
    sessions: fc.array(live, { minLength: 1, maxLength: 4 }),
    revoked: fc.array(fc.tuple(fc.nat({ max: 3 }), fc.integer({ min: 0, max: 600 })), { maxLength: 4 }),
    principals: fc.array(principal, { maxLength: 4 }),
    all: fc.option(fc.integer({ min: NOW - 4200, max: NOW }), { freq: 12 }),
    crowd: fc.constantFrom<World['crowd'][]>([0, 1], [200, 3], [300, 8], [300, 300], [400, 120], [900, 400]),
  })
  .map(({ sessions, revoked, principals, all, crowd }) => ({
    sessions,
    named: [
      ...revoked.flatMap(([at, after]) => sessions.slice(at, at + 1).map((each) => ofSession(each, after))),
      ...principals,
      ...(all === null ? [] : [principalEntry('all', '*', all)]),
    ],
    crowd,
  }));

/** What the session can be revoked by. */
const namesOf = ({ writ, role, tags }: Session): readonly HeadKey[] => [
  { kind: 'writ', value: writ },
  ...TAG_KINDS.map((kind) => ({ kind, value: tags[`writ:${kind}`] ?? '' })),
  { kind: 'role', value: role },
  { kind: 'all', value: '*' },
];

/** Whether the entry by itself denies the session. */
export const ends = (entry: StampedEntry, session: Session): boolean =>
  covers(entry, namesOf(session), session.issuedAt);

/** What the entry denies by itself, and what its writ's user loses when it climbs. */
export const reaches = (entry: StampedEntry, session: Session): boolean =>
  ends(entry, session) ||
  (entry.kind === 'writ' && entry.user === session.tags['writ:user'] && session.issuedAt < beforeOf(entry));

export interface Judge {
  denies(session: Session): boolean;
  deniesCanary(sourceIdentity: string, issuedAt?: number): boolean;
}

/** @throws Error for a document that IAM would not take. */
export function judge(text: string): Judge {
  const parsed = parsePolicy(text, 'identity');
  if (!parsed.ok) throw new Error(parsed.problem);
  const allowAll = parsePolicy(
    '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}',
    'identity',
  );
  if (!allowAll.ok) throw new Error(allowAll.problem);
  const identity = [allowAll.document, parsed.document];
  const asks = (role: string, context: { readonly [key: string]: string }): boolean => {
    const { decision } = evaluate(
      {
        action: 'dynamodb:ListTables',
        resource: '*',
        principal: `arn:aws:sts::${ACCOUNT}:assumed-role/${role.split('/').at(-1)}/session`,
        context: { 'aws:PrincipalArn': role, 'aws:PrincipalAccount': ACCOUNT, ...context },
      },
      { identity },
    );
    if (decision === 'implicitDeny') throw new Error('Nothing allows the call.');
    return decision === 'explicitDeny';
  };
  const issued = (at: number) => ({ 'aws:TokenIssueTime': isoTime(at) });
  return {
    denies: ({ writ, role, tags, issuedAt }) =>
      asks(role, {
        ...Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:PrincipalTag/${key}`, value])),
        ...issued(issuedAt),
        'aws:SourceIdentity': `alice+${writ}`,
      }),
    deniesCanary: (sourceIdentity, issuedAt = NOW) =>
      asks(canaryRoleArn(ACCOUNT), { 'aws:SourceIdentity': sourceIdentity, ...issued(issuedAt) }),
  };
}
