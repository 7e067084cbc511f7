/**
 * `npm run judges:fsck`: holds our logs, and `writ verify`, against Tessera's fsck, which others wrote. Logs that were written
 * with crashes at any step are accepted by both; with one flipped byte, by neither. `FSCK` names the program; `--seed` has a
 * run again; `--json`: one line, for a script.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { evidenceFolder } from '../../adapters/evidence-folder.ts';
import { verifyLog } from '../../core/evidence/verify.ts';
import { keyFor, testSigner } from '../support/evidence-log.ts';
import { chanceFrom, type WrittenLog, writeLog } from './fsck-log.ts';
import { fsck } from './fsck-run.ts';

const LARGE = 65_537;
/** Around the widths of a tile and of a tile of tiles. */
const SIZES = [1, 2, 255, 256, 257, LARGE];
/** In which each kind of object is damaged: it has full and partial tiles of two levels. */
const DAMAGED = 300;
const FLIPS_EACH = 4;
const OF_LARGE = ['tile/0/128', 'tile/1/000', 'tile/2/000.p/1', 'tile/entries/200', 'tile/entries/256.p/1'];

interface Case {
  readonly name: string;
  /** Who must accept. */
  readonly expected: { readonly fsck: boolean; readonly writ: boolean };
  readonly found: { readonly fsck: boolean; readonly writ: boolean };
  readonly said: string;
}

async function judged(
  name: string,
  log: WrittenLog,
  program: string,
  expected: Case['expected'],
): Promise<Case> {
  const [theirs, ours] = [
    await fsck(program, log),
    await verifyLog(evidenceFolder(log.folder), keyFor(testSigner())),
  ];
  return { name, expected, found: { fsck: theirs.accepted, writ: ours.holds }, said: theirs.said };
}

/** Where an archiver may die. */
const STEPS = [
  ...['read head', 'find', 'create segments', 'advance', 'read segments', 'read tile', 'create tile', 'sign'],
  ...['create checkpoints', 'replace checkpoint', 'put'],
].flatMap((step) => [`before ${step}`, `after ${step}`]);

const BOTH = { fsck: true, writ: true };
const NEITHER = { fsck: false, writ: false };
/** What tiles know nothing of. */
const OURS_ALONE = { fsck: true, writ: false };

/** Objects of a log of `DAMAGED` leaves, and who has to notice. */
const OBJECTS = [
  { path: 'tile/0/000', expected: NEITHER },
  { path: 'tile/0/001.p/44', expected: NEITHER },
  { path: 'tile/1/000.p/1', expected: NEITHER },
  { path: 'tile/entries/000', expected: NEITHER },
  { path: 'tile/entries/001.p/44', expected: NEITHER },
  { path: 'checkpoint', expected: NEITHER },
  { path: 'checkpoints/', expected: OURS_ALONE },
  { path: 'segments/', expected: OURS_ALONE },
] as const;

async function sizes(folder: string, program: string, chance: () => number): Promise<readonly Case[]> {
  const cases: Case[] = [];
  for (const size of SIZES) {
    const longest = size > 1000 ? 400 : Math.ceil(size / 2);
    const log = await writeLog(join(folder, `${size}`), { size, longest, often: 0.08, chance });
    const name = `${size} leaves, ${log.batches} batches, ${log.crashes} crashes`;
    cases.push(await judged(name, log, program, BOTH));
    if (size < LARGE) continue;
    const missed = STEPS.filter((step) => !log.died.has(step));
    if (missed.length > 0)
      throw new Error(`no crash ${missed.join(', ')}: the log shows less than it should`);
    for (const path of OF_LARGE) cases.push(await flipped(path, log, program, NEITHER, chance));
  }
  return cases;
}

async function flips(folder: string, program: string, chance: () => number): Promise<readonly Case[]> {
  const cases: Case[] = [];
  const log = await writeLog(join(folder, 'damaged'), { size: DAMAGED, longest: 60, often: 0.08, chance });
  for (const { path, expected } of OBJECTS) {
    for (let flip = 0; flip < FLIPS_EACH; flip++) {
      const object = await oneOf(path, log, chance);
      cases.push(await flipped(object, log, program, expected, chance));
    }
  }
  cases.push(await judged('all put right again', log, program, BOTH));
  return cases;
}

/** One byte of an object is another for as long as it is judged. */
async function flipped(
  path: string,
  log: WrittenLog,
  program: string,
  expected: Case['expected'],
  chance: () => number,
): Promise<Case> {
  const file = join(log.folder, path);
  const whole = await readFile(file);
  const changed = Buffer.from(whole);
  const at = Math.floor(chance() * whole.length);
  changed[at] = (changed[at] ?? 0) ^ (1 + Math.floor(chance() * 255));
  await writeFile(file, changed);
  const found = await judged(`${path}, byte ${at}`, log, program, expected);
  await writeFile(file, whole);
  return found;
}

async function oneOf(path: string, { folder }: WrittenLog, chance: () => number): Promise<string> {
  if (path !== 'segments/' && path !== 'checkpoints/') return path;
  const all = await evidenceFolder(folder).list(path);
  return all[Math.floor(chance() * all.length)] ?? '';
}

const isRight = ({ expected, found }: Case): boolean =>
  expected.fsck === found.fsck && expected.writ === found.writ;

function tell(cases: readonly Case[], seed: number, json: boolean): number {
  const failed = cases.filter((each) => !isRight(each));
  if (json) console.log(JSON.stringify({ seed, passed: cases.length - failed.length, failed }));
  else {
    for (const each of cases)
      console.log(`${isRight(each) ? 'ok    ' : 'FAILED'} ${each.name}: ${inWords(each)}`);
    for (const { name, said } of failed) console.log(`\n${name}; fsck said last:\n${said}`);
    console.log(`seed ${seed}\n${cases.length - failed.length} passed, ${failed.length} failed`);
  }
  return failed.length === 0 ? 0 : 1;
}

const inWords = ({ found }: Case): string =>
  `fsck ${found.fsck ? 'accepts' : 'refuses'}, writ verify ${found.writ ? 'accepts' : 'refuses'}`;

async function main(): Promise<number> {
  const options = { json: { type: 'boolean', default: false }, seed: { type: 'string' } } as const;
  const { values } = parseArgs({ options });
  const program = process.env.FSCK;
  if (!program) {
    console.error(
      'FSCK names no program. Build it: go install github.com/transparency-dev/tessera/cmd/fsck@v1.0.4',
    );
    return 1;
  }
  const seed = Number(values.seed ?? Date.now() % 2 ** 31);
  const chance = chanceFrom(seed);
  const folder = await mkdtemp(join(tmpdir(), 'writ-fsck-'));
  try {
    const cases = [...(await sizes(folder, program, chance)), ...(await flips(folder, program, chance))];
    return tell(cases, seed, values.json);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

process.exitCode = await main();
