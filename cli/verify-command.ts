import type { Command } from 'commander';
import type { Io } from './io.ts';
import type { VerifyFlags } from './verify.ts';

const EXAMPLES = `
Examples:
  writ verify ./evidence --key log.vkey
  writ verify s3://acme-writ-evidence --key log.vkey --since last-year.checkpoint
  writ verify record.json --receipt record.tlog-proof --key log.vkey
  writ verify bundle.json --key log.vkey

Exits with 0 where all of it holds, 2 where something does not, 4 where it cannot be read.
The same with tools that are not ours: docs/guides/verify-without-writ.md`;

/** `writ verify`. What it does is loaded when asked for. */
export function verifyCommand(
  command: Command,
  {
    io,
    json,
    exitWith,
  }: { readonly io: Io; readonly json: boolean; readonly exitWith: (code: number) => void },
): void {
  command
    .option('--key <key>', "the log's verifier key, or a file that holds it, from elsewhere than the log")
    .option('--since <file>', 'a checkpoint of before: the log must begin with its tree')
    .option('--receipt <file>', 'a receipt (tlog-proof), of a leaf of the log or of the record in the file')
    .addHelpText('after', EXAMPLES)
    .action(async (place: string, flags: Omit<VerifyFlags, 'json'>) => {
      const { verify } = await import('./verify.ts');
      exitWith(await verify(place, { ...flags, json }, io));
    });
}
