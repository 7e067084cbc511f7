import { hash } from 'node:crypto';
import { jcs } from '../encoding/jcs.ts';
import type { RevocationRequest } from '../parse/revocation.ts';
import { base32 } from '../writ-id.ts';

/** Of the hash: 16 characters. Who makes two of his own collide gets a fault, since the record says for what it was. */
const ID_BYTES = 10;

/**
 * A revocation's id follows from who asks for what: asked again with the same `request_id` it is the same one.
 *
 * @param by - As the record calls them.
 */
export const revocationId = (
  by: string,
  { request_id, kind, value, mode }: Pick<RevocationRequest, 'request_id' | 'kind' | 'value' | 'mode'>,
): string => base32(hash('sha256', jcs([by, request_id, kind, value, mode]), 'buffer').subarray(0, ID_BYTES));
