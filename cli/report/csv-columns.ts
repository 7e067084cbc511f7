/** `events.csv`: one line for one event, with all that answers who, what, why, when and whether it was valid. */
import { sentenceOf } from '../../core/audit/reasons.ts';
import type { AuditRow } from '../../core/audit/result.ts';
import { type Cell, csvLine } from './csv.ts';
import { iso, isoOrNull } from './moment.ts';
import type { WritFacts } from './writ-facts.ts';

type Column = readonly [name: string, cell: (row: AuditRow, facts: WritFacts | null) => Cell];

const COLUMNS: readonly Column[] = [
  ['eventTime', ({ event }) => iso(event.eventTime)],
  ['eventID', ({ event }) => event.eventId],
  ['requestID', ({ event }) => event.requestId],
  ['account', ({ event }) => event.account],
  ['region', ({ event }) => event.region],
  ['eventSource', ({ event }) => event.eventSource],
  ['eventName', ({ event }) => event.eventName],
  ['resources', ({ event }) => list([...event.resources, ...moreThan(event.resourcesLeftOut)])],
  ['readOnly', ({ event }) => event.readOnly],
  ['errorCode', ({ event }) => event.errorCode],
  ['errorMessage', ({ event }) => event.errorMessage],
  ['sourceIPAddress', ({ event }) => event.sourceAddress],
  ['userAgent', ({ event }) => event.userAgent],
  ['identityType', ({ event }) => event.identity.type],
  ['identityArn', ({ event }) => event.identity.arn],
  ['accessKeyId', ({ event }) => event.identity.accessKeyId],
  ['sourceIdentity', ({ event }) => event.identity.sourceIdentity ?? event.mint?.sourceIdentity ?? null],
  ['verdict', ({ finding }) => finding.verdict],
  ['reason', ({ finding }) => finding.reason],
  ['reasonSays', ({ finding }) => sentenceOf(finding.reason)],
  ['unknown', ({ finding }) => list(finding.unknown)],
  ['matchedBy', ({ finding }) => list(finding.matchedBy)],
  ['leafIndexes', ({ finding }) => list(finding.records.map(String))],
  ['writ', ({ finding }) => finding.writ],
  ['validFrom', ({ finding }) => isoOrNull(finding.valid?.from ?? null)],
  ['validTo', ({ finding }) => isoOrNull(finding.valid?.to ?? null)],
  ['secondsLeft', ({ finding }) => finding.secondsLeft],
  ['user', (_, facts) => facts?.who.user ?? null],
  ['userIssuer', (_, facts) => facts?.who.issuer ?? null],
  ['userSubject', (_, facts) => facts?.who.subject ?? null],
  ['userLogin', (_, facts) => facts?.who.login ?? null],
  ['userEmail', (_, facts) => facts?.who.email ?? null],
  ['device', (_, facts) => facts?.who.device ?? null],
  ['deviceKind', (_, facts) => facts?.who.deviceKind ?? null],
  ['agent', (_, facts) => facts?.agent.name ?? null],
  ['agentMethod', (_, facts) => facts?.agent.method ?? null],
  ['agentIssuer', (_, facts) => facts?.agent.issuer ?? null],
  ['agentSubject', (_, facts) => facts?.agent.subject ?? null],
  ['agentInstance', (_, facts) => facts?.agent.instance ?? null],
  ['role', (_, facts) => facts?.session.role ?? null],
  ['sessionName', (_, facts) => facts?.session.sessionName ?? null],
  ['task', (_, facts) => facts?.why.task ?? null],
  ['taskBy', (_, facts) => facts?.why.taskBy ?? null],
  ['purpose', (_, facts) => facts?.why.purpose ?? null],
  ['purposeBy', (_, facts) => facts?.why.purposeBy ?? null],
  ['permission', (_, facts) => facts?.why.permission ?? null],
  ['parameters', (_, facts) => parameters(facts)],
  ['place', (_, facts) => facts?.why.place ?? null],
  ['decision', (_, facts) => facts?.decision.effect ?? null],
  ['policies', (_, facts) => list(facts?.decision.policies ?? [])],
  ['configuration', (_, facts) => facts?.decision.bundle ?? null],
  ['authority', (_, facts) => facts?.why.authority ?? null],
  ['approval', (_, facts) => facts?.why.approval ?? null],
  ['notBefore', (_, facts) => isoOrNull(facts?.when.notBefore ?? null)],
  ['deadline', (_, facts) => isoOrNull(facts?.when.deadline ?? null)],
  ['expiration', (_, facts) => isoOrNull(facts?.when.expiration ?? null)],
  ['revokedAt', (_, facts) => isoOrNull(facts?.when.revokedAt ?? null)],
  ['seenRefusedAt', (_, facts) => isoOrNull(facts?.when.seenRefusedAt ?? null)],
  ['file', ({ event }) => event.file],
  ['position', ({ event }) => event.position],
];

export const csvHeader = (): string => `${COLUMNS.map(([name]) => name).join(',')}\r\n`;

/** @param facts - Of the row's writ; `null` where it leads to none. @returns one line with its end. */
export const csvRow = (row: AuditRow, facts: WritFacts | null): string =>
  csvLine(COLUMNS.map(([, cell]) => cell(row, facts)));

const list = (values: readonly string[]): string | null => (values.length === 0 ? null : values.join(' '));

const moreThan = (leftOut: number): readonly string[] => (leftOut === 0 ? [] : [`(and ${leftOut} more)`]);

const parameters = (facts: WritFacts | null): string | null =>
  list(Object.entries(facts?.why.parameters ?? {}).map(([name, value]) => `${name}=${value}`));
