/**
 * `npm run attacks:prove`: takes each rule out of a copy of the tree, and sees its test fail.
 *
 * A test that passes proves little; one that fails without the rule proves that it guards the rule. Options:
 * `--only RULE` (`3.4`, `3.4a`), `--file PART` (of the path of the file that loses a rule; may be repeated), `--json`.
 * Ends non-zero when a rule can go unnoticed, or has no row.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { endingsUnpatched, endingWithout, type Laboratory, openLaboratory } from './laboratory.ts';
import { missingRules, numberOf, parseRemovals, type Removal } from './removals.ts';

/** vitest takes a core and a half; more at once only wait for each other. */
const AT_ONCE = 2;

export interface Proof {
  readonly rule: string;
  readonly test: string;
  readonly proven: boolean;
  /** In words for people: what happened to the test. */
  readonly seen: string;
}

/**
 * @param files - The source tree's files, from `root`.
 * @param tell - Called as each row ends.
 */
export async function prove(
  root: string,
  files: readonly string[],
  rows: readonly Removal[],
  tell: (proof: Proof) => void = () => {},
): Promise<readonly Proof[]> {
  if (rows.length === 0) return [];
  const labs = await Promise.all(Array.from({ length: AT_ONCE }, () => openLaboratory(root, files)));
  try {
    const [first] = labs;
    const before = first === undefined ? [] : await endingsUnpatched(first, rows);
    const proofs: Proof[] = [];
    let next = 0;
    const work = async (lab: Laboratory): Promise<void> => {
      for (let index = next++; index < rows.length; index = next++) {
        const row = rows[index];
        if (row === undefined) return;
        const proof = await proveRow(lab, row, before[index]);
        proofs[index] = proof;
        tell(proof);
      }
    };
    await Promise.all(labs.map(work));
    return proofs;
  } finally {
    await Promise.all(labs.map((lab) => lab.close()));
  }
}

async function proveRow(lab: Laboratory, row: Removal, before: string | undefined): Promise<Proof> {
  const named = { rule: row.rule, test: `${row.test.file}: ${row.test.name}` };
  if (before !== 'passed') return { ...named, proven: false, seen: `with the rule: ${before}` };
  const after = await endingWithout(lab, row);
  return { ...named, proven: after === 'failed', seen: `without the rule: ${after}` };
}

/** Tracked and new files alike, less what git ignores. */
function sourceFiles(root: string): readonly string[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
  });
  return listed
    .toString('utf8')
    .split('\0')
    .filter((file) => file !== '' && existsSync(join(root, file)));
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      file: { type: 'string', multiple: true, default: [''] },
      json: { type: 'boolean' },
    },
  });
  const root = dirname(dirname(import.meta.dirname));
  const all = parseRemovals(readFileSync(join(import.meta.dirname, 'removals.json'), 'utf8'));
  const rows = all
    .filter((row) => values.only === undefined || isOf(numberOf(row), values.only))
    .filter(({ patch }) => values.file.some((part) => patch.file.includes(part)));
  const unguarded = rows.length === all.length ? missingRules(all) : [];
  const proofs = await prove(root, sourceFiles(root), rows, (proof) => console.error(lineOf(proof)));

  const failed = proofs.filter((proof) => !proof.proven).length + unguarded.length;
  const passed = proofs.filter((proof) => proof.proven).length;
  if (values.json) console.log(JSON.stringify({ passed, failed, proofs, unguarded }));
  else {
    for (const rule of unguarded) console.log(`FAILED  ${rule}: no row takes it out`);
    console.log(`${passed} passed, ${failed} failed`);
  }
  // A choice of rows that are not there has proven nothing either.
  if (failed > 0 || passed === 0) process.exitCode = 1;
}

/** `3.4` is all letters of 4; `3.1` is not `3.10`. */
const isOf = (number: string, only: string): boolean =>
  number === only || number.replace(/[a-d]$/, '') === only;

const lineOf = ({ rule, test, proven, seen }: Proof): string =>
  `${proven ? 'proven' : 'FAILED'}  ${rule.padEnd(36)}  ${seen}  (${test})`;

if (import.meta.main) await main();
