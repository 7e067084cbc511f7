import type { Command } from 'commander';
import { another } from './another.ts';
import type { AuditFlags } from './audit/flags.ts';
import type { Io } from './io.ts';
import { periodOptions } from './trail-options.ts';

const HELP = `
TRAIL is a CloudTrail folder as AWS delivers it (AWSLogs/…), any other folder or file of events, or s3://<bucket>/<prefix>.

Examples:
  writ audit ./trail --evidence ./evidence --key log.vkey
  writ audit s3://acme-trail/AWSLogs --evidence s3://acme-writ-evidence --key log.vkey --from 2026-05-01 --to 2026-06-01 --out report
  writ audit ./trail --evidence ./evidence --key log.vkey --verdict UNBROKERED --verdict EXPIRED --out report --format csv

Exits with 0 where nothing is found, 2 where somebody has to look at an event, 3 where there was no event to judge, 4 where
evidence or trail could not be read to the end, or the log does not verify. No input is never "no finding".`;

/** `writ audit`. What it does is loaded when asked for. */
export function auditCommand(
  command: Command,
  {
    io,
    json,
    exitWith,
  }: { readonly io: Io; readonly json: boolean; readonly exitWith: (code: number) => void },
): void {
  periodOptions(command)
    .option('--writ <id>', 'list events of this writ; one flag each, like all that follow', another)
    .option('--user <id>', 'list events of this user: <issuer alias>:<subject>', another)
    .option('--agent <name>', 'list events of this agent', another)
    .option('--task <id>', 'list events of this task', another)
    .option('--verdict <verdict>', 'list events with this verdict', another)
    .option('--all', 'list what is out of scope too')
    .option('--out <folder>', 'write a report there')
    .option('--format <format>', 'how: html, csv, jsonl, ocsf; one flag each (default: all of them)', another)
    .option('--ocsf <version>', 'version of the schema for ocsf: 1.9 or 1.5 (default: 1.9)')
    .addHelpText('after', HELP)
    .action(async (trail: readonly string[], flags: Omit<AuditFlags, 'json'>) => {
      const { audit } = await import('./audit.ts');
      exitWith(await audit(trail, { ...flags, json }, io));
    });
}
