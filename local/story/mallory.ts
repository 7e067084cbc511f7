import { exchange } from '../../cli/exchange.ts';
import { Failure } from '../../cli/failure.ts';
import { subjectOf } from '../../cli/refresh.ts';
import { attestationFor, openProfile, signedIn } from '../../cli/session.ts';
import type { Step } from './teller.ts';
import type { Person } from './writ.ts';

/**
 * Mallory has Alice's sign-in whole: her ID token, and the opening of its nonce. His own device is enrolled, as his.
 * What he has not got is her device's key, and without binding nobody would notice.
 */
export async function malloryTries(
  alice: Person,
  mallory: Person,
  told: { readonly task: string; readonly purpose: string },
): Promise<Step> {
  await mallory.writ('login', '--profile', 'local', '--as', 'bob');
  await mallory.writ('enroll', '--profile', 'local');
  const [hers, his] = await Promise.all([openProfile(alice, 'local'), openProfile(mallory, 'local')]);
  const [stolen, own] = await Promise.all([signedIn(hers), signedIn(his)]);
  const request = {
    token_endpoint: own.broker.token_endpoint,
    issuer: own.broker.issuer,
    key: his.key,
    subject: subjectOf(stolen),
    actor: { agent: 'report-writer' },
    attestation: await attestationFor(his, own, Math.floor(Date.now() / 1000)),
    details: {
      permission: 'reports-read',
      account: 'prod',
      parameters: { prefix: 'q3' },
      duration: 900,
      ...told,
    },
  };
  const answer = await exchange(request, { fetch, clock: Date.now }).catch((error: unknown) => error);
  const refused = answer instanceof Failure ? answer.fields : null;
  return {
    title: "Mallory shows Alice's token",
    shows:
      'Her stolen sign-in on his own enrolled device: three good tokens, and they do not belong together.',
    proof: `POST ${own.broker.token_endpoint} with her ID token and rnd, his DPoP key and attestation`,
    seen: refused
      ? `${refused.error}, ${refused.reason_code}; recorded as writ ${refused.writ}`
      : 'not refused',
    held: refused?.reason_code === 'subject_not_bound_to_device' && refused.writ !== undefined,
  };
}
