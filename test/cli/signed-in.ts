import { onTestFinished } from 'vitest';
import type { Io } from '../../cli/io.ts';
import { openProfile, writeSession } from '../../cli/session.ts';
import { type Answer, type FakeBroker, type Seen, startFakeBroker } from './fake-broker.ts';
import { newWorld, type World } from './world.ts';

const ISSUER = 'http://127.0.0.1:1';

/**
 * Alice is signed in with the profile `work` at a broker that answers so.
 *
 * @param now - Milliseconds since 1970, where the clock stands.
 * @param left - Seconds that her sign-in is good for: a day, if nothing else is said.
 */
export async function signedInAt(
  now: number,
  answer: (seen: Seen, earlier: number) => Answer | Promise<Answer>,
  left = 86_400,
): Promise<World & { readonly broker: FakeBroker }> {
  const broker = await startFakeBroker({ issuer: ISSUER, answer });
  onTestFinished(() => broker.close());
  const world = await newWorld();
  const profile = await openProfile({ home: world.home, env: {} } as unknown as Io, 'work');
  await writeSession(profile, {
    v: 1,
    broker: {
      issuer: broker.origin,
      token_endpoint: `${broker.origin}/token`,
      writ_enrolment_endpoint: `${broker.origin}/enroll`,
      writ_login: [{ alias: 'a', issuer: ISSUER, client_id: 'writ-cli', scope: 'openid', max_age: 1 }],
    },
    client: { issuer: ISSUER, client_id: 'writ-cli' },
    iss: ISSUER,
    sub: 'alice',
    auth_time: now / 1000,
    id_token: 'canary.id.token',
    exp: now / 1000 + left,
    has_nonce: true,
    refresh_token: null,
    rnd: 'opening',
    first: 'canary.id.token',
  });
  return { ...world, broker, writ: (argv, change) => world.writ(argv, { clock: () => now, ...change }) };
}
