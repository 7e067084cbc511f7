/** GET /probe/jwks: the public half of the prober's key (RFC 7517 §5), as any issuer's. */
import { PROBE_KEYS_PATH } from '../core/probe/plan.ts';
import { okAnswer } from './edge/answer.ts';
import { probeKeySet } from './edge/compose.ts';
import { readConfig } from './edge/config.ts';
import { httpEndpoint } from './edge/http.ts';

const config = readConfig(process.env, ['publicUrl', 'probeKey', 'region']);
const keySet = probeKeySet(config);

export const handler = httpEndpoint(async () => okAnswer({ keys: await keySet() }), {
  name: 'probe_keys',
  method: 'GET',
  path: PROBE_KEYS_PATH,
  publicUrl: config.publicUrl,
});
