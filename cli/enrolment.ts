import * as z from 'zod/mini';
import { askBroker, type Network } from './broker.ts';
import type { DeviceKey } from './device-key.ts';
import { type SubjectShown, subjectForm } from './exchange.ts';
import { Failure } from './failure.ts';
import { parseJson } from './json.ts';

export interface Enrolled {
  /** The attestation, signed by the broker's key: which device this is, and whose. */
  readonly client_attestation: string;
  /** `writ:<jkt>`. */
  readonly device: string;
  /** Whole seconds. */
  readonly expires_in: number;
}

const ANSWER = z.object({
  client_attestation: z.string().check(z.regex(/^(?:[\w-]{1,4096}\.[\w-]{1,8192}\.[\w-]{1,1024})$/)),
  device: z.string().check(z.regex(/^(?:[\x21-\x7e]{1,256})$/)),
  expires_in: z.number().check(z.int(), z.positive()),
});

/** `POST /enroll`: a fresh sign-in and a proof of the key become an attestation for that key (design, section 3). */
export async function enrol(
  request: { readonly endpoint: string; readonly key: DeviceKey; readonly subject: SubjectShown },
  network: Network,
): Promise<Enrolled> {
  const { endpoint, key, subject } = request;
  const form = async () => new URLSearchParams(subjectForm(subject));
  const enrolled = parseJson(await askBroker({ endpoint, key, attestation: null, form }, network), ANSWER);
  if (enrolled !== null) return enrolled;
  throw new Failure({
    exit: 4,
    error: 'answer_malformed',
    what: 'The broker gave no attestation.',
    why: 'Its answer is not of the expected form.',
  });
}
