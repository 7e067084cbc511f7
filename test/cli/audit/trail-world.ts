/** A trail in a folder, the evidence of one writ, and a run over both. */
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { onTestFinished } from 'vitest';
import { type EngineFile, runEngine } from '../../../cli/audit/engine.ts';
import { gather } from '../../../cli/audit/gather.ts';
import { inputsOf } from '../../../cli/audit/trail.ts';
import { judge } from '../../../core/audit/judge.ts';
import { prefilterOf } from '../../../core/audit/prefilter.ts';
import type { AuditRow, AuditRun, Question } from '../../../core/audit/result.ts';
import { evidenceOf, leafOf, storyOf, TOLERANCE } from '../../core/audit/fixture.ts';

export const QUESTION: Question = {
  command: ['writ', 'audit', 'trail'],
  release: '0.0.0',
  ...{ from: null, to: null, accounts: [], regions: [], all: false, toleranceSeconds: TOLERANCE },
  only: { writs: [], users: [], agents: [], tasks: [], verdicts: [] },
};

export function folderOfTest(): string {
  const folder = mkdtempSync(join(tmpdir(), 'writ-audit-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A file's content: records, which are packed as CloudTrail does, or bytes as they are. */
export type Content = readonly unknown[] | Uint8Array;

export interface Ran extends AuditRun {
  readonly listed: readonly AuditRow[];
}

/** @param files - By name. */
export async function runOver(
  files: { readonly [name: string]: Content },
  {
    question = {},
    threads = 1,
    remote,
  }: {
    readonly question?: Partial<Question>;
    readonly threads?: number;
    /** Files are elsewhere, and come like this. */
    readonly remote?: (from: string) => (to: string) => Promise<void>;
  } = {},
): Promise<Ran> {
  const [folder, scratch] = [folderOfTest(), folderOfTest()];
  const asked = { ...QUESTION, ...question };
  const records = storyOf();
  const evidence = evidenceOf(records);
  const prefilter = prefilterOf(evidence, asked.toleranceSeconds);
  mkdirSync(folder, { recursive: true });
  const trail: readonly EngineFile[] = Object.entries(files)
    .map(([name, content]) => {
      const path = join(folder, name);
      writeFileSync(
        path,
        content instanceof Uint8Array ? content : gzipSync(JSON.stringify({ Records: content })),
      );
      const file = { name, path, bytes: statSync(path).size, hashContent: false };
      return remote === undefined ? file : { ...file, path: name, remote: { save: remote(path) } };
    })
    .sort((one, other) => (one.name < other.name ? -1 : 1));
  const engine = await runEngine({
    ...{ files: trail, prefilter, asked, all: asked.all, threads, folder: scratch },
    judge: (events, twice) => judge(events, evidence, { tolerance: TOLERANCE, twice }),
  });
  const digests = {
    ...{ files: 0, signatures: 'none' as const, verified: 0, filesCovered: 0 },
    ...{ filesUncovered: trail.length, flaws: [] },
  };
  const leaves = records.map((record, index) => leafOf(record, index));
  const inputs = inputsOf(trail, engine);
  const run = gather(engine, { question: asked, inputs, evidence, leaves, prefilter, digests });
  const listed: AuditRow[] = [];
  for await (const row of run.rows()) listed.push(row);
  return { ...run, listed };
}
