/** What it costs to hold a trail against the evidence, beside a plain loop over the same files in the same run. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { sessionsOf, writeEvidence } from './audit-evidence.ts';
import { writeTrail } from './audit-trail.ts';
import { median } from './statistics.ts';

/** One process, from its start to its end. */
export interface Took {
  readonly seconds: number;
  /** Of all threads, seconds. */
  readonly cpu: number;
  /** At its highest, bytes. */
  readonly rss: number;
}

export interface Audited {
  readonly files: number;
  readonly events: number;
  /** Turn by turn; `floor` only where it was asked for. */
  readonly audit: readonly Took[];
  readonly floor: readonly Took[];
  /** Of one event, by its id. */
  readonly why: Took | null;
}

const EVENTS_IN_FILE = 2500;
/** Of a thousand events: as many as of assumed roles in real trails. */
const BROKERED = 30;
const SESSIONS = 500;

interface Place {
  /** The repository. */
  readonly root: string;
  readonly folder: string;
}

/** @param sizes - Files of each trail, ascending. @param rounds - Turns on the first one; the others have one. */
export async function measureAudit(
  { root, folder }: Place,
  { sizes, rounds }: { readonly sizes: readonly number[]; readonly rounds: number },
): Promise<readonly Audited[]> {
  const found: Audited[] = [];
  const sessions = sessionsOf(SESSIONS);
  const key = await writeEvidence(join(folder, 'evidence'), sessions);
  for (const [at, files] of sizes.entries()) {
    const trail = join(folder, `trail-${files}`);
    const event = await writeTrail(trail, {
      files,
      eventsInFile: EVENTS_IN_FILE,
      brokered: BROKERED,
      sessions,
    });
    const writ = (...argv: readonly string[]) =>
      run(folder, [
        join(root, 'dist', 'writ.js'),
        ...argv,
        '--evidence',
        join(folder, 'evidence'),
        '--key',
        key,
        '--json',
      ]);
    const audit: Took[] = [];
    const floor: Took[] = [];
    const events = files * EVENTS_IN_FILE;
    for (let round = 0; round < (at === 0 ? rounds : 1); round++) {
      const ran = await writ('audit', trail);
      const { counts } = JSON.parse(ran.stdout);
      // Whatever the time: an event that is lost, or another verdict, is no result.
      if (counts.records !== events || counts.verdicts.ATTRIBUTED + counts.verdicts.OUT_OF_SCOPE !== events) {
        throw new Error(`${events} events were audited to ${JSON.stringify(counts)}`);
      }
      audit.push(ran.took);
      if (at === 0) floor.push((await run(folder, [join(root, 'bench', 'audit-floor.ts'), trail])).took);
    }
    const why = at === 0 ? (await writ('why', event, '--trail', trail)).took : null;
    found.push({ files, events, audit, floor, why });
    await rm(trail, { recursive: true });
  }
  return found;
}

async function run(
  folder: string,
  argv: readonly string[],
): Promise<{ readonly stdout: string; readonly took: Took }> {
  const file = join(folder, 'took.json');
  const child = spawn(process.execPath, ['--import', join(import.meta.dirname, 'audit-gauge.ts'), ...argv], {
    env: { ...process.env, BENCH_GAUGE: file },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let stdout = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${argv[0]} ${argv[1]} ended with ${code}`);
  return { stdout, took: JSON.parse(await readFile(file, 'utf8')) };
}

type Row = readonly [name: string, said: string];

export const auditRows = (audited: readonly Audited[]): readonly Row[] =>
  audited.flatMap(({ files, events, audit, floor, why }): readonly Row[] => {
    const of = (turns: readonly Took[], value: (took: Took) => number) => median(turns.map(value));
    const said = (turns: readonly Took[]) =>
      `${(events / of(turns, ({ seconds }) => seconds)).toFixed(0)} events/s, ` +
      `${of(turns, ({ cpu }) => cpu).toFixed(1)} s CPU, ${(of(turns, ({ rss }) => rss) / 1e6).toFixed(0)} MB`;
    const ratio = (value: (took: Took) => number) =>
      median(audit.map((took, turn) => value(floor[turn] ?? took) / value(took))).toFixed(2);
    const on = `${events} events in ${files} gzip files`;
    return [
      [`audit, ${on}`, said(audit)],
      ...(floor.length === 0
        ? []
        : ([
            ['a plain loop over the same files', said(floor)],
            [
              'how much faster the audit is; its CPU for theirs',
              `${ratio(({ seconds }) => seconds)} ×; ${ratio(({ cpu }) => cpu)}`,
            ],
          ] as const)),
      ...(why === null
        ? []
        : ([[`writ why, one event of ${events}`, `${why.seconds.toFixed(1)} s`]] as const)),
    ];
  });
