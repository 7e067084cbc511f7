import { type Command, Option } from 'commander';
import { REVOCABLE } from '../core/revocation/ports.ts';
import type { DirectFlags } from './direct.ts';
import type { Io } from './io.ts';
import { type ListFlags, list } from './list.ts';
import { type RevokeFlags, revoke } from './revoke.ts';
import { type StatusFlags, status } from './status.ts';

const EXAMPLES = `
Examples:
  writ revoke 01jd3v9q2m8x7c4b --reason 'wrong ticket'
  writ revoke ASIA… --reason 'found in a public paste'
  writ revoke corp:alice --kind user --block --reason 'laptop stolen'
  writ revoke corp:alice --kind user --lift --reason 'found again'
  writ revoke --direct --kind all --block --reason 'the broker may be in other hands'`;

/** The commands that have to do with the end of sessions: revoke, list, status. */
export function endingCommands(
  command: (signature: string, description: string) => Command,
  profile: readonly [flags: string, description: string, byDefault: string],
  {
    io,
    json,
    exitWith,
  }: { readonly io: Io; readonly json: boolean; readonly exitWith: (code: number) => void },
): void {
  const road = (command: Command): Command =>
    command
      .option(...profile)
      .option(
        '--responder',
        'sign with your AWS credentials, as the AWS CLI finds them, in place of a sign-in',
      )
      .option('--broker <url>', 'the broker (https), where the profile has none')
      .option('--region <region>', "Region of the broker's API, with --responder");

  road(command('revoke [id]', 'end sessions before their time: a writ, or all of a user, device, agent…'))
    .addOption(
      new Option('--kind <kind>', 'what the id names; guessed for a writ and a key').choices(REVOCABLE),
    )
    .option('--end', 'end what is live (the default)')
    .option('--block', 'end what is live, and refuse new ones until it is lifted')
    .option('--lift', 'refuse new ones no longer; what was ended stays ended')
    .option('--reason <words>', 'why, in words; it is recorded')
    .option('--request-id <id>', 'the same request, made again, is not a second one (default: a new UUID)')
    .option('--key', "with this device's key alone: ends what it got itself, also when the sign-in is over")
    .option(
      '--direct',
      'past the broker: attach a deny in one account, with AWS credentials of your own there',
    )
    .option('--undo <name>', 'take back what --direct did, by the name that it printed')
    .addHelpText('after', EXAMPLES)
    .action(async (id: string | undefined, flags: RevokeFlags & DirectFlags & { direct?: boolean }) => {
      if (!flags.direct && flags.undo === undefined) return revoke(id, { ...flags, json }, io);
      // Loaded when asked for: AWS's SDK is no part of a credential_process.
      const { direct } = await import('./direct.ts');
      return exitWith(await direct(id, { ...flags, json }, io));
    });

  road(command('list', 'which sessions are live, as far as you may see them'))
    .option('--user <id>', 'of this user, as the list shows it')
    .option('--device <id>', 'from this device')
    .option('--agent <name>', 'of this agent')
    .option('--task <id>', 'for this task')
    .option('--permission <name>', 'with this permission')
    .option('--account <name>', 'in this account, by name or number')
    .option('--limit <number>', 'show no more than so many (default: all)')
    .action((flags: ListFlags) => list({ ...flags, json }, io));

  road(command('status', 'how well early ends are enforced, and how long AWS takes'))
    .addHelpText('after', '\nExits with 4 where an account has not been verified for ten minutes.')
    .action(async (flags: StatusFlags) => exitWith(await status({ ...flags, json }, io)));
}
