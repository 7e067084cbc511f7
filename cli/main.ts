import { Command, CommanderError } from 'commander';
import { RELEASE } from '../core/release.ts';
import { agentCommands } from './agent-commands.ts';
import { another } from './another.ts';
import { auditCommand } from './audit-command.ts';
import { configCommands } from './config-commands.ts';
import { type ConfigFlags, policyOptions } from './config-flags.ts';
import { controlsCommand } from './controls-command.ts';
import { doctorCommand } from './doctor-command.ts';
import { endingCommands } from './ending-commands.ts';
import { Failure, report, usage } from './failure.ts';
import { forgetCommand } from './forget-command.ts';
import type { Io } from './io.ts';
import { openingsCommand } from './openings-command.ts';
import { verifyCommand } from './verify-command.ts';
import { PROFILE } from './wanted-flags.ts';
import { whyCommand } from './why-command.ts';

/**
 * The `writ` command.
 *
 * @returns the exit code: 0 ok, 1 usage, 2 refused, 3 nothing done, 4 fault of the broker. Never throws.
 */
export async function run(io: Io): Promise<number> {
  // Behind `--` stand the words of another command.
  const end = io.argv.indexOf('--');
  const json = (end === -1 ? io.argv : io.argv.slice(0, end)).includes('--json');
  let exit = 0;
  let help = 'writ --help';
  try {
    const writ = program(io, json, (code) => {
      exit = code;
    });
    writ.hook('preAction', (_, command) => {
      help = `${namesOf(command).join(' ')} --help`;
    });
    await writ.parseAsync([...io.argv], { from: 'user' });
    return exit;
  } catch (caught) {
    if (!(caught instanceof CommanderError)) return report(withHelp(caught, help), io, json);
    // Help and version have been shown: asked for, or in place of a command.
    return caught.exitCode;
  }
}

function program(io: Io, json: boolean, exitWith: (code: number) => void): Command {
  const writ = new Command('writ')
    .description('Short AWS sessions for agents, each with a user, a device, an agent and a task.')
    .option('--json', 'answers and errors as one line of JSON')
    .version(RELEASE, '--version', 'the version of this command')
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
  agentCommands(writ, command, { io, json, exitWith });

  writ.commandsGroup('Who is at work, and how to end it:');
  endingCommands((signature, description) => command(writ, signature, description), PROFILE, {
    io,
    json,
    exitWith,
  });

  writ.commandsGroup('For who does not trust us:');
  auditCommand(command(writ, 'audit <trail...>', 'hold each event of a trail against the evidence'), {
    io,
    json,
    exitWith,
  });
  whyCommand(command(writ, 'why <event-or-writ>', 'who authorised one event, and how to check that'), {
    io,
    json,
    exitWith,
  });
  controlsCommand(command(writ, 'controls <trail...>', 'what a period shows toward controls'), {
    io,
    json,
    exitWith,
  });
  verifyCommand(command(writ, 'verify <place>', 'whether evidence is whole: a log, a record, or a bundle'), {
    io,
    json,
    exitWith,
  });

  writ.commandsGroup('For who answers for what is known of people:');
  forgetCommand(
    command(writ, 'forget <person>', 'delete what opens the personal fields of a person’s records'),
    PROFILE,
    {
      io,
      json,
    },
  );

  openingsCommand(
    command(writ, 'openings <person...>', 'hand over what opens the personal fields of records'),
    PROFILE,
    { io },
  );

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

/** What was typed wrongly, and nobody knows better what to do about it. */
const withHelp = (caught: unknown, next: string): unknown =>
  caught instanceof Failure && caught.fields.error === 'usage' && caught.fields.next === undefined
    ? new Failure({ ...caught.fields, next })
    : caught;

/** What commander finds wrong is told by `report`, with the command whose help says more. */
const refuseAsUsage = (command: Command): Command =>
  command.exitOverride((error) => {
    if (error.exitCode === 0 || error.code === 'commander.help') throw error;
    throw usage(error.message.replace(/^error: /, ''), `${namesOf(command).join(' ')} --help`);
  });

const namesOf = (command: Command): readonly string[] =>
  command.parent === null ? [command.name()] : [...namesOf(command.parent), command.name()];

const configOptions = (command: Command): Command =>
  command
    .option('--config <folder>', 'configuration; a second one lies over the first (default: config)', another)
    .option('--local', 'for the laptop: an overlay may have places to fill in, and issuers on the loopback');
