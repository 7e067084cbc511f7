/** The minimal broker: bare `node:http`, three `jose` verifications, one AssumeRole, two PutItem. */
import { createServer, type Server } from 'node:http';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { createRemoteJWKSet, EmbeddedJWK, jwtVerify } from 'jose';
import { text } from './body.ts';
import type { Floor } from './floor.ts';

/** How AWS is called. */
export interface Calls {
  readonly put: (item: Record<string, AttributeValue>) => Promise<unknown>;
  /** @returns the credentials. */
  readonly assumeRole: (input: Floor['assumeRole']) => Promise<unknown>;
}

export function minimalBroker(floor: Floor, { put, assumeRole }: Calls): Server {
  const verifier = ({ iss: issuer, aud: audience, jwks }: Floor['issuers']['corp']) => {
    const keys = createRemoteJWKSet(new URL(jwks));
    return (token: string) => jwtVerify(token, keys, { issuer, audience, algorithms: ['ES256'] });
  };
  const [corp, ci] = [verifier(floor.issuers.corp), verifier(floor.issuers.ci)];
  const opened = floor.open.TransactItems?.[0]?.Put?.Item;
  const settled = floor.settle.TransactItems?.[0]?.Put?.Item;
  let made = 0;

  return createServer((request, response) => {
    const answer = async (): Promise<void> => {
      const form = new URLSearchParams(await text(request));
      await corp(form.get('subject_token') ?? '');
      await ci(form.get('actor_token') ?? '');
      await jwtVerify(String(request.headers.dpop), EmbeddedJWK, { typ: 'dpop+jwt', algorithms: ['ES256'] });
      made += 1;
      const pk = { S: `WRIT#${made}` };
      await put({ ...opened, pk });
      const credentials = await assumeRole(floor.assumeRole);
      await put({ ...settled, pk });
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(credentials));
    };
    answer().catch((error: unknown) => {
      console.error(error);
      response.writeHead(500).end();
    });
  });
}
