/** How big what a deploy takes is: bytes of each bundle. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { functionNames } from '../build.ts';
import type { Bench } from './systems.ts';

/** @returns bytes by name: Writ's functions, Cedar's engine, and two floors. */
export async function measureSizes({
  bundleOf,
  entries,
}: Pick<Bench, 'bundleOf' | 'entries'>): Promise<{ readonly [bundle: string]: number }> {
  const bytes = async (path: string) => (await stat(path)).size;
  const found = await Promise.all(
    functionNames().map(async (duty) => [duty, await bytes(bundleOf(duty))] as const),
  );
  return {
    ...Object.fromEntries(found),
    'Cedar’s engine, beside who asks it': await bytes(join(bundleOf('exchange'), '..', 'cedar_wasm_bg.wasm')),
    'equal work, exchange': entries['floor-equal-exchange'].bytes,
    minimal: entries['floor-minimal'].bytes,
  };
}
