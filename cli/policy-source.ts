import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { sha256Hex } from '../core/encoding/hash.ts';
import type { LoadedBundle } from '../core/policy/bundle.ts';
import { loadBundle } from '../core/policy/load.ts';
import { usage } from './failure.ts';
import { compileFiles, type PolicyOptions, read, tellProblems } from './policy.ts';

/**
 * Rules to ask about: folders, compiled as `policy build` would; or one bundle that it made.
 *
 * @returns `null` where the folders do not compile: each mistake has been told.
 * @throws Failure (exit 1) where there is no such folder, or the file is no bundle.
 */
export function policyFrom(options: PolicyOptions): LoadedBundle | null {
  const [first = '', ...others] = options.config;
  if (others.length === 0 && isFile(resolve(options.io.cwd, first))) return bundleIn(first, options);
  const files = read(options);
  const compiled = compileFiles(files, options);
  // Read back, as functions do: members stand in another order then, and session policies are made of them.
  if (compiled.ok) return loadBundle(compiled.bytes, compiled.hash);
  tellProblems(compiled.problems, files, options);
  return null;
}

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;

/** Nobody has vouched for its hash: it is shown, and nothing is issued by it. */
function bundleIn(shown: string, { io }: PolicyOptions): LoadedBundle {
  const bytes = readFileSync(resolve(io.cwd, shown));
  try {
    return loadBundle(bytes, sha256Hex(bytes));
  } catch {
    throw usage(`${shown} is no bundle: writ policy build makes one.`);
  }
}
