import type { LogFlaw } from '../core/audit/evidence.ts';
import { base64 } from '../core/encoding/base64.ts';
import type { ReceiptCheck } from '../core/evidence/bundle-file.ts';
import { keyTitle, type VerifierKey } from '../core/evidence/verifier-key.ts';
import type { Check, CheckName, Verification } from '../core/evidence/verify.ts';
import { recordOfLeaf } from '../core/ledger/read-item.ts';
import { printable } from './failure.ts';
import type { Io } from './io.ts';
import { KEY_WARNING } from './log-key.ts';

/** Flaws of one check that people are shown; `--json` has them all. */
const SHOWN = 20;

const SAYS: { readonly [name in CheckName]: (checked: number) => string } = {
  signature: () => 'the checkpoint is signed by the key, and names its log',
  tree: (n) => `${n} leaves: each hashes to its tile, and the tiles to the signed root`,
  partials: (n) => `${n} partial tiles and bundles: each the beginning of what it became`,
  segments: (n) => `${n} segments: bytes as named, lines as the leaves, none left out`,
  checkpoints: (n) => `${n} kept checkpoints: signed, and beginnings of this log`,
  since: () => 'the earlier checkpoint is a beginning of this log',
  receipt: () => 'the receipt is of a leaf of this log',
};

export function tellVerification(
  { holds, log, checks, counts }: Verification,
  keyFromTheLog: boolean,
  json: boolean,
  io: Io,
): void {
  if (json) {
    io.stdout.write(
      `${JSON.stringify({ holds, ...log, key_from_the_log: keyFromTheLog, checks, counts })}\n`,
    );
    return;
  }
  const lines = [
    ...head(log.origin, log.local),
    `size     ${log.size} leaves`,
    `root     ${log.root}`,
    `key      ${printable(log.key)}`,
    '',
    ...checks.flatMap(linesOf),
    '',
    `records  ${recordsOf(counts.records)}`,
    `         ${counts.duplicates} more than once, ${counts.notRecords} no record of this release, ${counts.unproven} not proven`,
    holds ? 'All of it holds.' : 'Not all of it holds: see FAILED above.',
  ];
  if (counts.tamper > 0) {
    lines.push(
      `warning: ${counts.tamper} leaves say that the ledger was changed by other means than Writ's (type tamper).`,
    );
  }
  io.stdout.write(`${lines.join('\n')}\n`);
  if (keyFromTheLog) io.stderr.write(`${KEY_WARNING}\n`);
}

const head = (origin: string, local: boolean): readonly string[] => [
  `log      ${printable(origin)}`,
  ...(local ? ['         LOCAL, NOT EVIDENCE: made on a laptop'] : []),
];

const linesOf = ({ name, holds, checked, flaws }: Check): readonly string[] => [
  `${holds ? 'ok      ' : 'FAILED  '} ${SAYS[name](checked)}`,
  ...flaws.slice(0, SHOWN).map(({ where, flaw }: LogFlaw) => `           ${printable(where)}: ${flaw}`),
  ...(flaws.length > SHOWN ? [`           and ${flaws.length - SHOWN} more: --json has them`] : []),
];

const recordsOf = (records: { readonly [type: string]: number }): string =>
  Object.entries(records)
    .map(([type, count]) => `${count} ${type}`)
    .join(', ') || 'none';

const FLAWS: { readonly [flaw in Exclude<ReceiptCheck['flaw'], null>]: string } = {
  no_proof: 'its receipt is no tlog-proof',
  no_checkpoint: 'its receipt holds no signed checkpoint',
  not_signed_by_key: "its receipt's checkpoint is not signed by the key, or was changed since",
  of_another_log: 'its receipt is of another log than the key',
  not_this_record: 'its receipt is not of this record: the path does not lead from it to the root',
  of_another_checkpoint: 'its receipt is of another checkpoint than the bundle names',
};

/** @returns the exit code. */
export function tellReceipts(
  receipts: readonly ReceiptCheck[],
  {
    key,
    fromTheLog,
    json,
  }: { readonly key: VerifierKey; readonly fromTheLog: boolean; readonly json: boolean },
  io: Io,
): 0 | 2 {
  const holds = receipts.every(({ flaw }) => flaw === null);
  const told = receipts.map(({ body, index, checkpoint, flaw }) => ({
    type: typeOf(body),
    index,
    size: checkpoint?.size ?? null,
    root: checkpoint === null ? null : base64(checkpoint.root),
    flaw,
  }));
  if (json) {
    const facts = { holds, origin: key.name, key: keyTitle(key), key_from_the_log: fromTheLog };
    io.stdout.write(`${JSON.stringify({ ...facts, records: told })}\n`);
    return holds ? 0 : 2;
  }
  const lines = [
    ...head(key.name, key.name.startsWith('local.invalid/')),
    `key      ${printable(keyTitle(key))}`,
    '',
    ...told.map(({ type, index, size, flaw }) =>
      flaw === null ? `ok       ${type}: leaf ${index} of ${size}` : `FAILED   ${type}: ${FLAWS[flaw]}`,
    ),
    holds ? 'Each record is in the log.' : 'Not all of it holds: see FAILED above.',
  ];
  io.stdout.write(`${lines.join('\n')}\n`);
  if (fromTheLog) io.stderr.write(`${KEY_WARNING}\n`);
  return holds ? 0 : 2;
}

/** Of a record, its type, one of ours; of all else that it is none. */
function typeOf(body: string): string {
  const record = recordOfLeaf(body);
  if (record === null) return 'no record of this release';
  return record.type === 'outcome' ? record.outcome : record.type;
}
