import type { Command } from 'commander';
import { another } from './another.ts';
import type { DoctorFlags } from './doctor.ts';
import type { Io } from './io.ts';

/** `writ doctor`. What it does is loaded when asked for: neither AWS's SDK nor the policy engine is in a credential_process. */
export function doctorCommand(
  command: Command,
  profile: readonly [flags: string, description: string, byDefault: string],
  {
    io,
    json,
    exitWith,
  }: { readonly io: Io; readonly json: boolean; readonly exitWith: (code: number) => void },
): void {
  command
    .option(...profile)
    .option('--config <folder>', 'configuration; a second one lies over the first (default: config)', another)
    .option('--local', 'for the laptop: see policy build; with its profile it goes without saying')
    .option('--only <check>', 'this check, or all of a group such as trail; one flag each', another)
    .option('--fix', 'mend what can be mended without taking anything from anybody')
    .option('--region <region>', "the broker's Region (default: as the AWS CLI finds it)")
    .option('--prefix <text>', "what the functions' names begin with", 'writ-')
    .option('--account-role <name>', 'role to take in the other accounts, to look at them')
    .option('--token <file>', 'explain a token, line by line; - reads it from standard input')
    .addHelpText(
      'after',
      '\nLooks with your AWS credentials, as the AWS CLI finds them, and changes nothing without --fix.' +
        '\nExits with 0 where no fault is found, 4 where one is, 3 where nothing could be looked at; with --token, 2 for one that would be refused.',
    )
    .action(async (flags: Omit<DoctorFlags, 'json'>) => {
      const { doctor } = await import('./doctor.ts');
      exitWith(await doctor({ ...flags, json }, io));
    });
}
