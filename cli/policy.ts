import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { cedar } from '../adapters/cedar.ts';
import { cedarCompiler } from '../adapters/cedar-compiler.ts';
import { type FoundFile, placeIn, readConfig } from '../adapters/config-folder.ts';
import { type Compiled, compile, type Problem } from '../core/policy/compile.ts';
import { permissionCases } from '../core/policy/config/permission-cases.ts';
import { type CaseResult, policyCases } from '../core/policy/config/policy-cases.ts';
import { sortFiles } from '../core/policy/config/sort.ts';
import { usage } from './failure.ts';
import type { Io } from './io.ts';

export interface PolicyOptions {
  /** Configuration folder, then overlays; relative to `io.cwd`. */
  readonly config: readonly string[];
  /** Laptop: issuers may be http on the loopback, and overlays may have `${NAME:-default}`. */
  readonly local?: boolean | undefined;
  /** Values for those places. */
  readonly variables?: { readonly [name: string]: string };
  readonly json?: boolean | undefined;
  readonly io: Pick<Io, 'cwd' | 'stdout' | 'stderr'>;
}

/** 0 done, 1 the configuration or a case is wrong. */
type PolicyExit = 0 | 1;

/**
 * `writ policy build`: compiles the folders into `<out>/<hash>.json`, and prints the hash, or every mistake with
 * its file and line. Older bundles stay where they are: past decisions are replayed with them.
 */
export async function policyBuild(options: PolicyOptions & { readonly out: string }): Promise<PolicyExit> {
  const { io, json } = options;
  const files = read(options);
  const compiled = compileFiles(files, options);
  if (!compiled.ok) return tellProblems(compiled.problems, files, options);
  const out = resolve(io.cwd, options.out);
  const file = join(out, `${compiled.hash}.json`);
  await mkdir(out, { recursive: true });
  await writeFile(file, compiled.bytes);
  io.stdout.write(json ? `${JSON.stringify({ hash: compiled.hash, file })}\n` : `${compiled.hash}\n`);
  return 0;
}

/** `writ policy test`: compiles the folders, then runs every case. Prints one line per case. */
export async function policyTest(options: PolicyOptions): Promise<PolicyExit> {
  const { io, json } = options;
  const files = read(options);
  const compiled = compileFiles(files, options);
  if (!compiled.ok) return tellProblems(compiled.problems, files, options);
  const results = runCases(files, compiled);
  const failed = results.filter(({ problem }) => problem !== null).length;
  for (const { name, problem } of results) {
    const where = problem === null ? null : told(problem, files);
    if (json) io.stdout.write(`${JSON.stringify({ case: name, ok: problem === null, problem: where })}\n`);
    else io.stdout.write(problem === null ? `ok      ${name}\n` : `FAILED  ${name}\n        ${where}\n`);
  }
  if (!json) io.stdout.write(`${results.length} cases, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}

/**
 * Compiles files that are not on disk yet, and runs their cases.
 *
 * @returns the bundle's hash, and what is wrong, with file and line; no problems: all of it holds.
 */
export function checkFiles(files: readonly FoundFile[]): {
  readonly hash: string;
  readonly problems: readonly string[];
} {
  const compiled = compileFiles(files, {});
  if (!compiled.ok) return { hash: '', problems: compiled.problems.map((problem) => told(problem, files)) };
  const failed = runCases(files, compiled).flatMap(({ problem }) => problem ?? []);
  return { hash: compiled.hash, problems: failed.map((problem) => told(problem, files)) };
}

export function read({ config, local, variables, io }: Omit<PolicyOptions, 'json'>): FoundFile[] {
  const folders = config.map((folder, index) => ({
    folder: resolve(io.cwd, folder),
    shown: folder,
    // The installation's own folder is never filled in: only overlays, and only on a laptop.
    ...(local === true && index > 0 && { variables: variables ?? {} }),
  }));
  for (const { folder, shown } of folders) {
    if (!existsSync(folder)) throw usage(`There is no folder ${shown}.`, 'Name the one with --config.');
  }
  const files = readConfig(folders);
  checkFilledIn(files, local === true);
  return files;
}

/** Else each place would be told as something that is no URL. */
function checkFilledIn(files: readonly FoundFile[], local: boolean): void {
  for (const file of files) {
    const place = /\.(?:yaml|cedar)$/.test(file.path) ? placeIn(file) : undefined;
    if (place === undefined) continue;
    throw usage(
      `${join(file.folder, file.path)} has places like \${${place}:-…}: ${local ? 'it must lie over another folder' : 'give --local'}.`,
      `Call it with --config config --config ${file.folder} --local`,
    );
  }
}

export const compileFiles = (
  files: readonly FoundFile[],
  { local }: Pick<PolicyOptions, 'local'>,
): Compiled => compile(files, { cedar: cedarCompiler, local: local ?? false });

function runCases(files: readonly FoundFile[], compiled: Compiled & { readonly ok: true }): CaseResult[] {
  const { bundle, hash } = compiled;
  const authorize = cedar(bundle.policies);
  const ofPolicies = sortFiles(files).tests.flatMap((test) => policyCases(test, { bundle, hash }, authorize));
  const ofPermissions = permissionCases(bundle).map(({ name, permission, problem }) => ({
    name,
    problem: problem === null ? null : { file: `permissions/${permission}.yaml`, line: 1, problem },
  }));
  return [...ofPolicies, ...ofPermissions];
}

export function tellProblems(
  problems: readonly Problem[],
  files: readonly FoundFile[],
  { io, json }: Pick<PolicyOptions, 'io' | 'json'>,
): 1 {
  for (const problem of problems) {
    io.stderr.write(json ? `${JSON.stringify(problem)}\n` : `${told(problem, files)}\n`);
  }
  return 1;
}

/** `config/permissions/reports-read.yaml:12:5: what is wrong`: editors make it a link. */
function told(problem: Problem, files: readonly FoundFile[]): string {
  const found = files.find(({ path }) => path === problem.file);
  const file = found === undefined ? problem.file : join(found.folder, problem.file);
  const column = problem.column === undefined ? '' : `:${problem.column}`;
  return `${file}:${problem.line}${column}: ${problem.problem}`;
}
