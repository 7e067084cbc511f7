/** What must hold of early ends, once everything has come to rest and the reconciler has run once more. */
import { isoTime } from '../../core/encoding/iso-time.ts';
import { evaluate } from '../../core/iam/evaluate.ts';
import { parsePolicy } from '../../core/iam/parse.ts';
import { enforcedKey, INTENT, revocationKey, revokedKey, STAMPED, writKey } from '../../core/ledger/keys.ts';
import type { LedgerItem } from '../../core/ports.ts';
import type { Ending } from './endings.ts';
import { ACCOUNT } from './memory-account.ts';
import type { Session, Stage } from './stage.ts';

/** T′, spelled out once more: the explorer must not believe the very function that it judges. */
export const deniedBefore = (cutoff: number): number => Math.ceil((cutoff + 3) / 10) * 10;

export function endingBreaches(stage: Stage): readonly string[] {
  const { endings, last, account, tables } = stage;
  if (stage.scenario.ending === undefined) return [];
  const items = tables.items();
  const cutoffs = new Map([...endings].map(([id]) => [id, cutoffOf(id, items)] as const));
  return [
    ...(last?.verified === true && !last.behind ? [] : ['the last reconcile left something undone']),
    ...[...endings].flatMap(([id, ending]) => [
      ...recordBreaches(id, ending, items),
      ...headBreaches(ending, stage),
    ]),
    ...stage.released.flatMap((secret) => {
      const session = stage.sessions.get(secret.credential.AccessKeyId);
      if (session === undefined) return ['a secret that STS never gave'];
      const isDenied = denies(account.iam.policy?.text ?? '', session);
      const against = [...endings]
        .filter(([, { keys }]) => isOf(keys, session, items))
        .map(([id, ending]) => ({ ending, cutoff: cutoffs.get(id) ?? null }));
      return [
        ...against.flatMap((each) => secretBreaches(secret.recheckedAt, session, isDenied, each)),
        ...(isDenied && !against.some(({ ending, cutoff }) => reaches(ending, cutoff, session))
          ? ['a session is denied that nobody ended']
          : []),
      ];
    }),
  ];
}

const isWrit = ({ keys }: Ending): boolean => keys.some(({ kind }) => kind === 'writ');

/** Whether what the revocation came to denies the session. */
const reaches = (ending: Ending, cutoff: number | null, { issuedAt }: Session): boolean =>
  isWrit(ending) || (cutoff !== null && issuedAt < deniedBefore(cutoff));

/**
 * What was there when the revocation was committed is ended, and so is what STS dated before T′. Who was rechecked after
 * the commit and left all the same must not have been waited for in vain: rule 8.
 */
function secretBreaches(
  recheckedAt: number,
  session: Session,
  isDenied: boolean,
  { ending, cutoff }: { readonly ending: Ending; readonly cutoff: number | null },
): readonly string[] {
  const { committed, stamped, blocks } = ending;
  const isEnded = session.moment < committed || reaches(ending, cutoff, session);
  const isLate = recheckedAt >= committed;
  return [
    ...(isEnded && !isDenied ? ['a revoked session is not denied'] : []),
    ...(isLate && blocks ? ['a secret of somebody who was blocked'] : []),
    ...(isLate && isWrit(ending) ? ['a secret of a writ that had been ended'] : []),
    ...(isLate && !isWrit(ending) && (stamped === null || recheckedAt < stamped)
      ? ['a secret left while its revocation was pending']
      : []),
    ...(isLate && reaches(ending, cutoff, session)
      ? ['a secret of before the cut-off left after it was committed']
      : []),
  ];
}

/** Exactly one `revoked`, one `stamped` where there is a cut-off to be told, and one `enforced` in the account. */
function recordBreaches(id: string, ending: Ending, items: readonly LedgerItem[]): readonly string[] {
  const [key] = ending.keys;
  const pk = key?.kind === 'writ' ? writKey(key.value) : revocationKey(id);
  const count = (sk: string): number => items.filter((item) => item.pk === pk && item.sk === sk).length;
  const wanted = { [revokedKey(id)]: 1, [STAMPED]: isWrit(ending) ? 0 : 1, [enforcedKey(id, ACCOUNT)]: 1 };
  const all = items.filter((item) => item.sk.includes(id)).length;
  return [
    ...Object.entries(wanted)
      .filter(([sk, number]) => count(sk) !== number)
      .map(([sk]) => `not as many ${sk.split('#')[1]} as there must be`),
    ...(all === 2 ? [] : ['a revocation has records in another place']),
  ];
}

const headBreaches = ({ keys }: Ending, { tables }: Stage): readonly string[] =>
  tables.effects.readHeads(keys, null, null).heads.some(({ pending }) => pending)
    ? ['a head is still pending']
    : [];

function cutoffOf(id: string, items: readonly LedgerItem[]): number | null {
  const item = items.find(({ pk, sk }) => pk === revocationKey(id) && sk === STAMPED);
  return item === undefined ? null : JSON.parse(item.body).cutoff;
}

/** A machine has two names: what its session bears as a tag, and its key's. */
function isOf(keys: Ending['keys'], { plan }: Session, items: readonly LedgerItem[]): boolean {
  const writ = plan.Tags['writ:id'] ?? '';
  const intent = items.find(({ pk, sk }) => pk === writKey(writ) && sk === INTENT);
  const key = intent === undefined ? null : `writ:${JSON.parse(intent.body).device.jkt}`;
  return keys.some(({ kind, value }) =>
    kind === 'writ'
      ? writ === value
      : [plan.Tags[`writ:${kind}`], kind === 'device' ? key : null].includes(value),
  );
}

const ALLOW = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}';
const judged = new Map<string, boolean>();

/** The judge: `core/iam`, on the document that stands in IAM and the session as STS began it. */
function denies(text: string, { plan, issuedAt }: Session): boolean {
  const key = JSON.stringify([text, plan.SourceIdentity, plan.Tags, issuedAt]);
  const known = judged.get(key);
  if (known !== undefined) return known;
  const identity = [ALLOW, text].map((each) => {
    const parsed = parsePolicy(each, 'identity');
    if (!parsed.ok) throw new Error(parsed.problem);
    return parsed.document;
  });
  const { decision } = evaluate(
    {
      action: 'dynamodb:ListTables',
      resource: '*',
      principal: `arn:aws:sts::${ACCOUNT}:assumed-role/reports-read/${plan.RoleSessionName}`,
      context: {
        ...Object.fromEntries(
          Object.entries(plan.Tags).map(([tag, value]) => [`aws:PrincipalTag/${tag}`, value]),
        ),
        'aws:PrincipalArn': plan.RoleArn,
        'aws:PrincipalAccount': ACCOUNT,
        'aws:SourceIdentity': plan.SourceIdentity,
        'aws:TokenIssueTime': isoTime(issuedAt),
      },
    },
    { identity },
  );
  const denied = decision === 'explicitDeny';
  judged.set(key, denied);
  return denied;
}
