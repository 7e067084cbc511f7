import type { Command } from 'commander';
import { another } from './another.ts';
import { type ConfigFlags, policyOptions } from './config-flags.ts';
import type { ExplainFlags } from './explain.ts';
import type { InitFlags } from './init-answers.ts';
import type { Io } from './io.ts';

/**
 * The commands for who writes and reviews `config/`: init, policy diff, explain.
 *
 * What they do is loaded when asked for: the policy engine is no part of a credential_process.
 */
export function configCommands(
  on: {
    readonly writ: Command;
    readonly policy: Command;
    readonly command: (parent: Command, signature: string, description: string) => Command;
  },
  with_: With,
): void {
  initCommand(on.command(on.writ, 'init', 'write a first config/, which compiles as it stands'), with_);
  explainCommand(
    on.command(on.writ, 'explain <permission>', 'what would become of a request; nothing is issued'),
    with_,
  );
  diffCommand(
    on.command(on.policy, 'diff <old> [new]', 'what changes between two folders or bundles, and what widens'),
    with_,
  );
}

function diffCommand(command: Command, { io, json, exitWith }: With): void {
  command
    .option('--local', 'for the laptop: see policy build')
    .addHelpText(
      'after',
      '\nWithout [new]: config. Exits with 0 where nothing widens, 2 where something does or cannot be shown not to.',
    )
    .action(async (old: string, now: string | undefined, flags: ConfigFlags) => {
      const { policyDiff } = await import('./policy-diff.ts');
      exitWith(policyDiff([old, now ?? 'config'], policyOptions(flags, io, json)));
    });
}

interface With {
  readonly io: Io;
  readonly json: boolean;
  readonly exitWith: (code: number) => void;
}

function explainCommand(command: Command, { io, json, exitWith }: With): void {
  command
    .requiredOption('--as <user>', 'who asks: <issuer alias>:<subject>')
    .option('--group <name>', 'a group that the user is in; one flag each', another)
    .option('--agent <name>', 'the agent (default: the only one)')
    .option('--account <name>', "the account (default: the permission's only one)")
    .option('--parameter <name=value>', 'a parameter of the permission; one flag each', another)
    .option('--duration <seconds>', 'how long (default: 900)')
    .option('--acr <value>', 'how the user signed in (OIDC acr)')
    .option('--amr <value>', 'with what (OIDC amr); one flag each', another)
    .option('--auth-age <seconds>', 'how long ago the user signed in', '60')
    .option('--actor <kind>', 'enrolled or attested: who vouches for the agent', 'enrolled')
    .option('--device <kind>', 'enrolled, attested or claimed', 'enrolled')
    .option('--compliant', 'the device management says that it is compliant')
    .option('--no-compliant', 'or that it is not')
    .option('--address <ip>', 'from where', '192.0.2.1')
    .option('--task <id>', 'the unit of work', 'EXPLAIN-1')
    .option('--purpose <text>', 'why', 'to see what would become of it')
    .option('--config <folder>', 'configuration, or a bundle; a second folder lies over the first', another)
    .option('--local', 'for the laptop: see policy build')
    .addHelpText('after', '\nExits with 0 where it would be issued, 2 where it would be refused.')
    .action(async (permission: string, flags: ExplainFlags & ConfigFlags) => {
      const { explainPermission } = await import('./explain.ts');
      // Commander's default of a --no- flag is yes; ours is that nobody knows.
      const { compliant, ...others } = flags;
      const known = io.argv.some((each) => /^--(?:no-)?compliant$/.test(each));
      const options = policyOptions(flags, io, json);
      exitWith(explainPermission(permission, { ...others, ...(known && { compliant }) }, options));
    });
}

/** The presets' questions as flags: `test/cli/init.test.ts` sees that none is missing. */
const ANSWERS: readonly (readonly [flags: string, description: string])[] = [
  ['--tenant <id>', 'entra: the tenant'],
  ['--client-id <id>', 'entra, okta, google: the application that people sign in with'],
  ['--auth-context <id>', 'entra: the authentication context that stands for a compliant device'],
  ['--org <host>', 'okta: host of the organisation'],
  ['--idp <id>', 'okta: who may vouch for people, 00o… for the organisation itself'],
  ['--domain <name>', 'google: the Workspace domain'],
  ['--owner-id <number>', 'github: the owner of the repositories, by number'],
  ['--cluster <url>', "kubernetes: the cluster's issuer"],
  ['--namespace <name>', 'kubernetes: namespace of the agents'],
  ['--cluster-keys <url>', 'kubernetes: where its keys are, if not where EKS, GKE and AKS have them'],
  ['--trust-domain <name>', 'spiffe: the trust domain'],
  ['--jwt-issuer <url>', "spiffe: SPIRE's jwt_issuer"],
  ['--aws-issuer <url>', "aws: the account's issuer of outbound federation"],
  ['--aws-account <id>', 'aws: the account in which the agents run'],
  ['--aws-org <id>', 'aws: the organisation that the account must be in'],
  ['--broker <url>', "the broker's public URL, for which agents' tokens are made"],
];

function initCommand(command: Command, { io, json }: { readonly io: Io; readonly json: boolean }): void {
  command
    .option(
      '--issuer <name>',
      'entra, okta or google; and github, kubernetes, spiffe, aws for agents',
      another,
    )
    .option('--account <name=id:region>', 'an AWS account; one flag each', another)
    .option('--agent <name[=subject]>', 'an agent, and the workload that it is; one flag each', another)
    .option('--group <name>', 'a group (Entra: app role) that may ask; one flag each', another)
    .option('--user <id>', 'a person who may ask, as the tokens name them; one flag each', another)
    .option('--responders <group>', 'who may end any session')
    .option('--prober <account>', 'a prober, which asks for a session there every minute; needs --broker')
    .option('--deploy <id:region>', 'account and Region that the broker is to run in')
    .option('--organization <id/root>', 'to roll out to the accounts of an organisation; needs --deploy');
  for (const [flags, description] of ANSWERS) command.option(flags, description);
  command
    .option('--config <folder>', 'folder to write', 'config')
    .addHelpText(
      'after',
      '\nWhat is not given is asked for. Nothing is written over: exits with 3 where there is a folder.',
    )
    .action(async (flags: InitCommandFlags) => {
      const { init } = await import('./init.ts');
      await init({ ...flags, answers: answersIn(flags), json }, io);
    });
}

interface InitCommandFlags extends Omit<InitFlags, 'answers'> {
  readonly config: string;
  readonly [answer: string]: unknown;
}

/** Commander calls `--client-id` `clientId`. */
const answersIn = (flags: InitCommandFlags): { readonly [flag: string]: string } =>
  Object.fromEntries(
    ANSWERS.flatMap(([signature]) => {
      const flag = signature.slice(2, signature.indexOf(' '));
      const given = flags[flag.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())];
      return typeof given === 'string' ? [[flag, given]] : [];
    }),
  );
