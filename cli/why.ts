import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { buildEvidence } from '../core/audit/build-evidence.ts';
import type { Evidence, Leaf, WritEvidence } from '../core/audit/evidence.ts';
import { type Story, storyOf, storyOfWrit } from '../core/audit/story.ts';
import type { TrailEvent } from '../core/audit/trail-event.ts';
import { ALARMS, type Judged } from '../core/audit/verdict.ts';
import { CHECKPOINT_PATH, VERIFIER_KEY_PATH } from '../core/evidence/checkpoint.ts';
import { openLog } from '../core/evidence/load.ts';
import type { LogFolder } from '../core/evidence/ports.ts';
import { INTENT } from '../core/ledger/keys.ts';
import { WRIT_ID } from '../core/writ-id.ts';
import { toleranceOf } from './audit/flags.ts';
import { openingsIn } from './audit/read-openings.ts';
import { evidenceFailure, openEvidence } from './evidence-place.ts';
import { Failure, printable, usage } from './failure.ts';
import type { Io } from './io.ts';
import { KEY_WARNING, type LogKey, logKey } from './log-key.ts';
import { jsonLine } from './report/json-line.ts';
import { byHand } from './why/by-hand.ts';
import { type Found, findRows } from './why/find.ts';
import { bundleOf, type Proven, proofsOf } from './why/proofs.ts';
import { inWords, type Told } from './why/tell.ts';
import { verifierKeyText } from './why/vkey.ts';

export interface WhyFlags {
  readonly trail?: readonly string[];
  readonly evidence: string;
  readonly key?: string;
  readonly openings?: string;
  readonly tolerance?: string;
  readonly bundle?: string;
  readonly json?: boolean;
}

/** What is asked about, and all that was found of it. */
interface Answer {
  readonly id: string;
  readonly rows: readonly Judged<TrailEvent>[];
  readonly writ: WritEvidence | null;
  readonly story: Story;
  readonly found: Found | null;
  readonly evidence: Evidence;
  readonly proofs: readonly Proven[];
  readonly segments: readonly string[];
  readonly key: LogKey;
  /** As published; `null`: there is none that the key signed. */
  readonly checkpoint: Uint8Array | null;
}

/**
 * `writ why`: who authorised one event, or what became of one writ, and how that can be checked.
 *
 * @param id - An event's, or a writ's.
 * @returns the exit code: 0 told, 2 somebody has to look at it, 4 the log does not verify, or a file of the trail is damaged.
 * @throws Failure: 1 usage, 3 there is no such event or writ, 4 what cannot be read.
 */
export async function why(id: string, flags: WhyFlags, io: Io): Promise<0 | 2 | 4> {
  const isWrit = WRIT_ID.test(id);
  if (!isWrit && flags.trail === undefined) {
    throw usage('An event is looked for in a trail.', 'Give --trail <folder or file of CloudTrail>.');
  }
  const answer = await answerTo(id, isWrit, flags, io);
  if (flags.bundle !== undefined) await writeBundle(flags.bundle, answer, io);
  io.stdout.write(
    flags.json === true ? `${jsonLine(asJson(answer))}\n` : inWords(asTold(answer, flags, io), io.stdout),
  );
  if (flags.json !== true) {
    if (flags.bundle !== undefined) io.stdout.write(`\nwritten: ${printable(flags.bundle)}\n`);
    for (const file of answer.found?.damaged ?? []) {
      io.stderr.write(`warning: ${printable(file)} could not be read to its end: there may be more.\n`);
    }
    if (answer.key.fromTheLog) io.stderr.write(`${KEY_WARNING}\n`);
  }
  if (answer.evidence.log.flaws.length > 0 || (answer.found?.damaged.length ?? 0) > 0) return 4;
  return answer.rows.some(({ finding }) => ALARMS.includes(finding.verdict)) ? 2 : 0;
}

async function answerTo(id: string, isWrit: boolean, flags: WhyFlags, io: Io): Promise<Answer> {
  const tolerance = toleranceOf(flags.tolerance);
  const openings = await openingsIn(flags.openings, io);
  try {
    const folder = await openEvidence(flags.evidence, io);
    const key = await logKey(flags.key, () => folder.read(VERIFIER_KEY_PATH), io);
    const log = await openLog(folder, key.key);
    const leaves: Leaf[] = [];
    for await (const leaf of log.leaves()) leaves.push(leaf);
    const evidence = buildEvidence(leaves, log.facts(), openings);
    const isWanted = ({ event, finding }: Judged<TrailEvent>): boolean =>
      isWrit ? finding.writ === id : event.eventId === id;
    const asked = { evidence, tolerance, isWanted, quiet: flags.json === true };
    const found = flags.trail === undefined ? null : await findRows(flags.trail, asked, isWrit, io);
    const rows = found?.rows ?? [];
    const [first] = rows;
    const writ = evidence.writs.get(isWrit ? id : (first?.finding.writ ?? '')) ?? null;
    if (first === undefined && (writ === null || !isWrit)) throw nothing(id, isWrit, found);
    const proofs =
      writ === null || log.checkpoint === null
        ? []
        : await proofsOf(leavesOf(writ), log.checkpoint, log.tiles);
    return {
      ...{ id, rows, writ, found, evidence, proofs, key },
      story: isWrit && writ !== null ? storyOfWrit(writ, evidence) : storyOfRow(first, writ, evidence),
      segments: await segmentsOf(folder),
      checkpoint: log.checkpoint === null ? null : await folder.read(CHECKPOINT_PATH),
    };
  } catch (caught) {
    throw evidenceFailure(caught, flags.evidence);
  }
}

