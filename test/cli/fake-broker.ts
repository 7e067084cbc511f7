import type { IncomingMessage } from 'node:http';
import { serveLoopback } from '../../local/loopback-server.ts';

/** One request as it came over the wire. */
export interface Seen {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: { readonly [name: string]: string };
}

export interface FakeBroker {
  readonly origin: string;
  readonly seen: Seen[];
  close(): Promise<void>;
}

export const SERVER_NONCE = 'server-nonce-1';
export const WRIT = '01jd3v9q2m8x7c4b';

export const useNonce: Answer = {
  status: 400,
  body: { error: 'use_dpop_nonce' },
  headers: { 'dpop-nonce': SERVER_NONCE },
};

/** A session that ends `seconds` from now. */
export const issued = (seconds: number, AccessKeyId = 'ASIALOCAL00000000001'): Answer => ({
  status: 200,
  body: {
    access_token: Buffer.from(
      JSON.stringify({
        Version: 1,
        AccessKeyId,
        SecretAccessKey: 'canary-secret-key',
        SessionToken: 'canary-session-token',
        Expiration: '2026-11-24T12:00:00Z',
        AccountId: '000000000000',
      }),
    ).toString('base64url'),
    issued_token_type: 'urn:writ:params:oauth:token-type:aws-credentials',
    token_type: 'N_A',
    expires_in: seconds,
    writ: WRIT,
  },
});

export const attested: Answer = {
  status: 200,
  body: { client_attestation: 'aaaa.bbbb.cccc', device: 'writ:the-device', expires_in: 86400 },
};

/** Answers as told, and keeps what it was sent. What the answers mean is the real broker's business. */
export async function startFakeBroker(options: {
  readonly issuer: string;
  readonly answer: (seen: Seen, earlier: number) => Answer | Promise<Answer>;
  readonly metadata?: object;
}): Promise<FakeBroker> {
  const seen: Seen[] = [];
  const server = await serveLoopback(0, (origin) => async (request, response) => {
    const path = request.url ?? '';
    if (path === '/.well-known/oauth-authorization-server') {
      response.end(
        JSON.stringify({
          issuer: origin,
          token_endpoint: `${origin}/token`,
          writ_enrolment_endpoint: `${origin}/enroll`,
          writ_permissions_endpoint: `${origin}/permissions`,
          writ_login: [
            {
              alias: 'local',
              issuer: options.issuer,
              client_id: 'writ-cli',
              scope: 'openid profile email groups offline_access',
              max_age: 3600,
            },
          ],
          ...options.metadata,
        }),
      );
      return;
    }
    let body = '';
    for await (const chunk of request) body += chunk;
    const one = { path, headers: request.headers, body };
    const earlier = seen.push(one) - 1;
    const answer = await options.answer(one, earlier);
    response.writeHead(answer.status, answer.headers);
    response.end(JSON.stringify(answer.body));
  });
  return { origin: server.origin, seen, close: server.close };
}
