/** What a function runs: its bundle from `dist/functions`, Cedar's engine beside it, and the compiled policy. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Code } from 'aws-cdk-lib/aws-lambda';
import type { Duty } from '../../core/duties.ts';
import { DUTY_SPECS } from './duties.ts';

export interface FunctionCode {
  of(duty: Duty): Code;
}

/** Nothing else of a bundle's folder is deployed: metafiles stay here. */
const PARTS = ['index.mjs', 'cedar_wasm_bg.wasm'];

/**
 * The very files that a laptop runs, put together for upload.
 *
 * @param from.functions - Folder of the built functions, `dist/functions`.
 * @param from.bundle - The compiled policy's file.
 * @param to - Folder that is made anew, one folder for each function.
 * @throws Error that says what to run where something is not built.
 */
export function builtCode(
  from: { readonly functions: string; readonly bundle: string },
  to: string,
): FunctionCode {
  return {
    of(duty) {
      const [source, target] = [join(from.functions, duty), join(to, duty)];
      if (!existsSync(join(source, 'index.mjs'))) throw new Error(`${duty} is not built. Try: npm run build`);
      rmSync(target, { recursive: true, force: true });
      mkdirSync(target, { recursive: true });
      const parts = readdirSync(source).filter((name) => PARTS.includes(name));
      for (const part of parts) copyFileSync(join(source, part), join(target, part));
      if (DUTY_SPECS[duty].settings.includes('bundle'))
        copyFileSync(from.bundle, join(target, 'bundle.json'));
      return Code.fromAsset(target);
    },
  };
}
