import { type Kept, keptSessions } from './credential-cache.ts';
import { printable } from './failure.ts';
import type { Io } from './io.ts';
import { enrolmentOf, openProfile, type Session, signedIn } from './session.ts';
import { labelled, table } from './table.ts';

export interface WhoamiFlags {
  readonly profile: string;
  readonly json?: boolean;
}

interface Shown {
  readonly writ: string;
  readonly agent: string;
  readonly task: string;
  readonly purpose: string;
  readonly permission: string;
  readonly account: string;
  readonly parameters: { readonly [name: string]: string };
  /** NumericDate; by this machine's clock. */
  readonly deadline: number;
  readonly seconds_left: number;
  /** `exec`: of one command, and ended with it; `cache`: of whoever asks here for the same. */
  readonly held_by: 'exec' | 'cache';
  /** Whether the command that asks is itself part of that run of `writ exec`. */
  readonly here: boolean;
}

/** `writ whoami`: who is signed in, on which device, and with which sessions; from what lies here, nobody is asked. */
export async function whoami(flags: WhoamiFlags, io: Io): Promise<void> {
  const profile = await openProfile(io, flags.profile);
  const session = await signedIn(profile);
  const now = io.clock() / 1000;
  const enrolment = await enrolmentOf(profile, session, Math.floor(now));
  const kept = await keptSessions(profile, io.clock());
  const writs = kept.map((each) => shown(each, now, io.env.WRIT_EXEC));
  const person = {
    iss: session.iss,
    sub: session.sub,
    signed_in_at: session.auth_time,
    seconds_left: left(session.exp, now),
    renewable: session.refresh_token !== null,
  };
  const device = {
    jkt: profile.key.jkt,
    enrolled: enrolment !== null,
    name: enrolment?.device ?? null,
    seconds_left: enrolment === null ? 0 : left(enrolment.exp, now),
  };
  if (flags.json) {
    const broker = session.broker.issuer;
    io.stdout.write(`${JSON.stringify({ profile: profile.name, broker, person, device, writs })}\n`);
    return;
  }
  io.stdout.write(
    labelled(`${printable(session.sub)} at ${printable(session.iss)}`, [
      ['profile:', `${profile.name}, of the broker ${printable(session.broker.issuer)}`],
      ['sign-in:', signIn(session, person.seconds_left, profile.name)],
      [
        'device:',
        enrolment === null
          ? `not enrolled: writ enroll --profile ${profile.name}`
          : `${printable(enrolment.device ?? device.jkt)}, enrolled, ${device.seconds_left} s left`,
      ],
    ]),
  );
  io.stdout.write(writs.length === 0 ? 'No session is held here.\n' : table(COLUMNS, writs, io.stdout));
}

const left = (exp: number, now: number): number => Math.max(0, Math.floor(exp - now));

const signIn = ({ refresh_token }: Session, seconds: number, profile: string): string =>
  refresh_token !== null
    ? `${seconds} s left, renewed by itself as long as the identity provider lets it be`
    : seconds > 0
      ? `${seconds} s left; then: writ login --profile ${profile}`
      : `ended: writ login --profile ${profile}`;

function shown({ writ, endsAt, run, for: asked }: Kept, now: number, here: string | undefined): Shown {
  const { agent, task, purpose, permission, account, parameters } = asked;
  const deadline = Math.floor(endsAt / 1000);
  return {
    ...{ writ, agent, task, purpose, permission, account, parameters, deadline },
    seconds_left: left(endsAt / 1000, now),
    held_by: run === null ? 'cache' : 'exec',
    here: run !== null && run === here,
  };
}

const COLUMNS = [
  { title: 'WRIT', of: ({ writ }: Shown) => writ, whole: true },
  { title: 'LEFT', of: ({ seconds_left }: Shown) => `${seconds_left} s`, whole: true },
  { title: 'HELD BY', of: ({ held_by, here }: Shown) => (here ? 'this command' : held_by), whole: true },
  { title: 'AGENT', of: ({ agent }: Shown) => agent },
  { title: 'TASK', of: ({ task }: Shown) => task },
  { title: 'PERMISSION', of: ({ permission }: Shown) => permission },
  { title: 'ACCOUNT', of: ({ account }: Shown) => account },
] as const;
