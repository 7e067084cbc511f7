/** What stays the same in every schedule: Alice's one good request, the installation, and answers that are pure. */
import { cedar } from '../../adapters/cedar.ts';
import { sha256Base64url } from '../../core/encoding/hash.ts';
import type { LoadedBundle } from '../../core/policy/bundle.ts';
import type { Authorize } from '../../core/ports.ts';
import type { Received } from '../../core/request.ts';
import { ID_TOKEN } from '../../core/tokens/token-types.ts';
import { install } from '../support/installation.ts';
import { base64url } from '../support/keys.ts';
import { makeReceived, PUBLIC_URL, RND, type TokenWorld, tokenWorld } from '../support/tokens.ts';

export interface World {
  readonly tokens: TokenWorld;
  readonly policy: LoadedBundle;
  readonly authorize: Authorize;
  readonly received: Received;
}

export async function makeWorld(): Promise<World> {
  const tokens = await tokenWorld();
  const policy = install();
  return {
    tokens,
    policy,
    authorize: remembering(cedar(policy.bundle.policies)),
    received: goodRequest(tokens),
  };
}

function goodRequest(tokens: TokenWorld): Received {
  const body = new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: tokens.subjectToken(),
    subject_token_type: ID_TOKEN,
    actor_token: tokens.enrolledActorToken(),
    actor_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    binding: base64url(JSON.stringify({ rnd: RND })),
    authorization_details: JSON.stringify([
      {
        type: 'aws_session',
        permission: 'reports-read',
        account: 'prod',
        task: 'FIN-1234',
        purpose: 'Summarise the Q3 figures',
        parameters: { prefix: 'q3' },
        duration: 900,
      },
    ]),
  }).toString();
  const proof = tokens.proofToken({ claims: { htu: `${PUBLIC_URL}/token`, bdh: sha256Base64url(body) } });
  return makeReceived({
    body,
    headers: { dpop: [proof], 'oauth-client-attestation': [tokens.attestationToken()] },
  });
}

/** Cedar is deterministic and has no state: the same question has the same answer. */
function remembering(authorize: Authorize): Authorize {
  const remembered = new Map<string, ReturnType<Authorize>>();
  return (question) => {
    const key = JSON.stringify(question);
    const answer = remembered.get(key) ?? authorize(question);
    remembered.set(key, answer);
    return answer;
  };
}
