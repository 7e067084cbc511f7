import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as esbuild from 'esbuild';
import { functionBundle, writeBundle } from '../build.ts';

const ENTRIES = [
  'host',
  'stubs',
  'counting-proxy',
  'floor-minimal',
  'floor-bare',
  'floor-equal-exchange',
  'floor-equal-mint',
] as const;
export type Entry = (typeof ENTRIES)[number];

/** A profile is of no use without names. */
const minify = process.env.BENCH_CPU_PROFILE === undefined;

/** Bundles what runs in a process of its own, just as the functions are bundled. @returns path and bytes by name. */
export async function bundleEntries(
  folder: string,
): Promise<{ readonly [name in Entry]: { readonly path: string; readonly bytes: number } }> {
  const built = await Promise.all(
    ENTRIES.map(async (name) => {
      const path = join(folder, name, 'index.mjs');
      await mkdir(join(folder, name), { recursive: true });
      const entryPoints = [join(import.meta.dirname, `${name}.ts`)];
      const bytes = await writeBundle(
        await esbuild.build({ ...functionBundle('mint'), minify, entryPoints, outfile: path }),
      );
      return [name, { path, bytes }] as const;
    }),
  );
  return Object.fromEntries(built) as Awaited<ReturnType<typeof bundleEntries>>;
}
