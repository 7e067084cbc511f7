import type { Command } from 'commander';
import { another } from './another.ts';
import type { ControlsFlags } from './controls.ts';
import type { Io } from './io.ts';
import { periodOptions } from './trail-options.ts';

const HELP = `
Says for each control what the evidence of a period shows toward it, what is missing in it, and what Writ can never show.
It is evidence toward controls: whether one is met, an auditor says.

Examples:
  writ controls ./trail --evidence ./evidence --key log.vkey --from 2026-01-01 --to 2026-04-01 --framework 'SOC 2'
  writ controls ./trail --evidence s3://acme-writ-evidence --key log.vkey --csv > controls.csv

Exits as writ audit does: 0, 2 where somebody has to look at an event, 3 where there was no event to judge, 4 where evidence or
trail could not be read to the end, or the log does not verify.`;

/** `writ controls`. What it does is loaded when asked for. */
export function controlsCommand(
  command: Command,
  {
    io,
    json,
    exitWith,
  }: { readonly io: Io; readonly json: boolean; readonly exitWith: (code: number) => void },
): void {
  periodOptions(command)
    .option('--framework <name>', 'controls of this framework; one flag each (default: all)', another)
    .option('--csv', 'one line for each sentence, for a spreadsheet')
    .addHelpText('after', HELP)
    .action(async (trail: readonly string[], flags: Omit<ControlsFlags, 'json'>) => {
      const { controls } = await import('./controls.ts');
      exitWith(await controls(trail, { ...flags, json }, io));
    });
}
