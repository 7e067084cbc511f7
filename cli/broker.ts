import { brokerFailure, errorCodeOf } from './broker-failure.ts';
import type { DeviceKey } from './device-key.ts';
import { careful } from './http.ts';
import { dpopProof } from './proofs.ts';

/** One POST to the broker, for a given server nonce: the form may carry the nonce too, so it is built anew. */
export interface BrokerCall {
  /** As the metadata names it; the proof's `htu`. */
  readonly endpoint: string;
  readonly key: DeviceKey;
  /** Signed by an MDM or by the broker; null: none. */
  readonly attestation: string | null;
  readonly form: (nonce: string | null, now: number) => Promise<URLSearchParams>;
}

export interface Network {
  readonly fetch: typeof fetch;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

export interface SignedRequest {
  readonly url: string;
  readonly method: 'POST';
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
}

const NONCE = /^[\x21-\x7e]{1,512}$/;

/** Builds the whole request without sending it. @param now - NumericDate. */
export async function signedRequest(
  call: BrokerCall,
  nonce: string | null,
  now: number,
): Promise<SignedRequest> {
  const body = (await call.form(nonce, now)).toString();
  return {
    url: call.endpoint,
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
      dpop: await dpopProof(call.key, { htu: call.endpoint, body, nonce, now }),
      ...(call.attestation === null ? {} : { 'oauth-client-attestation': call.attestation }),
    },
    body,
  };
}

/**
 * Sends it, and once more with the server's nonce where it asks for one (RFC 9449 §8): the first time it always
 * does. A second refusal of the nonce is an answer like any other.
 *
 * @returns the text of a 200.
 * @throws Failure: exit 2 or 1 for a refusal, 4 for a fault.
 */
export async function askBroker(call: BrokerCall, network: Network): Promise<string> {
  const send = careful(network.fetch);
  const attempt = async (nonce: string | null) => {
    const { url, ...init } = await signedRequest(call, nonce, Math.floor(network.clock() / 1000));
    const response = await send(url, init);
    return { response, text: await response.text() };
  };

  let { response, text } = await attempt(null);
  const nonce = response.headers.get('dpop-nonce');
  if (
    response.status === 400 &&
    nonce !== null &&
    NONCE.test(nonce) &&
    errorCodeOf(text) === 'use_dpop_nonce'
  ) {
    ({ response, text } = await attempt(nonce));
  }
  if (response.status !== 200) throw brokerFailure(response.status, text);
  return text;
}
