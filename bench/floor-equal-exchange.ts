/**
 * The floor of equal work, first half: what `lambda/exchange.ts` must do, as a bare script with nothing around it.
 *
 * Four tokens and the proof's key, thumbprint, nonce and body hash; the hashes of the tokens and the salted hashes of
 * five personal values; Cedar; one intent written as JSON; one transaction; one hand-over. No checks of shape, no
 * refusals, no canonical JSON, no session policy, no log.
 */
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
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
import {
  calculateJwkThumbprint,
  createRemoteJWKSet,
  decodeProtectedHeader,
  importJWK,
  type JWK,
  jwtVerify,
} from 'jose';
import { text } from './body.ts';
import { CLIENT, readFloor } from './floor.ts';
import { serve } from './gauge.ts';

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

const sha256 = (data: string) => createHash('sha256').update(data);

async function identify(message: IncomingMessage, body: string): Promise<URLSearchParams> {
  const form = new URLSearchParams(body);
  const proof = String(message.headers.dpop);
  const jwk = decodeProtectedHeader(proof).jwk as JWK;
  const proved = await jwtVerify(proof, await importJWK(jwk, 'ES256'), {
    typ: 'dpop+jwt',
    algorithms: ['ES256'],
  });
  const [time = '', mac] = String(proved.payload.nonce).split('.');
  const own = createHmac('sha256', Buffer.from(floor.nonceKey, 'base64')).update(`writ nonce ${time}`);
  const jkt = await calculateJwkThumbprint(jwk);
  const subject = await corp(form.get('subject_token') ?? '');
  await ci(form.get('actor_token') ?? '');
  const attested = await mdm(String(message.headers['oauth-client-attestation']));
  const confirmed = await calculateJwkThumbprint((attested.payload.cnf as { readonly jwk: JWK }).jwk);
  const { rnd } = JSON.parse(Buffer.from(form.get('binding') ?? '', 'base64url').toString());
  const bound = sha256(JSON.stringify({ jkt, rnd, v: 1 })).digest('base64url');
  const holds =
    own.digest('base64url') === mac &&
    proved.payload.bdh === sha256(body).digest('base64url') &&
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

/** Ids of the same length as Writ's, so that the same bytes travel. */
const newId = (): string => randomBytes(8).toString('hex');

async function open(form: URLSearchParams, message: IncomingMessage): Promise<object> {
  const writ = newId();
  const hash = (name: string) => sha256(form.get(name) ?? '').digest('hex');
  const openings: { [field: string]: object } = {};
  const sealed: { [field: string]: string } = {};
  for (const [field, { value }] of OPENINGS) {
    const salt = randomBytes(16);
    openings[field] = { salt: salt.toString('base64url'), value };
    sealed[field] = createHash('sha256').update(salt).update(value).digest('base64url');
  }
  const attestation = sha256(String(message.headers['oauth-client-attestation'])).digest('hex');
  const intent = JSON.stringify({
    ...INTENT,
    writ,
    subject: { ...INTENT.subject, login: sealed.login, email: sealed.email, token: hash('subject_token') },
    actor: { ...INTENT.actor, token: hash('actor_token') },
    device: { ...INTENT.device, attestation },
    decision: { ...INTENT.decision, inputs: sha256(JSON.stringify(floor.question)).digest('hex') },
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
    { Put: { ...proof, Item: { ...proof?.Item, sk: { S: sha256(writ).digest('base64url') } } } },
    { Put: { ...actor } },
  ] as typeof floor.open.TransactItems;
  await dynamodb.send(new TransactWriteItemsCommand({ TransactItems }));
  return { writ, subject_token: form.get('subject_token'), intent, openings };
}

async function mint(handover: object): Promise<object> {
  const { Payload } = await lambda.send(
    new InvokeCommand({
      FunctionName: 'floor-mint',
      Payload: new TextEncoder().encode(JSON.stringify(handover)),
    }),
  );
  return JSON.parse(new TextDecoder().decode(Payload));
}

const server = createServer((message, response) => {
  const answer = async (): Promise<void> => {
    const form = await identify(message, await text(message));
    decide();
    const minted = await mint(await open(form, message));
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(minted));
  };
  answer().catch((error: unknown) => {
    console.error(error);
    response.writeHead(500).end();
  });
});

await serve([server]);
