import { randomBytes, randomUUID } from 'node:crypto';
import { type Asking, obtain } from './asking.ts';
import { forget, keep } from './credential-cache.ts';
import { Failure } from './failure.ts';
import type { Held } from './held.ts';
import type { Io } from './io.ts';
import { openRoad } from './road.ts';

/** The sessions of one run of `writ exec`: its own, so that they can end with it. */
export interface OwnSessions {
  readonly obtain: () => Promise<Held>;
  /** The first one's writ, by which the run is known; null before there is one. */
  readonly run: () => string | null;
  /** Ends what is still live. @returns what could not be ended early, as failures to tell. */
  readonly end: (reason: string) => Promise<readonly Failure[]>;
}

/** Credentials stay in memory; what they are for is noted, so that `writ whoami` can tell. */
export function ownSessions(asking: Asking, io: Io): OwnSessions {
  const { profile, agent, details } = asking;
  const key = randomBytes(32).toString('hex');
  const all: Held[] = [];
  const run = () => all[0]?.writ ?? null;

  return {
    run,
    async obtain() {
      const held = await obtain(asking, io);
      all.push(held);
      await keep(profile, key, { ...held, credentials: null, for: { agent, ...details }, run: run() });
      return held;
    },
    async end(reason) {
      const live = all.filter(({ endsAt }) => io.clock() < endsAt);
      const ended = await Promise.all(live.map((held) => endOne(asking, held, reason, io)));
      const failures = ended.filter((failure) => failure !== null);
      // What goes on without its command is still to be seen by whoami.
      if (failures.length === 0) await forget(profile, key);
      return failures;
    },
  };
}

/** By the key that got it, which needs no sign-in (docs/decisions/0004). */
async function endOne(
  { profile, session }: Asking,
  held: Held,
  reason: string,
  io: Io,
): Promise<Failure | null> {
  try {
    const road = await openRoad({ profile: profile.name, broker: session.broker.issuer, key: true }, io);
    const request_id = randomUUID();
    await road('revoke', { token: held.writ, token_type_hint: 'writ', mode: 'end', reason, request_id });
    return null;
  } catch (caught) {
    const { exit, error, what, why } =
      caught instanceof Failure ? caught.fields : ({ exit: 4, error: 'internal', what: '' } as const);
    const left = Math.ceil((held.endsAt - io.clock()) / 1000);
    return new Failure({
      exit,
      error,
      what: 'The session of this command was not ended early.',
      why: [what, why].filter(Boolean).join(' '),
      next: `It ends by itself in ${left} s; or: writ revoke ${held.writ} --key --profile ${profile.name} --reason '${reason}'`,
      writ: held.writ,
    });
  }
}
