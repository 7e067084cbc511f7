import { sha256Hex } from '../core/encoding/hash.ts';
import { jcs } from '../core/encoding/jcs.ts';
import { checkLocalBroker } from './broker-address.ts';
import { forProfile } from './broker-failure.ts';
import { cachedCredentials } from './credential-cache.ts';
import { type ExchangeRequest, exchange } from './exchange.ts';
import type { Io } from './io.ts';
import { freshSession, subjectOf } from './refresh.ts';
import { attestationFor, openProfile, signedIn } from './session.ts';
import { type WantedFlags, wanted } from './wanted.ts';

/** Whole seconds by which the sign-in should outlast the session: it would shorten it otherwise (rule 7). */
const OUTLAST_SECONDS = 60;

/** `writ credentials`: prints what `credential_process` expects, from the cache or by one exchange. */
export async function credentials(flags: WantedFlags, io: Io): Promise<void> {
  const { agent, details } = wanted(flags, io);
  const profile = await openProfile(io, flags.profile);
  const session = await signedIn(profile);
  await checkLocalBroker(profile, session, io);

  const { iss, sub } = session;
  const { jkt } = profile.key;
  const broker = session.broker.issuer;
  const key = sha256Hex(jcs({ v: 1, broker, iss, sub, jkt, agent, ...details }));

  const shown = await cachedCredentials(profile, key, io.clock, async () => {
    const current = await freshSession(profile, details.duration + OUTLAST_SECONDS, io);
    const request: ExchangeRequest = {
      token_endpoint: current.broker.token_endpoint,
      issuer: current.broker.issuer,
      key: profile.key,
      subject: subjectOf(current),
      actor: { agent },
      attestation: await attestationFor(profile, current, Math.floor(io.clock() / 1000)),
      details,
    };
    return forProfile(profile.name, () => exchange(request, io));
  });
  io.stdout.write(`${JSON.stringify(shown)}\n`);
}
