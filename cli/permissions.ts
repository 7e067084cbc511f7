import * as z from 'zod/mini';
import { askerOf } from './asking.ts';
import { askBroker } from './broker.ts';
import { checkLocalBroker } from './broker-address.ts';
import { answerMalformed, forProfile } from './broker-failure.ts';
import { askersCall } from './exchange.ts';
import type { Io } from './io.ts';
import { parseJson } from './json.ts';
import { freshSession } from './refresh.ts';
import { at } from './road.ts';
import { openProfile, type Profile } from './session.ts';
import { table } from './table.ts';
import { agentOf, type WantedFlags } from './wanted.ts';

export interface PermissionsFlags extends Pick<WantedFlags, 'profile' | 'agent'> {
  readonly json?: boolean;
}

const NAME = z.string().check(z.regex(/^(?:[A-Za-z0-9][\w.-]{0,63})$/));
const PARAMETER = z.string().check(z.regex(/^(?:[A-Za-z][\w-]{0,63})$/));
const LISTED = z.object({
  permission: NAME,
  description: z.string(),
  accounts: z.readonly(z.array(NAME).check(z.minLength(1))),
  /** Whole seconds. */
  longest: z.number(),
  parameters: z.record(
    PARAMETER,
    z.object({ type: z.string(), values: z.optional(z.readonly(z.array(z.string()))) }),
  ),
});
const ANSWER = z.object({ permissions: z.readonly(z.array(LISTED)) });

const LAST = z.extend(ANSWER, { v: z.literal(1), agent: z.string() });

/** One permission, as it may be asked for. */
export type Listed = z.output<typeof LISTED>;

/** Of the sign-in that is shown, whole seconds. */
const LEAST_SECONDS = 30;

/** `writ permissions`: what this person, on this device, with this agent may ask for. Nothing is issued. */
export async function permissions(flags: PermissionsFlags, io: Io): Promise<void> {
  const agent = agentOf(flags, io.env);
  const listed = await listPermissions(await openProfile(io, flags.profile), agent, io);
  if (flags.json) {
    io.stdout.write(`${JSON.stringify({ agent, permissions: listed })}\n`);
    return;
  }
  io.stdout.write(
    listed.length === 0
      ? `There is nothing that you may ask for with the agent ${agent}.\n`
      : table(COLUMNS, listed, io.stdout),
  );
}

/** `POST /permissions`. @throws Failure: exit 2 for a refusal, 4 for a fault. */
export async function listPermissions(profile: Profile, agent: string, io: Io): Promise<readonly Listed[]> {
  const session = await freshSession(profile, LEAST_SECONDS, io);
  await checkLocalBroker(profile, session, io);
  const asker = await askerOf(profile, session, agent, io);
  const call = askersCall(at(session.broker.issuer, 'permissions'), asker);
  const answer = parseJson(await forProfile(profile.name, () => askBroker(call, io)), ANSWER);
  if (answer === null) throw answerMalformed('The broker did not say what may be asked for.');
  await profile.write('permissions', { ...answer, v: 1, agent });
  return answer.permissions;
}

/** What was listed last with this profile: names to choose from, and no promise. */
export const lastListed = async (profile: Profile): Promise<readonly Listed[]> =>
  (await profile.read('permissions', LAST))?.permissions ?? [];

const COLUMNS = [
  { title: 'PERMISSION', of: ({ permission }: Listed) => permission, whole: true },
  { title: 'ACCOUNTS', of: ({ accounts }: Listed) => accounts.join(', ') },
  { title: 'LONGEST', of: ({ longest }: Listed) => `${longest} s`, whole: true },
  { title: 'PARAMETERS', of: ({ parameters }: Listed) => Object.entries(parameters).map(typed).join(' ') },
  { title: 'DESCRIPTION', of: ({ description }: Listed) => description },
] as const;

/** As it is typed behind `--parameter`. */
const typed = ([name, { type, values }]: [string, Listed['parameters'][string]]): string =>
  `${name}=<${values === undefined ? type : values.join('|')}>`;
