import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import * as esbuild from 'esbuild';
import { beforeAll, describe, expect, test } from 'vitest';
import { commandBundle, functionBundle, functionNames } from '../build.ts';
import {
  coreHasNoInputOrOutput,
  coreTakesOnlyPurePackages,
  foreignIn,
  importsPointInward,
  LAYERS,
  noCycles,
  onlyComposeMakesClients,
  onlyVerifiersVerify,
  packagesKeepTheirPlace,
  type Rule,
} from './support/architecture-rules.ts';
import { ceilingOf, WITH_ENGINE } from './support/ceilings.ts';
import { fromRoot, readSources, type Source, sourceOf } from './support/source-tree.ts';

let sources: readonly Source[];
beforeAll(async () => {
  sources = await readSources(LAYERS);
});

/** Each rule with files that would break it: planted in memory, to show that the rule can fail. */
const RULES: readonly {
  readonly name: string;
  readonly rule: Rule;
  readonly plants: readonly (readonly [path: string, text: string, breach: string])[];
}[] = [
  {
    name: 'imports point inward only',
    rule: importsPointInward,
    plants: [
      ['core/planted.ts', "import { x } from '../adapters/sts.ts';", 'imports adapters/sts.ts'],
      ['core/deep/planted.ts', "export * from '../../local/idp.ts';", 'imports local/idp.ts'],
      [
        'core/planted.ts',
        "export type X = import('../lambda/edge/http.ts').Endpoint;",
        'imports lambda/edge/http.ts',
      ],
      [
        'adapters/planted.ts',
        "import type { X } from '../lambda/edge/http.ts';",
        'imports lambda/edge/http.ts',
      ],
      ['lambda/planted.ts', "import '../local/idp.ts';", 'imports local/idp.ts'],
      ['lambda/planted.ts', "import {\n  a,\n  b,\n} from '../cli/main.ts';", 'imports cli/main.ts'],
      ['cdk/planted.ts', "const x = await import('../adapters/sts.ts');", 'imports adapters/sts.ts'],
    ],
  },
  {
    name: 'core takes only pure functions from packages',
    rule: coreTakesOnlyPurePackages,
    plants: [
      [
        'core/planted.ts',
        "import { readFile } from 'node:fs/promises';",
        'imports readFile of node:fs/promises',
      ],
      [
        'core/planted.ts',
        "import { randomBytes as hash } from 'node:crypto';",
        'imports randomBytes of node:crypto',
      ],
      ['core/planted.ts', "import * as crypto from 'node:crypto';", 'imports * of node:crypto'],
      ['core/planted.ts', "import crypto from 'node:crypto';", 'imports default of node:crypto'],
      ['core/planted.ts', "import { jwtVerify } from 'jose';", 'imports jwtVerify of jose'],
      ['core/planted.ts', "import { createRemoteJWKSet } from 'jose';", 'imports createRemoteJWKSet of jose'],
      ['core/planted.ts', "import * as z from 'zod';", 'imports * of zod'],
      ['core/planted.ts', "import 'source-map-support';", 'imports all of source-map-support'],
      ['core/planted.ts', "import { parse } from 'yaml';", 'imports parse of yaml'],
    ],
  },
  {
    name: 'core reads no clock, no chance, no environment and no network',
    rule: coreHasNoInputOrOutput,
    plants: [
      ['core/planted.ts', 'export const home = process.env.HOME;', 'uses process'],
      ['core/planted.ts', 'export const now = () => Date.now();', 'uses Date'],
      ['core/planted.ts', 'export const now = () => new Date();', 'uses Date'],
      ['core/planted.ts', 'const Clock = Date; export const now = () => new Clock();', 'uses Date'],
      ['core/planted.ts', 'export const chance = () => Math.random();', 'uses Math'],
      ['core/planted.ts', 'const { random } = Math; export const chance = random();', 'uses Math'],
      ['core/planted.ts', 'export const today = () => new Intl.DateTimeFormat().format();', 'uses Intl'],
      ['core/planted.ts', 'export const here = import.meta.dirname;', 'uses import.meta'],
      ['core/planted.ts', 'export const id = () => crypto.randomUUID();', 'uses crypto'],
      ['core/planted.ts', 'export const keys = () => fetch("https://a.example");', 'uses fetch'],
      ['core/planted.ts', 'export const now = () => globalThis.Date.now();', 'uses globalThis'],
      ['core/planted.ts', 'export const later = () => setTimeout(() => {}, 1);', 'uses setTimeout'],
      ['core/planted.ts', 'export const say = (x: string) => console.log(x);', 'uses console'],
      ['core/planted.ts', 'export const load = (x: string) => import(x);', 'uses import()'],
    ],
  },
  {
    name: 'only the verifiers of core/tokens make verified identities',
    rule: onlyVerifiersVerify,
    plants: [
      ['core/planted.ts', "import { asVerified } from './tokens/identities.ts';", 'takes asVerified'],
      ['lambda/planted.ts', "import * as all from '../core/tokens/identities.ts';", 'takes asVerified'],
      ['core/planted.ts', "export { asVerified as x } from './tokens/identities.ts';", 'takes asVerified'],
    ],
  },
  {
    name: 'only lambda/edge/compose.ts makes clients for what is deployed',
    rule: onlyComposeMakesClients,
    plants: [['adapters/planted.ts', 'export const sts = new STSClient({});', 'makes a client']],
  },
  {
    name: 'packages keep their place',
    rule: packagesKeepTheirPlace,
    plants: [
      ['lambda/planted.ts', "import middy from '@middy/core';", 'imports @middy/core'],
      [
        'core/planted.ts',
        "import type { STSClient } from '@aws-sdk/client-sts';",
        'imports @aws-sdk/client-sts',
      ],
      ['adapters/planted.ts', "import { z } from 'zod';", 'imports zod'],
    ],
  },
];

