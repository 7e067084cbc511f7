import type { Issuer, LoadedBundle } from '../../../../core/policy/bundle.ts';
import type { Answers, Preset } from '../../../../core/policy/presets/preset.ts';
import { keyCache } from '../../../../core/tokens/keys.ts';
import { verifyProof } from '../../../../core/tokens/proof.ts';
import { NOW } from '../../../support/clock.ts';
import { makeJws, makeKey, type TestAlgorithm, type TestKey } from '../../../support/keys.ts';
import { accepted } from '../../../support/outcome.ts';
import { makeReceived, tokenWorld } from '../../../support/tokens.ts';
import { bundleOf } from '../installation.ts';

export interface Change {
  readonly header?: object;
  readonly claims?: object;
  readonly key?: TestKey;
}

/**
 * An issuer as its preset writes it, compiled as an admin's is, and a key that signs for it.
 *
 * @param header, claims - A token as the vendor makes it.
 * @param agent - The workload's subject, where the issuer is an agent's platform.
 */
export async function presetWorld(
  preset: Preset,
  answers: Answers,
  token: { readonly alg: TestAlgorithm; readonly header: object; readonly claims: object },
  agent?: string,
) {
  const text = preset.file(answers);
  const installed: LoadedBundle = bundleOf(
    preset.class === 'subject'
      ? { 'issuers/corp.yaml': text }
      : { 'issuers/ci.yaml': text, 'agents/writer.yaml': ['repo:example/writer', agent ?? ''] },
  );
  const { issuers, agents } = installed.bundle;
  const alias = preset.class === 'subject' ? 'corp' : 'ci';
  const issuer = issuers.find((each) => each.alias === alias) as Issuer;
  const [key, stranger, world] = await Promise.all([
    makeKey(token.alg, 'vendor-1'),
    makeKey(token.alg, 'vendor-1'),
    tokenWorld(),
  ]);
  const findKey = keyCache(async (source) =>
    'jwks_uri' in issuer.keys && 'jwks_uri' in source && source.jwks_uri === issuer.keys.jwks_uri
      ? [key.published]
      : [],
  );
  const proof = accepted(
    await verifyProof(makeReceived({ headers: { dpop: [world.proofToken()] } }), world.context),
  );
  return {
    issuer,
    proof,
    stranger,
    context: { ...world.context, issuers, agents, findKey, now: NOW },
    make: ({ header = {}, claims = {}, key: signer = key }: Change = {}) =>
      makeJws(
        signer,
        { alg: token.alg, kid: key.kid, ...token.header, ...header },
        { ...token.claims, ...claims },
      ),
  };
}
