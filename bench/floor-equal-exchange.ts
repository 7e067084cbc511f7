/**
 * The floor of equal work, first half: what `lambda/exchange.ts` must do, as a bare handler with nothing around it. Both
 * are called by `host.ts`, and where Writ takes a cheaper way to hash or to name a key, so does this.
 *
 * Four tokens and the proof's key, thumbprint, nonce and body hash; the hashes of the tokens and the salted hashes of
 * five personal values; Cedar; one intent written as JSON; one transaction; one hand-over; the answer of RFC 8693 with a
 * fresh nonce. No checks of shape, no refusals, no canonical JSON, no session policy, no log.
 */
import { createHmac, createSecretKey, hash, randomBytes } from 'node:crypto';
import { DynamoDBClient, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  type Context,
  type Entities,
  type PolicySet,
  preparsePolicySet,
  preparseSchema,
  type Schema,
  statefulIsAuthorized,
} from '@cedar-policy/cedar-wasm/nodejs';
import { createRemoteJWKSet, decodeProtectedHeader, importJWK, type JWK, jwtVerify } from 'jose';
import { CLIENT, readFloor } from './floor.ts';

const floor = readFloor();
const dynamodb = new DynamoDBClient(CLIENT);
const lambda = new LambdaClient(CLIENT);
const verifier = ({ iss: issuer, aud: audience, jwks }: (typeof floor.issuers)['corp']) => {
  const keys = createRemoteJWKSet(new URL(jwks));
  return (token: string) => jwtVerify(token, keys, { issuer, audience, algorithms: ['ES256'] });
};
const [corp, ci, mdm] = [
  verifier(floor.issuers.corp),
  verifier(floor.issuers.ci),
  verifier(floor.issuers.mdm),
];
preparseSchema('floor', floor.policies.schema as Schema);
preparsePolicySet('floor', { staticPolicies: floor.policies.policies as PolicySet['staticPolicies'] });
const INTENT = JSON.parse(floor.handover.intent);
const OPENINGS = Object.entries(floor.handover.openings) as readonly [string, { readonly value: string }][];
const PUTS = (floor.open.TransactItems ?? []).flatMap(({ Put }) => (Put ? [Put] : []));

const NONCE_KEY = createSecretKey(floor.nonceKey, 'base64');

/** What of API Gateway's event is read. */
interface Event {
  readonly multiValueHeaders: { readonly [name: string]: readonly string[] };
  readonly body: string;
}
const header = ({ multiValueHeaders }: Event, name: string): string => multiValueHeaders[name]?.[0] ?? '';

const sha256Hex = (data: string): string => hash('sha256', data, 'hex');
const sha256Base64url = (data: string | Buffer): string => hash('sha256', data, 'base64url');
const thumbprint = ({ crv, kty, x, y }: JWK): string => sha256Base64url(JSON.stringify({ crv, kty, x, y }));
const nonceMac = (time: string): string =>
  createHmac('sha256', NONCE_KEY).update(`writ nonce ${time}`).digest('base64url');

function freshNonce(): string {
  const time = Math.floor(Date.now() / 1000).toString(36);
  return `${time}.${nonceMac(time)}`;
}

async function identify(event: Event): Promise<URLSearchParams> {
  const form = new URLSearchParams(event.body);
  const proof = header(event, 'dpop');
  const jwk = decodeProtectedHeader(proof).jwk as JWK;
  const proved = await jwtVerify(proof, await importJWK(jwk, 'ES256'), {
    typ: 'dpop+jwt',
    algorithms: ['ES256'],
  });
  const [time = '', mac] = String(proved.payload.nonce).split('.');
  const jkt = thumbprint(jwk);
  const subject = await corp(form.get('subject_token') ?? '');
  await ci(form.get('actor_token') ?? '');
  const attested = await mdm(header(event, 'oauth-client-attestation'));
  const confirmed = thumbprint((attested.payload.cnf as { readonly jwk: JWK }).jwk);
  const { rnd } = JSON.parse(Buffer.from(form.get('binding') ?? '', 'base64url').toString());
  const bound = sha256Base64url(JSON.stringify({ jkt, rnd, v: 1 }));
  const holds =
    nonceMac(time) === mac &&
    proved.payload.bdh === sha256Base64url(event.body) &&
    subject.payload.nonce === bound &&
    confirmed === jkt;
  if (!holds) throw new Error('the floor was given a bad request');
  return form;
}

