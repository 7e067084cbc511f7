/** What is left of it all for somebody who was not there: each event held against the evidence, and one told whole. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { QueryCommand } from '@aws-sdk/client-dynamodb';
import type { Stack } from '../stack.ts';
import { quoted, shown, typed } from './shell.ts';
import type { Step } from './teller.ts';
import { readTrailOf, type TrailEvent } from './trail.ts';
import { type Person, said } from './writ.ts';

/** The archiver has each record within a second; a crowded laptop takes longer. Milliseconds. */
const PATIENCE = 15_000;
const AGAIN = 200;

/** As much of what `writ audit --json` says as the story looks at. */
interface Audited {
  readonly counts: { readonly records: number; readonly verdicts: { readonly [verdict: string]: number } };
  readonly completeness: {
    readonly withoutRecord: number;
    readonly withoutMint: { readonly shown: readonly string[] };
  };
  readonly log: { readonly size: number; readonly flaws: readonly unknown[] };
  readonly written: readonly string[];
}

/** CloudTrail's files and the evidence log, and nothing of the broker's. */
export async function holdsItAgainstTheEvidence(stack: Stack, auditor: Person, home: string): Promise<Step> {
  const { cloudtrail_dir, evidence_dir, evidence_vkey } = stack.local;
  const args = [
    'audit',
    cloudtrail_dir,
    '--evidence',
    evidence_dir,
    '--key',
    evidence_vkey,
    '--out',
    join(home, 'report'),
  ];
  const expected = expectedOf(await readTrailOf(stack));
  const audited = await untilArchived(auditor, [...args, '--json']);
  const { verdicts = {}, records = 0 } = audited?.counts ?? {};
  const listed = Object.entries(verdicts).filter(([, count]) => count > 0);
  const inForce = (verdicts.ATTRIBUTED ?? 0) + (verdicts.IN_DOUBT ?? 0);
  return {
    title: 'An auditor holds each event against the evidence',
    shows:
      'Two folders and a key: CloudTrail’s files and the signed log. What AWS let through has a writ in force behind it, what it refused has a name; the rest is not Writ’s.',
    proof: types(stack, args),
    seen: [
      `${records} events: ${listed.map(([verdict, count]) => `${count} ${verdict}`).join(', ')}; ${audited?.log.size ?? 0} leaves`,
      `report: ${(audited?.written ?? []).map(shown).join(', ') || 'none'}`,
    ].join('\n'),
    held:
      audited !== null &&
      listed.every(([verdict]) => RIGHT.includes(verdict)) &&
      inForce === expected.letThrough &&
      verdicts.DENIED === expected.refused &&
      audited.completeness.withoutRecord === 0 &&
      audited.completeness.withoutMint.shown.length === 0 &&
      audited.log.flaws.length === 0 &&
      audited.written.length > 0,
  };
}

/** Whoever is revoked may be let through until the deny has spread: nobody can say more of such a call. */
const RIGHT: readonly string[] = ['ATTRIBUTED', 'IN_DOUBT', 'DENIED', 'OUT_OF_SCOPE'];

/** Told from the raw events: calls of sessions with a writ's name, and the mints that made these. */
function expectedOf(events: readonly TrailEvent[]): {
  readonly letThrough: number;
  readonly refused: number;
} {
  const writs = events.filter(
    ({ eventName, userIdentity, requestParameters }) =>
      WRITS.test(userIdentity.sessionContext?.sourceIdentity ?? '') ||
      (eventName === 'AssumeRole' && requestParameters?.tags?.some(({ key }) => key === 'writ:id')),
  );
  const refused = writs.filter(({ errorCode }) => errorCode?.startsWith('AccessDenied')).length;
  return { letThrough: writs.length - refused, refused };
}
const WRITS = /^(?!canary\+).+\+[0-9a-z]{16}$/;

/** The last records may still be on their way into the log: until then a good call is not verified. */
async function untilArchived(auditor: Person, args: readonly string[]): Promise<Audited | null> {
  for (const end = Date.now() + PATIENCE; ; ) {
    const ran = await auditor.writ(...args);
    if (ran.exit === 0 || Date.now() > end)
      return ran.stdout === '' ? null : (JSON.parse(ran.stdout) as Audited);
    await wait(AGAIN);
  }
}

/** The question of the whole: who authorised it, what executed it, and was the credential valid at that very moment? */
export async function asksWhy(stack: Stack, auditor: Person, writ: string, home: string): Promise<Step> {
  const events = await readTrailOf(stack);
  const event = events.find(
    ({ eventName, errorCode, userIdentity }) =>
      eventName === 'GetObject' &&
      errorCode === undefined &&
      userIdentity.sessionContext?.sourceIdentity?.endsWith(`+${writ}`),
  );
  const { cloudtrail_dir, evidence_dir, evidence_vkey } = stack.local;
  const openings = join(home, 'openings.json');
  await writeFile(openings, JSON.stringify(await openingsOf(stack, writ)), { mode: 0o600 });
  const bundle = join(home, 'why.json');
  const args = [
    ...['why', event?.eventID ?? '', '--trail', cloudtrail_dir, '--evidence', evidence_dir],
    ...['--key', evidence_vkey, '--openings', openings, '--bundle', bundle],
  ];
  const why = await auditor.writ(...args);
  const verified = await auditor.writ('verify', bundle, '--key', evidence_vkey);
  const [, sentence = said(why)] = /\n\n(.+authorised[\s\S]*?)\n\n/.exec(why.stdout) ?? [];
  return {
    title: 'And asks why of one of them',
    shows:
      'Who authorised it, from which device, which agent executed it, for which task, and whether the credential was valid at that very moment; then the records by themselves, verified offline.',
    proof: [types(stack, args), types(stack, ['verify', bundle, '--key', evidence_vkey])].join('\n'),
    seen: sentence.replaceAll('\n', ' '),
    held:
      why.exit === 0 &&
      verified.exit === 0 &&
      /^corp:alice .*report-writer .*FIN-1234.*“Summarise the Q3 figures”.*was valid at that moment: \d+ s/.test(
        sentence.replaceAll('\n', ' '),
      ),
  };
}

/** An auditor needs no profile, and no state of his own. */
const types = ({ local }: Stack, args: readonly string[]): string =>
  typed(['node', shown(local.writ), ...args.map((arg) => quoted(arg.startsWith('/') ? shown(arg) : arg))]);

/** What Alice's broker hands to her auditor: the clear values behind the hashes of one record. */
async function openingsOf(
  { dynamodb, local }: Stack,
  writ: string,
): Promise<{ readonly [id: string]: unknown }> {
  const { Items = [] } = await dynamodb.send(
    new QueryCommand({
      TableName: local.tables.people,
      KeyConditionExpression: 'pk = :pk AND sk = :sk',
      ExpressionAttributeValues: { ':pk': { S: 'corp:alice' }, ':sk': { S: `WRIT#${writ}#00#intent` } },
    }),
  );
  return { [writ]: JSON.parse(Items[0]?.body?.S ?? '{}') };
}
