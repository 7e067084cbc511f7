/** The rules of the codebase about itself. Each takes all sources and names what breaks it, one line per breach. */
import { type Import, MARK, type Source } from './source-tree.ts';

export type Rule = (sources: readonly Source[]) => readonly string[];

/** Imports point inward only (architecture, section 10). */
const INWARD: { readonly [layer: string]: readonly string[] } = {
  core: ['core'],
  adapters: ['adapters', 'core'],
  lambda: ['lambda', 'adapters', 'core'],
  cli: ['cli', 'adapters', 'core'],
  // The story plays a thief with the command's own modules (local/story/mallory.ts).
  local: ['local', 'cli', 'adapters', 'core'],
  cdk: ['cdk', 'core'],
  docs: ['docs', 'core'],
};
export const LAYERS = Object.keys(INWARD);

const layerOf = (path: string): string => path.split('/')[0] ?? '';

export const importsPointInward: Rule = eachImport(({ path }, { target, ours }) => {
  const allowed = INWARD[layerOf(path)];
  if (!ours || allowed === undefined || allowed.includes(layerOf(target)) || !target.endsWith('.ts'))
    return null;
  return `${path} imports ${target}`;
});

/** What core may take from packages: pure functions, by name. `'any'`: the whole package is pure. */
const CORE_PACKAGES: { readonly [name: string]: readonly string[] | 'any' } = {
  'node:crypto': ['hash', 'createHmac', 'timingSafeEqual', 'createPublicKey', 'verify'],
  'node:util': ['isDeepStrictEqual'],
  'node:net': ['isIP', 'isIPv4', 'isIPv6', 'BlockList'],
  // Not jwtVerify, which reads the clock unless told otherwise, nor createRemoteJWKSet, which fetches.
  jose: ['base64url', 'compactVerify', 'decodeJwt', 'decodeProtectedHeader', 'errors', 'importJWK'],
  canonicalize: 'any',
  'zod/mini': 'any',
};

/** The compiler of `config/` is pure as well, but big: its files are kept out of every function (see below). */
const COMPILER = 'core/policy/config/';
const COMPILER_PACKAGES = ['yaml', 'zod'];

export const coreTakesOnlyPurePackages: Rule = eachImport(({ path }, { target, ours, typeOnly, names }) => {
  if (layerOf(path) !== 'core' || ours || typeOnly) return null;
  if (path.startsWith(COMPILER) && COMPILER_PACKAGES.includes(target)) return null;
  const allowed = CORE_PACKAGES[target];
  if (allowed === 'any') return null;
  const foreign = names.filter((name) => !allowed?.includes(name));
  if (allowed !== undefined && foreign.length === 0 && names.length > 0) return null;
  return `${path} imports ${foreign.join(', ') || 'all'} of ${target}`;
});

/** `new Date(given)`, `Date.UTC` and `Date.parse` compute, and so does `Math`, but for one function. */
const PURE = new RegExp(
  `new ${MARK}Date\\(\\s*(?!\\))|${MARK}Date\\.(?:UTC|parse)\\(|${MARK}Math\\.(?!random\\b)\\w+`,
  'g',
);

export const coreHasNoInputOrOutput: Rule = (sources) =>
  sources
    .filter(({ path }) => layerOf(path) === 'core')
    .flatMap(({ path, code }) => {
      const marked = code.replaceAll(PURE, '').matchAll(new RegExp(`\\b${MARK}(\\w+)`, 'g'));
      const names = new Set([...marked].map(([, name = '']) => name));
      if (/\bimport\s*\((?!\s*["'])/.test(code)) names.add('import()');
      if (/\bimport\.meta\b/.test(code)) names.add('import.meta');
      return [...names].map((name) => `${path} uses ${name}`);
    });

export const onlyVerifiersVerify: Rule = eachImport(({ path }, { target, names }) => {
  if (path.startsWith('core/tokens/')) return null;
  const all = target === 'core/tokens/identities.ts' && names.includes('*');
  return all || names.includes('asVerified') ? `${path} takes asVerified` : null;
});

/** The laptop and the command make their own; everything deployed is given its clients by compose. */
const MAKES_CLIENTS = /^(?:lambda\/edge\/compose\.ts|cli\/.*|local\/.*)$/;

export const onlyComposeMakesClients: Rule = (sources) =>
  sources
    .filter(({ path, code }) => !MAKES_CLIENTS.test(path) && /\bnew\s+[\w.]*Client\b/.test(code))
    .map(({ path }) => `${path} makes a client`);

/** Packages that have their place, as a pattern of the files that may import them. */
const PLACES: readonly { readonly packages: RegExp; readonly files: RegExp }[] = [
  { packages: /^@middy\//, files: /^lambda\/edge\/http\.ts$/ },
  { packages: /^@aws-sdk\//, files: /^(?:adapters|cli|local)\/|^lambda\/edge\/compose\.ts$/ },
  { packages: /^zod$/, files: /^(?:core\/policy\/config|cli|local|docs|cdk)\// },
];

export const packagesKeepTheirPlace: Rule = eachImport(({ path }, { target, ours }) => {
  if (ours) return null;
  const place = PLACES.find(({ packages }) => packages.test(target));
  return place === undefined || place.files.test(path) ? null : `${path} imports ${target}`;
});

/** Types count too: two files that need each other's types are one file, or want a third. */
export const noCycles: Rule = (sources) => {
  const graph = new Map(
    sources.map(({ path, imports }) => [
      path,
      imports.filter(({ ours }) => ours).map(({ target }) => target),
    ]),
  );
  const done = new Set<string>();
  const cycles = new Set<string>();
  const walk = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) cycles.add([...trail.slice(start), path].join(' → '));
    if (start >= 0 || done.has(path)) return;
    for (const next of graph.get(path) ?? []) walk(next, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) walk(path, []);
  return [...cycles];
};

/** What a bundle must not hold, by the files that esbuild put into it. */
const NEVER_DEPLOYED =
  /^(?:core\/iam|core\/doctor|core\/policy\/config|local|cli|cdk|test|docs)\/|^node_modules\/(?:yaml|zod\/v4\/classic|commander)\//;
const NOT_IN_MINT =
  /^core\/(?:exchange|parse|parse\/(?:form|details|binding)|policy\/decide)\.ts$|^node_modules\/@cedar-policy\//;

export function foreignIn(bundle: string, inputs: readonly string[]): readonly string[] {
  return inputs.filter(
    (input) => NEVER_DEPLOYED.test(input) || (bundle === 'mint' && NOT_IN_MINT.test(input)),
  );
}

function eachImport(breach: (source: Source, imported: Import) => string | null): Rule {
  return (sources) =>
    sources.flatMap((source) =>
      source.imports.map((imported) => breach(source, imported)).filter((line) => line !== null),
    );
}