function decide(): void {
  const { principal, action, resource, context, entities } = floor.question;
  const answer = statefulIsAuthorized({
    principal,
    action,
    resource,
    context: context as Context,
    entities: entities as unknown as Entities,
    preparsedPolicySetId: 'floor',
    preparsedSchemaName: 'floor',
    validateRequest: true,
  });
  if (answer.type === 'failure' || answer.response.decision !== 'allow') throw new Error('Cedar refused');
}

interface Handover {
  readonly writ: string;
  readonly subject_token: string | null;
  readonly intent: string;
  readonly openings: object;
}

/** Ids of the same length as Writ's, so that the same bytes travel. */
const newId = (): string => randomBytes(8).toString('hex');

async function open(form: URLSearchParams, event: Event): Promise<Handover> {
  const writ = newId();
  const tokenHash = (name: string) => sha256Hex(form.get(name) ?? '');
  const openings: { [field: string]: object } = {};
  const sealed: { [field: string]: string } = {};
  for (const [field, { value }] of OPENINGS) {
    const salt = randomBytes(16);
    openings[field] = { salt: salt.toString('base64url'), value };
    sealed[field] = sha256Base64url(Buffer.concat([salt, Buffer.from(value)]));
  }
  const attestation = sha256Hex(header(event, 'oauth-client-attestation'));
  const intent = JSON.stringify({
    ...INTENT,
    writ,
    subject: {
      ...INTENT.subject,
      login: sealed.login,
      email: sealed.email,
      token: tokenHash('subject_token'),
    },
    actor: { ...INTENT.actor, token: tokenHash('actor_token') },
    device: { ...INTENT.device, attestation },
    decision: { ...INTENT.decision, inputs: sha256Hex(JSON.stringify(floor.question)) },
    purpose: { ...INTENT.purpose, value: sealed.purpose },
    address: sealed.address,
    userAgent: sealed.userAgent,
  });
  const [ledger, people, proof, actor] = PUTS;
  const TransactItems = [
    { Put: { ...ledger, Item: { ...ledger?.Item, pk: { S: `WRIT#${writ}` }, body: { S: intent } } } },
    {
      Put: {
        ...people,
        Item: { ...people?.Item, sk: { S: `WRIT#${writ}#00#intent` }, body: { S: JSON.stringify(openings) } },
      },
    },
    { Put: { ...proof, Item: { ...proof?.Item, sk: { S: sha256Base64url(writ) } } } },
    { Put: { ...actor } },
  ] as typeof floor.open.TransactItems;
  await dynamodb.send(new TransactWriteItemsCommand({ TransactItems }));
  return { writ, subject_token: form.get('subject_token'), intent, openings };
}

async function mint(handover: Handover): Promise<{ readonly credential: object }> {
  const { Payload } = await lambda.send(
    new InvokeCommand({
      FunctionName: 'floor-mint',
      Payload: new TextEncoder().encode(JSON.stringify(handover)),
    }),
  );
  return JSON.parse(new TextDecoder().decode(Payload));
}

export async function handler(event: Event): Promise<object> {
  const form = await identify(event);
  decide();
  const handover = await open(form, event);
  const { credential } = await mint(handover);
  const body = {
    access_token: Buffer.from(JSON.stringify({ Version: 1, ...credential })).toString('base64url'),
    issued_token_type: 'urn:writ:params:oauth:token-type:aws-credentials',
    token_type: 'N_A',
    expires_in: INTENT.duration,
    writ: handover.writ,
    authorization_details: JSON.parse(form.get('authorization_details') ?? '[]'),
  };
  return {
    statusCode: 200,
    headers: { 'DPoP-Nonce': freshNonce(), 'Cache-Control': 'no-store', 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  };
}
