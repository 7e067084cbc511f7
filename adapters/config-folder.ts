import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { ConfigFile } from '../core/policy/compile.ts';

export interface ConfigFolder {
  readonly folder: string;
  /** What messages call it; default: the folder as given. */
  readonly shown?: string;
  /**
   * Values for `${NAME:-default}` in this folder's files, upper-case names only. `undefined`: nothing is replaced.
   * Only the laptop's overlay has such places, for ports that are known when the stack starts.
   */
  readonly variables?: { readonly [name: string]: string };
}

/** A file, and the folder that it came from. */
export interface FoundFile extends ConfigFile {
  readonly folder: string;
}

/**
 * Reads a configuration folder and its overlays: a file in a later folder replaces the one of the same path.
 *
 * @throws from `node:fs` where a folder is missing.
 */
export function readConfig(folders: readonly ConfigFolder[]): FoundFile[] {
  const files = new Map<string, FoundFile>();
  for (const { folder, shown, variables } of folders) {
    for (const path of filesIn(folder)) {
      const text = readFileSync(join(folder, path), 'utf8');
      const name = path.split(sep).join('/');
      const filled = variables === undefined ? text : fillIn(text, variables);
      files.set(name, { path: name, text: filled, folder: shown ?? folder });
    }
  }
  return [...files.values()];
}

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => !path.split(sep).some((part) => part.startsWith('.')))
    .filter((path) => statSync(join(folder, path)).isFile())
    .map((path) => relative(folder, join(folder, path)));

const PLACE = /\$\{([A-Z][A-Z0-9_]*)(?::-([^}]*))?\}/g;

/** The first place with a default, `${NAME:-…}`, in a file that nobody has filled in; `undefined`: none. */
export const placeIn = ({ text }: ConfigFile): string | undefined =>
  Array.from(text.matchAll(PLACE)).find(([, , fallback]) => fallback !== undefined)?.[1];

/** As a shell does it. A name without value or default stays as it is, and the compiler refuses the file. */
const fillIn = (text: string, variables: { readonly [name: string]: string }): string =>
  text.replace(PLACE, (whole, name: string, fallback?: string) =>
    Object.hasOwn(variables, name) ? (variables[name] ?? whole) : (fallback ?? whole),
  );
