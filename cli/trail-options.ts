import type { Command } from 'commander';
import { another } from './another.ts';

/** What every question needs that holds a trail against the evidence. */
export const evidenceOptions = (command: Command): Command =>
  command
    .requiredOption('--evidence <place>', 'the evidence log: a folder, or s3://<bucket>/<prefix>')
    .option('--key <key>', "the log's verifier key, or a file that holds it, from elsewhere than the log")
    .option('--openings <file>', 'clear values of personal fields, if you have been given them')
    .option('--tolerance <seconds>', 'difference between clocks that is allowed for (default: 2)');

/** And what one about a whole period does. */
export const periodOptions = (command: Command): Command =>
  evidenceOptions(command)
    .option('--trail-keys <file>', 'what `aws cloudtrail list-public-keys` printed, to verify digest files')
    .option('--from <time>', 'count events from then on: a day or a moment in UTC')
    .option('--to <time>', 'and before then')
    .option('--account <id>', 'count events of this account; one flag each', another)
    .option('--region <region>', 'count events of this Region; one flag each', another);
