import path from 'node:path';
import { decodeJwt } from 'jose';
import * as client from 'openid-client';
import { boundNonce } from '../core/tokens/subject-bound.ts';
import { ID_TOKEN } from '../core/tokens/token-types.ts';
import type { Network } from './broker.ts';
import type { SubjectShown } from './exchange.ts';
import { Failure } from './failure.ts';
import { withLock } from './lock.ts';
import { discover, oidcStep } from './oidc.ts';
import { notSignedIn, type Profile, type Session, signedIn, writeSession } from './session.ts';

/** An ID token with fewer seconds than this left is not worth showing. */
const LEAST_LEFT_SECONDS = 15;

/**
 * The user's ID token with at least `seconds` left where the refresh token can bring that about; else what is
 * left of it, as long as it is of any use. One process refreshes at a time: a rotated refresh token that is used
 * twice signs the user out.
 *
 * @throws Failure (exit 2, remedy `login`) where it has ended and cannot be renewed.
 */
export async function freshSession(profile: Profile, seconds: number, network: Network): Promise<Session> {
  const left = (session: Session) => session.exp - network.clock() / 1000;
  const session = await signedIn(profile);
  if (left(session) >= seconds) return session;
  return withLock(path.join(profile.locks, 'session'), async () => {
    const current = await signedIn(profile);
    if (left(current) >= seconds) return current;
    const renewed = await refresh(profile, current, network);
    if (!(renewed instanceof Failure)) await writeSession(profile, renewed);
    const best = renewed instanceof Failure ? current : renewed;
    if (left(best) >= LEAST_LEFT_SECONDS) return best;
    throw renewed instanceof Failure ? renewed : ended(profile);
  });
}

const ended = (profile: Profile): Failure => notSignedIn(profile.name, 'Your sign-in has ended.');

/** @returns why not, where it cannot be renewed: an outage stays one, anything else means to sign in again. */
async function refresh(profile: Profile, session: Session, network: Network): Promise<Session | Failure> {
  const { refresh_token } = session;
  if (refresh_token === null) return ended(profile);
  const { issuer, client_id } = session.client;
  try {
    const renewed = await oidcStep('Your sign-in could not be renewed', async () =>
      client.refreshTokenGrant(await discover(issuer, client_id, network), refresh_token),
    );
    const claims = renewed.claims();
    if (renewed.id_token === undefined || claims === undefined) return ended(profile);
    // OIDC Core §12.2: the same person, the same sign-in.
    if (claims.iss !== session.iss || claims.sub !== session.sub) return ended(profile);
    if (claims.auth_time !== undefined && claims.auth_time !== session.auth_time) return ended(profile);
    return {
      ...session,
      id_token: renewed.id_token,
      exp: claims.exp,
      has_nonce: decodeJwt(renewed.id_token).nonce === boundNonce(profile.key.jkt, session.rnd),
      refresh_token: renewed.refresh_token ?? refresh_token,
    };
  } catch (caught) {
    if (caught instanceof Failure) return caught.fields.exit === 4 ? caught : ended(profile);
    throw caught;
  }
}

/** How a session's ID token is shown: with the original beside it where it lacks our nonce (rule 4a). */
export const subjectOf = (session: Session): SubjectShown => ({
  token: session.id_token,
  type: ID_TOKEN,
  rnd: session.rnd,
  first: session.has_nonce ? null : session.first,
});
