import { setTimeout as after } from 'node:timers/promises';
import { brokerOf } from './broker-address.ts';
import { Failure, printable, usage } from './failure.ts';
import type { Io } from './io.ts';
import { findLocalStack, localStack } from './local-file.ts';
import { fillLoginForm } from './login-form.ts';
import { type Loopback, listenForRedirect } from './loopback.ts';
import { chooseLogin, readMetadata } from './metadata.ts';
import { signInFailed } from './oidc.ts';
import { openProfile, type Profile, writeSession } from './session.ts';
import { type Browse, signIn } from './sign-in.ts';
import { LOCAL_PROFILE } from './state.ts';

export interface LoginOptions {
  readonly profile: string;
  readonly broker?: string;
  readonly issuer?: string;
  readonly as?: string;
  /** Sign in anew, whatever the identity provider remembers: enrolling a device may need it. */
  readonly fresh?: boolean;
  /** False: open none; the address is printed, and the redirect may be pasted. */
  readonly browser: boolean;
  readonly json?: boolean;
}

const LOCAL_LOGIN = `writ login --profile ${LOCAL_PROFILE} --as alice`;

/** Milliseconds that a person has for signing in. */
const PATIENCE_MS = 5 * 60 * 1000;

/** `writ login`: signs the user in, with a nonce that ties the sign-in to this device's key. */
export async function login(options: LoginOptions, io: Io): Promise<void> {
  const testUser = options.as === undefined ? null : await asTestUser(options, io);
  const profile = await openProfile(io, options.profile);
  const metadata = await readMetadata(await brokerFor(options, profile, io), io.fetch);
  const offer = chooseLogin(metadata, options.issuer);
  const max_age = options.fresh ? 0 : offer.max_age;
  const loopback = await listenForRedirect();
  try {
    const browse = testUser ?? byPerson(options, loopback, io);
    const { rnd, ...user } = await signIn(
      { ...offer, max_age },
      profile.key.jkt,
      loopback.redirectUri,
      browse,
      io,
    );
    await writeSession(profile, {
      v: 1,
      broker: metadata,
      client: { issuer: offer.issuer, client_id: offer.client_id },
      ...user,
      has_nonce: true,
      rnd,
      first: user.id_token,
    });
    const { iss, sub, exp } = user;
    io.stdout.write(
      options.json
        ? `${JSON.stringify({ profile: profile.name, iss, sub, jkt: profile.key.jkt, exp })}\n`
        : `Signed in as ${printable(sub)} at ${printable(iss)}. Next: writ enroll --profile ${profile.name}\n`,
    );
  } finally {
    await loopback.close();
  }
}

async function brokerFor(options: LoginOptions, profile: Profile, io: Io): Promise<string> {
  const broker = await brokerOf(options, async () => profile, io);
  if (broker !== null) return broker;
  // Only a hint: a file that cannot be read matters to those who ask for the local stack.
  const stack = await findLocalStack(io).catch(() => null);
  const orLocal = stack === null ? '' : `, or for the local stack: ${LOCAL_LOGIN}`;
  throw usage(
    `The profile ${profile.name} has no broker yet.`,
    `writ login --profile ${profile.name} --broker https://…${orLocal}`,
  );
}

/** The local stack's test users need no person: their password fills in the real form. */
async function asTestUser(options: LoginOptions, io: Io): Promise<Browse> {
  if (options.profile !== LOCAL_PROFILE || options.broker !== undefined) {
    throw usage(
      '--as signs in a test user of the local stack, and works with --profile local only.',
      LOCAL_LOGIN,
    );
  }
  const { users } = await localStack(io);
  const user = users.find((candidate) => candidate.username === options.as);
  if (user === undefined) {
    throw usage(
      'The local stack has no such test user.',
      `writ login --profile local --as <${users.map((known) => known.username).join(' | ')}>`,
    );
  }
  return (authorizationUrl, redirectUri) => fillLoginForm(authorizationUrl, redirectUri, user, io.fetch);
}

/** In a browser that is opened here, or wherever the person has one: then the redirect may not find its way here. */
function byPerson(options: LoginOptions, loopback: Loopback, io: Io): Browse {
  return async (authorizationUrl, redirectUri, state) => {
    io.stderr.write(`Sign in here:\n\n  ${authorizationUrl.href}\n\n`);
    const ways = [loopback.redirected(state), tooLate()];
    if (options.browser && io.openBrowser !== null) {
      io.openBrowser(authorizationUrl.href);
    } else {
      io.stderr.write(
        'If the browser then cannot reach this machine, paste the address that it ends at, and press Enter:\n',
      );
      ways.push(pasted(redirectUri, io));
    }
    return Promise.race(ways);
  };
}

async function pasted(redirectUri: string, io: Io): Promise<URL> {
  const typed = await io.readLine();
  // Nobody is there to paste anything, but a browser may still come back to the loopback.
  if (typed === null) return new Promise(() => undefined);
  const line = typed.trim();
  // The line may hold a code: it is not repeated.
  if (!URL.canParse(line) || !line.startsWith(`${redirectUri}?`)) {
    throw signInFailed(`What was pasted is not an address that starts with ${redirectUri}?`);
  }
  return new URL(line);
}

async function tooLate(): Promise<never> {
  await after(PATIENCE_MS, null, { ref: false });
  throw new Failure({
    exit: 3,
    error: 'sign_in_timeout',
    what: 'Nobody signed in.',
    why: 'The browser did not come back within five minutes.',
    next: 'Run the same command again, with --no-browser where the browser is on another machine.',
  });
}
