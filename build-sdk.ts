/**
 * What of AWS's SDK goes into a function: what it can reach there, and no more. That is a third of the SDK less to load
 * at a cold start; and a function can get its credentials in one way only.
 *
 * Each part that is left out is one that a function must not reach, and says so if it is reached. What a new version of
 * the SDK brings in by another name ends the build here.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';

const STAND_INS = join(import.meta.dirname, 'lambda', 'edge', 'aws-sdk');

/** Roads to credentials that a function must not have: files, programs, web identities, containers, instances, sign-ins. */
const OTHER_CREDENTIALS =
  /[\\/]node_modules[\\/]@(?:aws-sdk[\\/](?:credential-provider|token-providers|nested-clients)|smithy[\\/]credential-provider)/;

export const sdkInFunctions: Plugin = {
  name: 'sdk-in-functions',
  setup(build) {
    build.onResolve({ filter: /^@aws-sdk\/credential-provider-node$/ }, () => ({
      path: join(STAND_INS, 'credentials.ts'),
    }));
    build.onLoad({ filter: OTHER_CREDENTIALS }, ({ path }) => ({
      errors: [
        { text: `a function has its credentials from its environment alone, and must not load ${path}` },
      ],
    }));

    // Clients of services that stream import it for themselves, and get it; the protocols load it for whoever might.
    build.onResolve({ filter: /^@smithy\/core\/event-streams$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: join(STAND_INS, 'event-streams.ts') } : null,
    );

    build.onResolve({ filter: /^\.\.\/package\.json$/ }, readsVersionOnly);
    build.onLoad(
      { filter: /[\\/]node_modules[\\/]@aws-sdk[\\/][\w-]+[\\/]package\.json$/ },
      async ({ path }) => {
        const { version } = JSON.parse(await readFile(path, 'utf8')) as { readonly version: string };
        return { contents: JSON.stringify({ version }), loader: 'json' };
      },
    );
  },
};

/** A client's package.json is for the version in its user agent; what reads more of it needs all of it. */
async function readsVersionOnly({ importer }: { readonly importer: string }) {
  if (!/[\\/]node_modules[\\/]@aws-sdk[\\/]/.test(importer)) return null;
  const text = await readFile(importer, 'utf8');
  const uses = [...text.matchAll(/\bpackageInfo\b(?! from\b)(\.\w+)?/g)];
  if (uses.length > 0 && uses.every(([, member]) => member === '.version')) return null;
  return { errors: [{ text: `${importer} reads more of its package.json than the version` }] };
}
