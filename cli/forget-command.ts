import type { Command } from 'commander';
import type { ForgetFlags } from './forget.ts';
import type { Io } from './io.ts';

const MORE = `
Takes AWS credentials of your own, as the AWS CLI finds them, with the policy writ-privacy.
Exits with 3 where there is nothing of that person, with 4 where some is left: run it again.`;

/** `writ forget`. What it does is loaded when asked for: AWS's SDK is no part of a credential_process. */
export function forgetCommand(
  command: Command,
  profile: readonly [flags: string, description: string, byDefault: string],
  { io, json }: { readonly io: Io; readonly json: boolean },
): void {
  command
    .option(...profile)
    .option('--region <region>', 'Region of the broker')
    .option('--prefix <prefix>', 'what its functions are called by', 'writ-')
    .option('--yes', 'do not ask: what is forgotten does not come back')
    .addHelpText('after', MORE)
    .action(async (subject: string, flags: ForgetFlags) => {
      const { forget } = await import('./forget.ts');
      return forget(subject, { ...flags, json }, io);
    });
}
