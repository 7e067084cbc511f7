/** What the stacks are made of: `broker.yaml`, and the rest of `config/` compiled into its bundle. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LoadedBundle } from '../core/policy/bundle.ts';
import { BrokerFile } from '../core/policy/config/broker.ts';
import { parseYaml } from '../core/policy/config/yaml.ts';
import { loadBundle } from '../core/policy/load.ts';

export const ROOT = join(import.meta.dirname, '..');
const DIST = join(ROOT, 'dist');

export interface Installation {
  readonly settings: BrokerFile;
  readonly policy: LoadedBundle;
  /** File of the compiled bundle; absolute. */
  readonly bundleFile: string;
}

/**
 * Reads a configuration folder as `writ policy build` does: by running it, so that nobody deploys what it refuses.
 *
 * @param config - Absolute.
 * @throws Error that says what is wrong with `broker.yaml`; what is wrong elsewhere the command has said on stderr.
 */
export function readInstallation(config: string): Installation {
  const parsed = parseYaml(
    { path: 'broker.yaml', text: readFileSync(join(config, 'broker.yaml'), 'utf8') },
    BrokerFile,
  );
  if (!parsed.ok) {
    throw new Error(parsed.problems.map(({ line, problem }) => `broker.yaml:${line}: ${problem}`).join('\n'));
  }
  const { hash, file } = buildPolicy(config);
  return { settings: parsed.parsed.value, policy: loadBundle(readFileSync(file), hash), bundleFile: file };
}

function buildPolicy(config: string): { readonly hash: string; readonly file: string } {
  const said = execFileSync(
    process.execPath,
    [
      join(ROOT, 'dist', 'writ.js'),
      'policy',
      'build',
      '--config',
      config,
      '--out',
      join(DIST, 'policy'),
      '--json',
    ],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const told: { readonly hash: string; readonly file: string } = JSON.parse(said);
  return told;
}

/** The feature flags of `cdk.json`, for whoever synthesises without the CLI: another flag is another template. */
export function flags(): { readonly [flag: string]: unknown } {
  const { context }: { readonly context: { readonly [flag: string]: unknown } } = JSON.parse(
    readFileSync(join(ROOT, 'cdk.json'), 'utf8'),
  );
  return context;
}