describe.each(RULES)('$name', ({ rule, plants }) => {
  test('holds', () => {
    expect(rule(sources)).toEqual([]);
  });

  test.each(plants.map(([path, text, breach]) => ({ path, text, breach })))(
    '$path $breach: is seen',
    async ({ path, text, breach }) => {
      expect(rule([await sourceOf(path, text)])).toEqual([`${path} ${breach}`]);
    },
  );
});

describe('what looks like a breach and is none', () => {
  test.each([
    [
      'a date from a number that was given',
      'export const iso = (n: number) => new Date(n * 1000).toISOString();',
    ],
    ['arithmetic', 'export const least = (a: number) => Math.min(a, Math.PI);'],
    ['a parameter with a global’s name', 'export const f = (process: { env: string }) => process.env;'],
    ['a comment', '// process.env, Date.now() and console.log are not for core'],
    ['a text', "export const text = 'fetch(process.env)';"],
    ['a type', 'export type When = Date;'],
  ])('%s', async (_, text) => {
    expect(coreHasNoInputOrOutput([await sourceOf('core/planted.ts', text)])).toEqual([]);
  });
});

describe('no cycles', () => {
  test('hold', () => {
    expect(noCycles(sources)).toEqual([]);
  });

  test('two files that need each other are seen, by types alone as well', async () => {
    const planted = await Promise.all([
      sourceOf('core/a.ts', "import type { B } from './b.ts';"),
      sourceOf('core/b.ts', "import { c } from './c.ts';"),
      sourceOf('core/c.ts', "import { a } from './a.ts';"),
    ]);
    expect(noCycles(planted)).toEqual(['core/a.ts → core/b.ts → core/c.ts → core/a.ts']);
  });
});

