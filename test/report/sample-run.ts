/** A run over a made-up day, by the parts that make a real one: records, evidence, verdicts, counts. Seeded, no clock. */
import type { EngineResult } from '../../cli/audit/engine.ts';
import { gather } from '../../cli/audit/gather.ts';
import { byTime, type Row } from '../../cli/audit/runs.ts';
import { buildEvidence } from '../../core/audit/build-evidence.ts';
import type { Leaf } from '../../core/audit/evidence.ts';
import { judge } from '../../core/audit/judge.ts';
import { prefilterOf } from '../../core/audit/prefilter.ts';
import type { AuditRun, Question } from '../../core/audit/result.ts';
import type { TrailEvent } from '../../core/audit/trail-event.ts';
import { sha256Hex } from '../../core/encoding/hash.ts';
import { jcs } from '../../core/encoding/jcs.ts';
import { append, leafHash, rootOf } from '../../core/evidence/merkle.ts';
import type { LogRecord } from '../../core/ledger/records.ts';
import type { Openings } from '../../core/ports.ts';
import { writId } from '../../core/writ-id.ts';
import { chance } from '../audit/corpus/chance.ts';
import { iamUser, mintWith, useWith } from '../core/audit/fixture.ts';
import { REFUSED } from '../core/ledger/fixture.ts';
import { ACCOUNTS, DAY, REGIONS, type Text, tellWrit } from './sample-writs.ts';

export interface Wanted {
  readonly writs: number;
  readonly seed?: number;
  readonly local?: boolean;
  /** Only what is in order, without anything beside it. */
  readonly calm?: boolean;
  readonly hostile?: Text;
}

const TOLERANCE = 2;
const UNREADABLE = 2;
const DUPLICATES = 37;
const NOT_ASKED = 410;

export function sampleRun({ writs, seed = 7, local = false, calm = false, hostile }: Wanted): AuditRun {
  const by = chance(seed);
  const told = Array.from({ length: writs }, (_, number) =>
    tellWrit(by, calm ? 1 : number, DAY + Math.floor((number * 70_000) / writs), hostile),
  );
  const records = told.flatMap((each) => each.records);
  const refusals = calm ? [] : refusalsOf(by, hostile);
  const events = [...told.flatMap((each) => each.events), ...(calm ? [] : strays(by, hostile))];
  const leaves = [...records, ...refusals].toSorted((one, other) => one.at - other.at).map(leafOf);
  const evidence = buildEvidence(
    leaves,
    factsOf(leaves, local),
    new Map<string, Openings>(told.map(({ openings }) => openings)),
  );
  const placed = events
    .toSorted((one, other) => one.eventTime - other.eventTime)
    .map((event, at) => ({ ...event, file: fileOf(event), position: at % 1000 }));
  const rows = judge(placed, evidence, { tolerance: TOLERANCE }).toSorted(byTime);
  return gather(engineOf(rows), {
    question: QUESTION,
    inputs: inputsOf(placed),
    evidence,
    leaves,
    prefilter: prefilterOf(evidence, TOLERANCE),
    digests: {
      ...{ files: 48, signatures: 'verified', verified: 48 },
      ...{ filesCovered: 22, filesUncovered: 2, flaws: [] },
    },
  });
}

const QUESTION: Question = {
  command: [
    'writ',
    'audit',
    'trail/',
    '--evidence',
    'evidence/',
    '--from',
    '2026-11-23',
    '--to',
    '2026-11-24',
    '--out',
    'report',
  ],
  release: '0.1.0',
  ...{ from: DAY, to: DAY + 86_400, accounts: [], regions: [], all: false, toleranceSeconds: TOLERANCE },
  only: { writs: [], users: [], agents: [], tasks: [], verdicts: [] },
};

const leafOf = (record: LogRecord, index: number): Leaf => {
  const body = jcs(record);
  return {
    index,
    leaf: Buffer.from(leafHash(Buffer.from(body))).toString('hex'),
    body,
    record,
    proven: true,
  };
};

function factsOf(leaves: readonly Leaf[], local: boolean) {
  const edge = append(
    [],
    0,
    leaves.map(({ leaf }) => Buffer.from(leaf, 'hex')),
  );
  return {
    origin: local ? 'local.invalid/evidence/laptop' : 'writ.example.com/evidence',
    size: leaves.length,
    root: Buffer.from(rootOf(edge)).toString('base64'),
    key: `${local ? 'local.invalid/evidence/laptop' : 'writ.example.com/evidence'}+1f2e3d4c`,
    from: DAY,
    to: DAY + 86_400,
    local,
    flaws: [],
  };
}

