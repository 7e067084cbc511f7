import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cedarCompiler } from '../adapters/cedar-compiler.ts';
import { readConfig } from '../adapters/config-folder.ts';
import type { LoadedBundle } from '../core/policy/bundle.ts';
import { compile } from '../core/policy/compile.ts';

export interface LocalBundle extends LoadedBundle {
  /** Absolute. */
  readonly file: string;
}

/** Compiles `config/` under the laptop's overlay, as `writ policy build` does, into `<out>/<hash>.json`. */
export async function buildLocalPolicy(
  root: string,
  out: string,
  variables: { readonly [name: string]: string },
): Promise<LocalBundle> {
  const files = readConfig([
    { folder: join(root, 'config') },
    { folder: join(root, 'local', 'config'), variables },
  ]);
  const compiled = compile(files, { cedar: cedarCompiler, local: true });
  if (!compiled.ok) {
    const [first] = compiled.problems;
    throw new Error(
      `The configuration does not compile: ${first?.file}:${first?.line}: ${first?.problem}. Try: npx writ policy test`,
    );
  }
  const file = join(out, `${compiled.hash}.json`);
  await mkdir(out, { recursive: true, mode: 0o700 });
  await writeFile(file, compiled.bytes, { mode: 0o600 });
  return { hash: compiled.hash, bundle: compiled.bundle, file };
}
