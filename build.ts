/**
 * Bundles what runs elsewhere: `dist/writ.js`, the command, and `dist/functions/<name>/index.mjs`, one per handler
 * in `lambda/`. Runs in `prepare`, so that a clone after `npm ci` has the command; `--verbose` prints sizes.
 */

import { readdirSync } from 'node:fs';
import { chmod, copyFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import * as esbuild from 'esbuild';
import { sdkInFunctions } from './build-sdk.ts';

const ROOT = import.meta.dirname;
const DIST = join(ROOT, 'dist');

/** Cedar's loader reads this file from beside itself: `${__dirname}/cedar_wasm_bg.wasm`. */
const CEDAR = '@cedar-policy/cedar-wasm/nodejs/cedar_wasm.js';

/** Folder of the command's parts, in `dist`. */
const COMMAND_PARTS = 'command';

/** What CommonJS packages expect to find, for an ES module to give them. */
const COMMONJS_GLOBALS = [
  "import{createRequire as __createRequire}from'node:module';",
  "import{fileURLToPath as __fileURLToPath}from'node:url';",
  "import{dirname as __dirnameOf}from'node:path';",
  'const require=__createRequire(import.meta.url);',
  'const __filename=__fileURLToPath(import.meta.url);',
  'const __dirname=__dirnameOf(__filename);',
].join('');

const EVERY_BUNDLE = {
  absWorkingDir: ROOT,
  bundle: true,
  format: 'esm',
  platform: 'node',
  mainFields: ['module', 'main'],
  metafile: true,
  write: false,
  logLevel: 'silent',
} satisfies esbuild.BuildOptions;

/** Names of the functions: the handlers in `lambda/`, one file each. */
export function functionNames(): readonly string[] {
  return readdirSync(join(ROOT, 'lambda'))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => basename(file, '.ts'))
    .sort();
}

/** How a function is bundled; the SDK goes in as well, which starts faster than loading it from disk. */
export const functionBundle = (name: string): esbuild.BuildOptions & typeof EVERY_BUNDLE => ({
  ...EVERY_BUNDLE,
  entryPoints: [join(ROOT, 'lambda', `${name}.ts`)],
  outfile: join(DIST, 'functions', name, 'index.mjs'),
  target: 'node24',
  minify: true,
  legalComments: 'none',
  banner: { js: COMMONJS_GLOBALS },
  plugins: [sdkInFunctions],
});

/**
 * The command runs on its user's Node, which may be older than ours, and names its functions in a stack trace. What it
 * loads when asked for is in files of its own below `command/`: a credential_process reads neither AWS's SDK nor Cedar.
 */
export const commandBundle = (): esbuild.BuildOptions & typeof EVERY_BUNDLE => ({
  ...EVERY_BUNDLE,
  entryPoints: {
    writ: join(ROOT, 'cli', 'bin.ts'),
    // Threads of `writ audit`: started by their file's name (cli/audit/pool.ts).
    [`${COMMAND_PARTS}/audit-worker`]: join(ROOT, 'cli', 'audit', 'worker.ts'),
  },
  outdir: DIST,
  splitting: true,
  chunkNames: `${COMMAND_PARTS}/[hash]`,
  target: 'node20',
  banner: { js: `#!/usr/bin/env node\n${COMMONJS_GLOBALS}` },
});

type Built = esbuild.BuildResult<typeof EVERY_BUNDLE>;

/**
 * Writes a bundle, its parts before what loads them, and Cedar's engine beside the part that uses it.
 *
 * @returns bytes of the bundle.
 */
export async function writeBundle(built: Built): Promise<number> {
  const outputs = new Map(
    Object.entries(built.metafile.outputs).map(([path, output]) => [join(ROOT, path), output]),
  );
  const rank = ({ path }: esbuild.OutputFile) => (path.includes(join('/', COMMAND_PARTS, '/')) ? 0 : 1);
  let bytes = 0;
  for (const file of built.outputFiles.toSorted((one, other) => rank(one) - rank(other))) {
    const folder = dirname(file.path);
    await mkdir(folder, { recursive: true });
    if (usesCedar(outputs.get(file.path)))
      await replace(join(folder, basename(cedarEngine())), (path) => copyFile(cedarEngine(), path));
    await replace(file.path, (path) => writeFile(path, file.contents));
    bytes += file.contents.length;
  }
  return bytes;
}

/** Whole or as it was before: a stack that runs from `dist` may start a function at this very moment. */
async function replace(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  await write(temporary);
  await rename(temporary, path);
}

const usesCedar = (output: esbuild.Metafile['outputs'][string] | undefined): boolean =>
  Object.keys(output?.inputs ?? {}).some((input) => input.endsWith(CEDAR));

const cedarEngine = (): string =>
  join(
    dirname(createRequire(import.meta.url).resolve(CEDAR.replace(/\/cedar_wasm\.js$/, ''))),
    'cedar_wasm_bg.wasm',
  );

async function buildFunction(name: string): Promise<string> {
  const built = await esbuild.build(functionBundle(name));
  const bytes = await writeBundle(built);
  return `functions/${name} ${kilobytes(bytes)}`;
}

async function buildCommand(): Promise<string> {
  const built = await esbuild.build(commandBundle());
  const bytes = await writeBundle(built);
  await chmod(join(DIST, 'writ.js'), 0o755);
  await removeOldParts(built);
  const entry = built.outputFiles.find(({ path }) => path === join(DIST, 'writ.js'));
  return `writ.js ${kilobytes(entry?.contents.length ?? 0)}, with its parts ${kilobytes(bytes)}`;
}

/** Named by their hash, they would pile up. */
async function removeOldParts({ outputFiles }: Built): Promise<void> {
  const parts = join(DIST, COMMAND_PARTS);
  const current = new Set(outputFiles.map(({ path }) => path));
  const old = readdirSync(parts)
    .map((name) => join(parts, name))
    .filter((path) => path.endsWith('.js') && !current.has(path));
  await Promise.all(old.map((path) => rm(path)));
}

const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(0)} kB`;

/** A handler that is gone leaves no bundle behind: nobody deploys last month's function. */
async function buildAll(verbose: boolean): Promise<void> {
  const lines = await Promise.all([buildCommand(), ...functionNames().map(buildFunction)]);
  const functions = join(DIST, 'functions');
  const gone = readdirSync(functions).filter((name) => !functionNames().includes(name));
  await Promise.all(gone.map((name) => rm(join(functions, name), { recursive: true })));
  if (verbose) console.log(lines.join('\n'));
}

if (import.meta.main) {
  try {
    await buildAll(process.argv.includes('--verbose'));
  } catch (error) {
    const messages = (error as Partial<esbuild.BuildFailure>).errors;
    if (messages === undefined) throw error;
    for (const text of await esbuild.formatMessages(messages, { kind: 'error' })) console.error(text);
    process.exitCode = 1;
  }
}
