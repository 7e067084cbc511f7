import type { Command } from 'commander';
import { another } from './another.ts';
import type { Io } from './io.ts';
import type { OpeningsFlags } from './openings.ts';

const MORE = `
Prints clear text of persons: what writ audit and writ why take as --openings. Keep it apart from the evidence, and delete it
with the audit: writ forget does not reach it.
Takes AWS credentials of your own, as the AWS CLI finds them, with the policy writ-openings.

  writ openings corp:alice corp:bob > openings.json
  writ openings corp:alice --writ 01jd3v9q2m8x7c4b > openings.json

Exits with 3 where there is nothing of these persons.`;

/** `writ openings`. What it does is loaded when asked for: AWS's SDK is no part of a credential_process. */
export function openingsCommand(
  command: Command,
  profile: readonly [flags: string, description: string, byDefault: string],
  { io }: { readonly io: Io },
): void {
  command
    .option(...profile)
    .option('--region <region>', 'Region of the broker')
    .option('--prefix <prefix>', 'what its functions are called by', 'writ-')
    .option('--writ <id>', 'of this record alone: a writ, a revocation, an enrolment; one flag each', another)
    .addHelpText('after', MORE)
    .action(async (persons: readonly string[], flags: OpeningsFlags) => {
      const { openings } = await import('./openings.ts');
      return openings(persons, flags, io);
    });
}
