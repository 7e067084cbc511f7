import { Command, CommanderError } from 'commander';
import { DEFAULT_DURATION_SECONDS, MAX_CHAINED_SECONDS, MIN_USEFUL_SECONDS } from '../core/limits.ts';
import manifest from '../package.json' with { type: 'json' };
import { configCommands } from './config-commands.ts';
import { type ConfigFlags, policyOptions } from './config-flags.ts';
import { credentials } from './credentials.ts';
import { doctorCommand } from './doctor-command.ts';
import { endingCommands } from './ending-commands.ts';
import { enroll } from './enroll.ts';
import { report, usage } from './failure.ts';
import type { Io } from './io.ts';
import { type LoginOptions, login } from './login.ts';
import { type ProfileFlags, profilesAdd } from './profiles.ts';
import { DEFAULT_PROFILE, LOCAL_PROFILE } from './state.ts';
import type { WantedFlags } from './wanted.ts';

/**
 * The `writ` command.
 *
 * @returns the exit code: 0 ok, 1 usage, 2 refused, 3 nothing done, 4 fault of the broker. Never throws.
 */
export async function run(io: Io): Promise<number> {
  const json = io.argv.includes('--json');
  let exit = 0;
  try {
    await program(io, json, (code) => {
      exit = code;
    }).parseAsync([...io.argv], { from: 'user' });
    return exit;
  } catch (caught) {
    if (!(caught instanceof CommanderError)) return report(caught, io, json);
    // Help and version have been shown: asked for, or in place of a command.
    return caught.exitCode;
  }
}

function program(io: Io, json: boolean, exitWith: (code: number) => void): Command {
  const writ = new Command('writ')
    .description('Short AWS sessions for agents, each with a user, a device, an agent and a task.')
    .option('--json', 'answers and errors as one line of JSON')
    .version(manifest.version, '--version', 'the version of this command')
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      // Errors are reported once, by `report`.
      writeErr: (text) => (json || text.startsWith('error:') ? undefined : io.stderr.write(text)),
      getOutHasColors: () => io.stdout.isTerminal && !io.env.NO_COLOR,
    });
  writ.addHelpText(
    'after',
    '\nExits with 0 ok, 1 usage, 2 refused, 3 nothing done, 4 fault of the broker.\nOf one command: writ <command> --help',
  );
  refuseAsUsage(writ);
  const command = (parent: Command, signature: string, description: string): Command =>
    refuseAsUsage(parent.command(signature).description(description)).configureHelp({
      showGlobalOptions: true,
    });

  writ.commandsGroup('For an agent:');
  command(writ, 'login', 'sign in, on this device')
    .option(...PROFILE)
    .option('--broker <url>', 'the broker to sign in for (https)')
    .option('--issuer <alias>', 'where to sign in, if the broker knows several places')
    .option('--as <user>', 'a test user of the local stack, without a browser')
    .option('--fresh', 'ask for your password again; enroll needs a sign-in of the last five minutes')
    .option('--no-browser', 'open none; the address is printed, and where it leads may be pasted')
    .action((options: LoginOptions) => login({ ...options, json }, io));

  command(writ, 'enroll', 'make this device known to the broker as yours')
    .option(...PROFILE)
    .action((options: { profile: string }) => enroll({ ...options, json }, io));

  wantedOptions(command(writ, 'credentials', 'print credentials as an AWS credential_process does')).action(
    (options: WantedFlags) => credentials(options, io),
  );

  const profiles = command(writ, 'profiles', "profiles in AWS's config file");
  wantedOptions(command(profiles, 'add <name>', 'let AWS tools with this profile ask writ for credentials'))
    .option('--region <region>', 'Region of the profile')
    .action((name: string, options: ProfileFlags) => profilesAdd(name, { ...options, json }, io));

  writ.commandsGroup('Who is at work, and how to end it:');
  endingCommands((signature, description) => command(writ, signature, description), PROFILE, {
    io,
    json,
    exitWith,
  });

  writ.commandsGroup('For whoever writes config/:');
  doctorCommand(command(writ, 'doctor', 'whether all that writ relies on is as it must be'), PROFILE, {
    io,
    json,
    exitWith,
  });
  const policy = command(writ, 'policy', 'check, compile, test and compare the rules in config/');
  configCommands({ writ, policy, command }, { io, json, exitWith });
  // Loaded when asked for: the policy engine is no part of a credential_process.
  configOptions(command(policy, 'build', 'check all of config/ and compile it into one bundle'))
    .option('--out <folder>', 'where bundles are kept, by their hash', 'dist/bundles')
    .action(async (flags: ConfigFlags & { out: string }) => {
      const { policyBuild } = await import('./policy.ts');
      exitWith(await policyBuild({ ...policyOptions(flags, io, json), out: flags.out }));
    });
  configOptions(command(policy, 'test', 'run the cases beside the policies')).action(
    async (flags: ConfigFlags) => {
      const { policyTest } = await import('./policy.ts');
      exitWith(await policyTest(policyOptions(flags, io, json)));
    },
  );
  return writ;
}

/** What commander finds wrong is told by `report`, with the command whose help says more. */
const refuseAsUsage = (command: Command): Command =>
  command.exitOverride((error) => {
    if (error.exitCode === 0 || error.code === 'commander.help') throw error;
    throw usage(error.message.replace(/^error: /, ''), `${namesOf(command).join(' ')} --help`);
  });

const namesOf = (command: Command): readonly string[] =>
  command.parent === null ? [command.name()] : [...namesOf(command.parent), command.name()];

const PROFILE = [
  '--profile <name>',
  `writ profile: a device key and a sign-in; ${LOCAL_PROFILE} is the laptop stack's`,
  DEFAULT_PROFILE,
] as const;

const wantedOptions = (command: Command): Command =>
  command
    .requiredOption('--permission <name>', 'what is wanted, by the name an admin gave it')
    .requiredOption('--account <name>', 'the AWS account, by name')
    .option('--task <id>', 'the unit of work, such as a ticket (or WRIT_TASK)')
    .option('--purpose <text>', 'why it is needed, in words (or WRIT_PURPOSE)')
    .option('--agent <name>', 'the agent that asks (or WRIT_AGENT)')
    .option('--parameter <name=value>', 'a parameter of the permission; one flag each', another)
    .option(
      '--duration <seconds>',
      `how long it is needed, ${MIN_USEFUL_SECONDS} to ${MAX_CHAINED_SECONDS} (default: ${DEFAULT_DURATION_SECONDS})`,
    )
    .option(...PROFILE);

const another = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

const configOptions = (command: Command): Command =>
  command
    .option('--config <folder>', 'configuration; a second one lies over the first (default: config)', another)
    .option('--local', 'for the laptop: an overlay may have places to fill in, and issuers on the loopback');