describe('what is deployed', () => {
  const inputsOf = (metafile: esbuild.Metafile) => Object.keys(metafile.inputs).map(fromRoot);

  test('exchange and mint are there: the proofs below speak of something', () => {
    expect(functionNames()).toEqual(expect.arrayContaining(['exchange', 'mint']));
  });

  test.each(functionNames())(
    '%s holds no evaluator, nothing of the laptop, and stays small',
    async (name) => {
      const built = await esbuild.build(functionBundle(name));
      expect(foreignIn(name, inputsOf(built.metafile))).toEqual([]);
      const bytes = built.outputFiles.reduce((sum, file) => sum + file.contents.length, 0);
      expect(bytes).toBeLessThanOrEqual(ceilingOf(name));
    },
  );

  test('exchange stays small with its policy engine too', async () => {
    const { outputFiles } = await esbuild.build(functionBundle('exchange'));
    const engine = statSync(join('node_modules', '@cedar-policy/cedar-wasm/nodejs/cedar_wasm_bg.wasm')).size;
    const code = outputFiles.reduce((sum, file) => sum + file.contents.length, 0);
    expect(code + engine).toBeLessThanOrEqual(WITH_ENGINE);
  });

  test('the command holds nothing of the laptop stack and no function', async () => {
    const { metafile } = await esbuild.build(commandBundle());
    expect(inputsOf(metafile).filter((input) => /^(?:local|lambda|cdk|test)\//.test(input))).toEqual([]);
  });

  test('the command calls nothing that Node 20 lacks', async () => {
    const { metafile } = await esbuild.build(commandBundle());
    const ours = inputsOf(metafile).filter((input) => /^(?:core|cli|adapters)\//.test(input));
    // Of Node 21 and 22; types say nothing of it, as they are Node 24's.
    const newer =
      /\b(?:Map|Object)\.groupBy\(|\bPromise\.(?:withResolvers|try)\b|\bArray\.fromAsync\b|\.is(?:Subset|Superset|DisjointFrom)(?:Of)?\(|\bimport\.meta\.main\b|\bIterator\.from\b/;
    expect(ours.length).toBeGreaterThan(100);
    expect(ours.filter((input) => newer.test(readFileSync(input, 'utf8')))).toEqual([]);
  });

  test('a credential_process reads no SDK, no policy engine and no compiler, and stays small', async () => {
    const { outputs } = (await esbuild.build(commandBundle())).metafile;
    const read = new Set<string>();
    const follow = (path: string): void => {
      if (read.has(path)) return;
      read.add(path);
      for (const { path: next, kind, external } of outputs[path]?.imports ?? []) {
        if (kind === 'import-statement' && external !== true) follow(next);
      }
    };
    follow('dist/writ.js');
    const inputs = [...read].flatMap((path) => Object.keys(outputs[path]?.inputs ?? {}));
    expect(inputs).toContain('cli/credentials.ts');
    expect(
      inputs.filter((input) => /(?:@aws|@smithy|@cedar-policy|yaml|zod\/v4\/classic)\//.test(input)),
    ).toEqual([]);
    const bytes = [...read].reduce((sum, path) => sum + (outputs[path]?.bytes ?? 0), 0);
    expect(bytes).toBeLessThan(1_100_000);
  });

  test.each([
    ['exchange', "import './core/iam/match.ts';", 'core/iam/match.ts'],
    ['exchange', "import './local/aws/errors.ts';", 'local/aws/errors.ts'],
    ['exchange', "import { z } from 'zod'; z.string();", 'node_modules/zod/v4/classic/schemas.js'],
    [
      'mint',
      "import '@cedar-policy/cedar-wasm/nodejs';",
      'node_modules/@cedar-policy/cedar-wasm/nodejs/cedar_wasm.js',
    ],
  ])('a bundle of %s with %s would be seen', async (name, contents, input) => {
    const { entryPoints: _, ...options } = functionBundle(name);
    const stdin = { contents, resolveDir: options.absWorkingDir, loader: 'ts' as const };
    const { metafile } = await esbuild.build({ ...options, stdin });
    expect(foreignIn(name, inputsOf(metafile))).toContain(input);
  });
});