const fileOf = ({ account, region, eventTime }: TrailEvent): string =>
  `AWSLogs/${account}/CloudTrail/${region}/2026/11/23/${account}_CloudTrail_${region}_20261123T${String(Math.floor(Math.max(0, eventTime - DAY) / 3600)).padStart(2, '0')}00Z_a1b2c3.json.gz`;

/** What nobody can put a writ to. */
function strays(by: ReturnType<typeof chance>, hostile?: Text): readonly TrailEvent[] {
  const some = <T>(count: number, make: () => T) => Array.from({ length: count }, make);
  const where = () => ({
    account: by.one(ACCOUNTS),
    region: by.one(REGIONS),
    eventTime: DAY + by.number(0, 80_000),
    eventId: by.uuid(),
  });
  const named =
    hostile === undefined ? {} : { userAgent: hostile.userAgent, errorMessage: hostile.errorMessage };
  return [
    ...some(3, () =>
      useWith({
        ...where(),
        ...named,
        identity: {
          principalId: 'AROAX:nobody',
          arn: 'arn:aws:sts::444455556666:assumed-role/reports-read/nobody',
          accessKeyId: 'ASIANOBODYNOBODYNOBO',
          sourceIdentity: null,
          roleId: 'AROAX',
          role: 'arn:aws:iam::444455556666:role/writ/reports-read',
        },
      }),
    ),
    ...some(1, () =>
      mintWith({
        ...where(),
        requestId: by.uuid(),
        mint: {
          role: 'arn:aws:iam::444455556666:role/writ/logs-read',
          sessionName: 'by-hand',
          sourceIdentity: null,
          tags: {},
          accessKeyId: 'ASIADARKDARKDARKDARK',
          assumedRoleId: 'AROAY:by-hand',
          expiration: DAY + 90_000,
        },
      }),
    ),
    ...some(4, () =>
      useWith({
        ...where(),
        ...named,
        eventSource: 'bedrock.amazonaws.com',
        eventName: 'InvokeModel',
        identity: iamUser(),
      }),
    ),
    ...some(120, () =>
      useWith({
        ...where(),
        eventName: 'DescribeInstances',
        eventSource: 'ec2.amazonaws.com',
        identity: iamUser({ userName: hostile?.resource ?? by.one(['bob', 'carla', 'backup']) }),
      }),
    ),
  ];
}

function refusalsOf(by: ReturnType<typeof chance>, hostile?: Text): readonly LogRecord[] {
  const reasons = [
    'policy_denied',
    'permission_unknown',
    'subject_token_ends_too_soon',
    'device_not_compliant',
  ] as const;
  return Array.from({ length: 14 }, () => {
    const at = DAY + by.number(0, 80_000);
    const writ = writId(
      at * 1000,
      Uint8Array.from({ length: 4 }, () => by.number(0, 255)),
    );
    return {
      ...REFUSED,
      writ,
      first: writ,
      at,
      reason: by.one(reasons),
      permission: hostile?.parameter ?? 'payroll-read',
      task: { value: hostile?.task ?? 'FIN-17', by: 'declared' as const },
    };
  });
}

function inputsOf(events: readonly TrailEvent[]) {
  const perFile = Map.groupBy(events, ({ file }) => file);
  const shown = [...perFile]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, inIt]) => ({
      name,
      sha256: sha256Hex(name),
      bytes: inIt.length * 310,
      records: inIt.length,
    }));
  return {
    files: { shown, leftOut: 0 },
    filesHash: sha256Hex(shown.map(({ name, sha256 }) => `${sha256}  ${name}\n`).join('')),
    bytes: shown.reduce((sum, { bytes }) => sum + bytes, 0),
    damaged: { shown: [], leftOut: 0 },
    unreadable: { shown: [], leftOut: 0 },
  };
}

/** The engine's word of the same rows. */
function engineOf(rows: readonly Row[]): EngineResult {
  const places = Map.groupBy(rows, ({ event }) => `${event.account} ${event.region}`);
  return {
    files: [],
    records: rows.length + UNREADABLE + DUPLICATES + NOT_ASKED,
    ...{ unreadable: UNREADABLE, notAsked: NOT_ASKED, duplicates: DUPLICATES },
    places: [...places.values()].map((events) => ({
      account: events[0]?.event.account ?? '',
      region: events[0]?.event.region ?? '',
      events: events.length,
      dataEvents: events.filter(({ event }) => event.eventCategory === 'Data').length,
      from: Math.min(...events.map(({ event }) => event.eventTime)),
      to: Math.max(...events.map(({ event }) => event.eventTime)),
      hours: new Set(events.map(({ event }) => Math.floor(event.eventTime / 3600))),
    })),
    others: [],
    rows: function* () {
      yield* rows;
    },
  };
}