function storyOfRow(
  row: Judged<TrailEvent> | undefined,
  writ: WritEvidence | null,
  evidence: Evidence,
): Story {
  if (row === undefined) throw new RangeError('a story of an event');
  return storyOf({ ...row, writ }, evidence);
}

const segmentsOf = (folder: LogFolder): Promise<readonly string[]> => folder.list('segments/');

/** Of the writ and of what ended it, by index, each once. */
function leavesOf({ leaves, endings }: WritEvidence): readonly Leaf[] {
  const all = [...Object.values(leaves), ...endings.flatMap((ending) => ending.leaves)];
  return [...new Map(all.map((leaf) => [leaf.index, leaf])).values()].sort(
    (one, other) => one.index - other.index,
  );
}

function nothing(id: string, isWrit: boolean, found: Found | null): Failure {
  const searched = found === null ? '' : ` ${found.events} events were looked at.`;
  return new Failure({
    exit: 3,
    error: 'nothing_found',
    what: isWrit
      ? `Neither the log nor the trail knows a writ ${printable(id)}.`
      : `The trail has no event ${printable(id)}.`,
    why: `It may be older or newer than what was shown.${searched}`,
    next: 'Name more of the trail with --trail, or a newer copy of the evidence.',
  });
}

async function writeBundle(file: string, { proofs, checkpoint, key }: Answer, io: Io): Promise<void> {
  const bundle = checkpoint === null ? null : bundleOf(proofs, checkpoint, verifierKeyText(key.key));
  if (bundle === null) {
    throw new Failure({
      exit: 4,
      error: 'nothing_proven',
      what: 'There is no record to put into a bundle.',
      why: 'None of what this rests on is proven by the log, or it rests on no record.',
    });
  }
  await writeFile(resolve(io.cwd, file), bundle, { mode: 0o600 });
}

function asTold(answer: Answer, { evidence: place }: WhyFlags, io: Io): Told {
  const { id, rows, writ, story, found, evidence, proofs, segments, key } = answer;
  const isWrit = WRIT_ID.test(id) && writ !== null;
  const shown = proofs.find(({ leaf }) => leaf === writ?.leaves[INTENT]) ?? proofs[0] ?? null;
  const [first] = rows;
  return {
    title: `${isWrit ? 'writ' : 'event'} ${id}`,
    story,
    records: writ === null ? [] : recordsOf(writ),
    // Of an event its twins, if there are any: the first is told.
    events: isWrit ? rows : rows.length > 1 ? rows : [],
    shown,
    log: evidence.log,
    commands: byHand({
      event: first === undefined ? null : { event: first.event, path: found?.pathOf(first.event.file) ?? '' },
      leaf: shown?.leaf ?? null,
      evidence: place,
      folder: resolve(io.cwd, place),
      segments,
      key: key.key,
    }),
  };
}

function recordsOf(writ: WritEvidence): readonly { index: number; sk: string; proven: boolean }[] {
  const places = new Map(Object.entries(writ.leaves).map(([sk, { index }]) => [index, sk]));
  return leavesOf(writ).map(({ index, proven, record }) => ({
    index,
    sk: places.get(index) ?? record?.type ?? 'unreadable',
    proven,
  }));
}

function asJson({ id, rows, writ, story, evidence, proofs, key, checkpoint }: Answer) {
  const hex = (hash: Uint8Array): string => Buffer.from(hash).toString('hex');
  return {
    id,
    sentence: story.sentence,
    facts: story.facts.map(([label, words]) => ({ label, words })),
    events: rows,
    writ: writ?.writ ?? null,
    personal: (writ && evidence.openings.get(writ.writ)) ?? null,
    records: writ === null ? [] : leavesOf(writ).map(({ record: _, ...leaf }) => leaf),
    proofs: proofs.map(({ leaf, proof, steps }) => ({
      index: leaf.index,
      proof: proof.map(hex),
      steps: steps.map(({ left, right, hash }) => ({ left: hex(left), right: hex(right), hash: hex(hash) })),
    })),
    log: evidence.log,
    checkpoint: checkpoint === null ? null : Buffer.from(checkpoint).toString(),
    key_from_the_log: key.fromTheLog,
  };
}
