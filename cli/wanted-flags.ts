import type { Command } from 'commander';
import { DEFAULT_DURATION_SECONDS, MAX_CHAINED_SECONDS, MIN_USEFUL_SECONDS } from '../core/limits.ts';
import { another } from './another.ts';
import { DEFAULT_PROFILE, LOCAL_PROFILE } from './state.ts';

export const PROFILE = [
  '--profile <name>',
  `writ profile: a device key and a sign-in; ${LOCAL_PROFILE} is the laptop stack's`,
  DEFAULT_PROFILE,
] as const;

export const AGENT = ['--agent <name>', 'the agent that asks (or WRIT_AGENT)'] as const;

/** What a session is for, the same for every command that gets one. */
export const wantedOptions = (command: Command): Command =>
  purposeOptions(
    command
      .requiredOption('--permission <name>', 'what is wanted, by the name an admin gave it')
      .requiredOption('--account <name>', 'the AWS account, by name'),
  )
    .option(...AGENT)
    .option(...PARAMETER)
    .option(
      '--duration <seconds>',
      `how long it is needed, ${MIN_USEFUL_SECONDS} to ${MAX_CHAINED_SECONDS} (default: ${DEFAULT_DURATION_SECONDS})`,
    )
    .option(...PROFILE);

export const purposeOptions = (command: Command): Command =>
  command
    .option('--task <id>', 'the unit of work, such as a ticket (or WRIT_TASK, or .writ/task.json)')
    .option('--purpose <text>', 'why it is needed, in words (or WRIT_PURPOSE, or .writ/task.json)');

export const PARAMETER = [
  '--parameter <name=value>',
  'a parameter of the permission; one flag each (name alone: WRIT_PARAMETER_<name>)',
  another,
] as const;
