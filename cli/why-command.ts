import type { Command } from 'commander';
import { another } from './another.ts';
import type { Io } from './io.ts';
import { evidenceOptions } from './trail-options.ts';
import type { WhyFlags } from './why.ts';

const HELP = `
Examples:
  writ why 7b3c61e6-0b9e-4d57-9d07-9d6ab0a1f3f4 --trail ./trail --evidence ./evidence --key log.vkey
  writ why 01jd3v9q2m8x7c4b --trail ./trail --evidence s3://acme-writ-evidence --key log.vkey --bundle writ.json

Then, by somebody who has nothing else: writ verify writ.json --key log.vkey

Exits with 0 where it is told, 2 where somebody has to look at it, 3 where there is no such event or writ, 4 where evidence
or trail could not be read, or the log does not verify.`;

/** `writ why`. What it does is loaded when asked for. */
export function whyCommand(
  command: Command,
  {
    io,
    json,
    exitWith,
  }: { readonly io: Io; readonly json: boolean; readonly exitWith: (code: number) => void },
): void {
  evidenceOptions(command)
    .option('--trail <place>', 'CloudTrail files: a folder or file; one flag each', another)
    .option('--bundle <file>', 'write the records and their receipts there, to be verified offline')
    .addHelpText('after', HELP)
    .action(async (id: string, flags: Omit<WhyFlags, 'json'>) => {
      const { why } = await import('./why.ts');
      exitWith(await why(id, { ...flags, json }, io));
    });
}
