import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Answer } from './judge-case.ts';

/** What two judges answered. */
export interface Judged {
  readonly name: string;
  readonly ours: Answer;
  readonly theirs: Answer;
  /** What was worked out beforehand. */
  readonly allowed?: boolean;
}

/** A difference that is known, and the passage of the AWS documentation by which ours is right. */
export interface Difference {
  readonly case: string;
  readonly ours: Answer;
  readonly theirs: Answer;
  readonly clause: string;
}

export const knownDifferences = (): readonly Difference[] =>
  JSON.parse(readFileSync(join(import.meta.dirname, 'differences.json'), 'utf8'));

/**
 * What is wrong with a run, one line each: a difference that is not listed, one that is listed and is none any more,
 * an answer of ours other than the one worked out beforehand.
 */
export function complaints(judged: readonly Judged[], known: readonly Difference[]): string[] {
  const listed = new Map(known.map((each) => [each.case, each]));
  const seen = new Map(judged.map((each) => [each.name, each]));
  return [
    ...judged.flatMap((each) => complaintsOf(each, listed.get(each.name))),
    ...known.filter((each) => !seen.has(each.case)).map((each) => `listed, but no case: ${each.case}`),
    ...(listed.size === known.length ? [] : ['differences.json lists a case twice']),
    ...(seen.size === judged.length ? [] : ['two cases have one name']),
  ];
}

function complaintsOf({ name, ours, theirs, allowed }: Judged, known: Difference | undefined): string[] {
  const answers = `ours ${ours}, theirs ${theirs}`;
  return [
    ...(allowed !== undefined && allowed !== (ours === 'allowed')
      ? [`not what must come of it: ${name}: ours ${ours}`]
      : []),
    ...(known === undefined && ours !== theirs ? [`not listed: ${name}: ${answers}`] : []),
    ...(known !== undefined && ours === theirs ? [`listed, but no difference any more: ${name}`] : []),
    ...(known !== undefined && ours !== theirs && (known.ours !== ours || known.theirs !== theirs)
      ? [`listed otherwise: ${name}: ${answers}`]
      : []),
  ];
}
