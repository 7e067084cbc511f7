/** AWS called without the SDK: `node:http` and Signature Version 4, no middleware. Shows what the SDK costs. */
import { createHash, createHmac } from 'node:crypto';
import { Agent, request } from 'node:http';
import { text } from './body.ts';

const agent = new Agent({ keepAlive: true });
const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '', AWS_SESSION_TOKEN = '' } = process.env;

const sha256 = (data: string) => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data).digest();

/** A day's key, made once, as the SDK does. */
const keys = new Map<string, Buffer>();
function signingKey(scope: string): Buffer {
  const known =
    keys.get(scope) ?? scope.split('/').reduce<string | Buffer>(hmac, `AWS4${AWS_SECRET_ACCESS_KEY}`);
  keys.set(scope, Buffer.from(known));
  return Buffer.from(known);
}

/** @param headers - Of the operation, lower case. @returns the answer's body. @throws Error for any status but 200. */
export function bareCall(
  endpoint: URL,
  service: string,
  headers: { readonly [name: string]: string },
  body: string,
): Promise<string> {
  const time = `${new Date().toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
  const sent = {
    ...headers,
    host: endpoint.host,
    'x-amz-date': time,
    'x-amz-security-token': AWS_SESSION_TOKEN,
  };
  const scope = `${time.slice(0, 8)}/us-east-1/${service}/aws4_request`;
  const lines = Object.entries(sent).sort(([a], [b]) => (a < b ? -1 : 1));
  const names = lines.map(([name]) => name).join(';');
  const canonical = `POST\n/\n\n${lines.map(([name, value]) => `${name}:${value}\n`).join('')}\n${names}\n${sha256(body)}`;
  const signature = hmac(signingKey(scope), `AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha256(canonical)}`);
  const authorization = `AWS4-HMAC-SHA256 Credential=${AWS_ACCESS_KEY_ID}/${scope}, SignedHeaders=${names}, Signature=${signature.toString('hex')}`;
  const all = { ...sent, authorization, 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const to = { host: endpoint.hostname, port: endpoint.port, path: '/', method: 'POST', agent };
    const call = request({ ...to, headers: all }, (message) => {
      text(message).then((said) => {
        if (message.statusCode === 200) resolve(said);
        else reject(new Error(`status ${message.statusCode}`));
      }, reject);
    });
    call.on('error', reject);
    call.end(body);
  });
}
