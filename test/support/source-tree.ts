/** The project's own files as the architecture test sees them: who imports what, and which globals are touched. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';
import { transform } from 'esbuild';

export const ROOT = dirname(dirname(import.meta.dirname));

export interface Import {
  /** A file of ours, from the root (`core/fault.ts`), or a package as it is written (`node:crypto`). */
  readonly target: string;
  readonly ours: boolean;
  /** Erased before anything runs. */
  readonly typeOnly: boolean;
  /** Values imported by name; `*` for all of it, `default` for the default export. */
  readonly names: readonly string[];
}

export interface Source {
  readonly path: string;
  readonly imports: readonly Import[];
  /** What runs, without types and comments, each forbidden global marked (`MARK` before its name). */
  readonly code: string;
}

export const MARK = 'outside_';

/** Globals through which time, chance or the world comes in. The rule sorts out the pure uses of `Date` and `Math`. */
const OUTSIDE = [
  'process console fetch performance navigator crypto Date Math Intl Temporal globalThis global eval Function',
  'setTimeout setInterval setImmediate queueMicrotask AbortSignal WebSocket EventSource require __dirname',
]
  .join(' ')
  .split(' ');

const STATEMENT =
  /^(?:import|export)\s+(type\s)?\s*((?:[\w$]+\s*,?\s*)?(?:\{[^}]*\}|\*(?:\s*as\s+[\w$]+)?)?)\s*from\s*['"]([^'"]+)['"]/gm;
const SIDE_EFFECT = /^import\s*['"]([^'"]+)['"]/gm;
const DYNAMIC = /\bimport\s*\(\s*['"]([^'"]+)['"]/g;

/** Reads one file's text; also how a test plants a file that does not exist. */
export async function sourceOf(path: string, text: string): Promise<Source> {
  const { code } = await transform(text, {
    loader: 'ts',
    // esbuild replaces only what no declaration of the file shadows: a parameter called `process` is no global.
    define: Object.fromEntries(OUTSIDE.map((name) => [name, MARK + name])),
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
  });
  return { path, imports: importsOf(path, text), code };
}

/** Every TypeScript file below those of the named folders that exist, and those at the root. */
export async function readSources(folders: readonly string[]): Promise<readonly Source[]> {
  const below = folders
    .filter((folder) => existsSync(join(ROOT, folder)))
    .flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((file) =>
        join(folder, file),
      ),
    );
  const files = [...below, ...readdirSync(ROOT)].filter((file) => /(?<!\.d)\.ts$/.test(file)).sort();
  return Promise.all(files.map((file) => sourceOf(file, readFileSync(join(ROOT, file), 'utf8'))));
}

function importsOf(path: string, text: string): readonly Import[] {
  const found: Import[] = [];
  const add = (specifier: string, typeOnly: boolean, names: readonly string[]) =>
    found.push({ ...resolve(path, specifier), typeOnly, names });
  for (const [, type, clause = '', specifier = ''] of text.matchAll(STATEMENT)) {
    add(specifier, type !== undefined, type === undefined ? valuesIn(clause) : []);
  }
  for (const [, specifier = ''] of text.matchAll(SIDE_EFFECT)) add(specifier, false, []);
  for (const [, specifier = ''] of text.matchAll(DYNAMIC)) add(specifier, false, ['*']);
  return found;
}

/** `a, { b as c, type D }` → `default`, `b`: the exporter's names. */
function valuesIn(clause: string): readonly string[] {
  const braces = /\{([^}]*)\}/.exec(clause)?.[1] ?? '';
  const names = braces
    .split(',')
    .map((part) => part.trim().replace(/\s+as\s+.*$/, ''))
    .filter((part) => part !== '' && !part.startsWith('type '));
  const outside = clause.replace(/\{[^}]*\}/, '');
  if (outside.includes('*')) names.push('*');
  else if (/[\w$]/.test(outside)) names.push('default');
  return names;
}

function resolve(path: string, specifier: string): { readonly target: string; readonly ours: boolean } {
  if (!specifier.startsWith('.')) return { target: specifier, ours: false };
  return { target: posix.join(posix.dirname(path), specifier), ours: true };
}

/** A bundle's input, as esbuild names it, from the root. */
export const fromRoot = (input: string): string => relative(ROOT, join(ROOT, input));
