/** GET /.well-known/oauth-authorization-server (RFC 8414 §3). */
import { metadata } from '../core/metadata.ts';
import { okAnswer } from './edge/answer.ts';
import { loadPolicy } from './edge/compose.ts';
import { readConfig } from './edge/config.ts';
import { httpEndpoint } from './edge/http.ts';
import { startOnce } from './edge/once.ts';

const config = readConfig(process.env, ['publicUrl', 'bundle']);
const policy = startOnce(() => loadPolicy(config, process.env));

export const handler = httpEndpoint(async () => okAnswer(metadata(config.publicUrl, policy().bundle)), {
  name: 'metadata',
  method: 'GET',
  path: '/.well-known/oauth-authorization-server',
  publicUrl: config.publicUrl,
});
