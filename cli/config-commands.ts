import type { Command } from 'commander';
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
  with_: { readonly io: Io; readonly json: boolean; readonly exitWith: (code: number) => void },
): void {
  initCommand(on.command(on.writ, 'init', 'write a first config/, which compiles as it stands'), with_);
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
    .option('--responders <group>', 'who may end any session');
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

interface InitCommandFlags {
  readonly issuer?: readonly string[];
  readonly account?: readonly string[];
  readonly agent?: readonly string[];
  readonly group?: readonly string[];
  readonly user?: readonly string[];
  readonly responders?: string;
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

const another = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];
