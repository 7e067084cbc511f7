import { existsSync, readdirSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { configSchemas } from '../core/policy/config/json-schemas.ts';
import { firstConfig } from '../core/policy/init/first-config.ts';
import { commandLine } from './command-line.ts';
import { Failure } from './failure.ts';
import { answersOf, type InitFlags } from './init-answers.ts';
import type { Io } from './io.ts';
import { checkFiles } from './policy.ts';

export interface InitOptions extends InitFlags {
  /** Folder to write, relative to `io.cwd`. */
  readonly config: string;
  readonly json: boolean;
}

/**
 * `writ init`: writes a first configuration, which compiles and passes its cases as it stands. Nothing is ever written
 * over: where there is something already, nothing is done (exit 3).
 *
 * @throws Failure.
 */
export async function init(options: InitOptions, io: Io): Promise<void> {
  const { config, json } = options;
  const folder = resolve(io.cwd, config);
  // Before anything is asked: nobody answers ten questions for nothing.
  if (existsSync(folder) && readdirSync(folder).length > 0) throw alreadyThere(config);
  const ask =
    !json && io.stderr.isTerminal
      ? async (question: string) => {
          io.stderr.write(`${question}: `);
          return (await io.readLine()) ?? '';
        }
      : null;
  const first = await answersOf(options, ask, Math.floor(io.clock() / 1000));
  const files = firstConfig(first);
  const { hash, problems } = checkFiles(files.map((file) => ({ ...file, folder: config })));
  if (problems.length > 0) throw wouldNotHold(problems);

  const schemas = Object.entries(configSchemas()).map(([name, text]) => ({ path: `schemas/${name}`, text }));
  for (const { path, text } of [...files, ...schemas]) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    // `wx`: if somebody else writes there at this moment, theirs stays.
    await writeFile(file, text, { flag: 'wx' });
  }
  const where = config === 'config' ? [] : ['--config', config];
  const next = ['test', 'build'].map((verb) => commandLine(['writ', 'policy', verb, ...where]));
  const written = files.map(({ path }) => join(config, path));
  if (json) io.stdout.write(`${JSON.stringify({ folder: config, files: written, hash, next })}\n`);
  else io.stdout.write(`${written.map((path) => `wrote ${path}\n`).join('')}next: ${next.join(' && ')}\n`);
}

const alreadyThere = (config: string): Failure =>
  new Failure({
    exit: 3,
    error: 'already_there',
    what: `Nothing was written: ${config} is already there.`,
    next: 'Name another folder with --config, or change the files that are there.',
  });

/** A value that fits its question and not the whole, such as one account under two names. */
const wouldNotHold = (problems: readonly string[]): Failure =>
  new Failure({
    exit: 1,
    error: 'usage',
    what: 'Nothing was written: what was answered makes no configuration.',
    why: problems[0],
  });
