import type { Identified } from './grant.ts';
import { sealPersonal } from './ledger/personal.ts';
import { allow, type Outcome } from './outcome.ts';
import type { ExchangePorts } from './ports.ts';
import type { TokenRequest } from './request.ts';
import { personalOf, type Seen } from './seen.ts';
import { verifyActor } from './tokens/actor.ts';
import { bind } from './tokens/bind.ts';
import { verifyDevice } from './tokens/device.ts';
import { distinct } from './tokens/distinct.ts';
import { verifyProof } from './tokens/proof.ts';
import { verifySubject } from './tokens/subject.ts';
import { writIssuer } from './tokens/writ-issuer.ts';

/**
 * proof → subject → actor → device → bind: who asks, and that they belong together.
 *
 * The proof is first because it costs nobody else anything: without a fresh server nonce and a key of its own, a
 * request does not even make us look for an issuer's keys.
 */
export async function identify(
  request: TokenRequest,
  seen: Seen,
  ports: Pick<ExchangePorts, 'findKey' | 'nonceKeys' | 'policy' | 'random' | 'settings'>,
): Promise<Outcome<Identified>> {
  const { settings, findKey } = ports;
  const { issuers, agents } = ports.policy.bundle;
  const nonceKeys = await ports.nonceKeys();
  const context = {
    issuers: [...issuers, writIssuer(settings)],
    agents,
    findKey,
    nonceKeys,
    publicUrl: settings.publicUrl,
    now: seen.now,
  };

  const proof = await verifyProof(seen.received, context);
  if (!proof.ok) return proof;
  seen.proof = proof.value;

  const apart = distinct(request, seen.received);
  if (!apart.ok) return apart;

  const subject = await verifySubject(request.subject_token, request.subject_token_type, context);
  if (!subject.ok) return subject;
  seen.subject = subject.value;
  const sealed = sealPersonal(personalOf(seen, subject.value), ports.random);
  seen.sealed = sealed;

  const registered = await verifyActor(request.actor_token, proof.value, context);
  if (!registered.ok) return registered;
  const { actor, agent } = registered.value;
  seen.actor = actor;

  const device = await verifyDevice(seen.received, subject.value, proof.value, context);
  if (!device.ok) return device;
  seen.device = device.value;

  const parts = { request, proof: proof.value, subject: subject.value, actor, agent, device: device.value };
  const binding = await bind(parts, context);
  if (!binding.ok) return binding;
  seen.binding = binding.value;
  return allow({ ...parts, binding: binding.value, sealed });
}
