/** The whole pipeline over the wire: handlers' wire format, core, every adapter with its client, and the outside. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { STSClient } from '@aws-sdk/client-sts';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { dynamodbReadHeads, dynamodbRefusalCounter } from '../../adapters/dynamodb-control.ts';
import { dynamodbLedger } from '../../adapters/dynamodb-ledger.ts';
import { dynamodbRevocations } from '../../adapters/dynamodb-revocations.ts';
import { fetchJwks } from '../../adapters/jwks.ts';
import { kmsKeys, kmsSigner } from '../../adapters/kms.ts';
import { lambdaMint } from '../../adapters/lambda-mint.ts';
import { secretNonceKeys } from '../../adapters/nonce-keys.ts';
import { sqsWake } from '../../adapters/sqs-wake.ts';
import { stsAssumeRole } from '../../adapters/sts.ts';
import { enroll } from '../../core/enroll.ts';
import { exchange } from '../../core/exchange.ts';
import { Fault } from '../../core/fault.ts';
import { ISSUE_WITHIN_SECONDS } from '../../core/limits.ts';
import { liveSessions } from '../../core/live.ts';
import { mint } from '../../core/mint.ts';
import type { Handover, LedgerItem } from '../../core/ports.ts';
import type { Received } from '../../core/request.ts';
import { revoke } from '../../core/revoke.ts';
import { keyCache } from '../../core/tokens/keys.ts';
import type { Answer } from '../../lambda/edge/answer.ts';
import { type HttpResult, httpEndpoint } from '../../lambda/edge/http.ts';
import { issuedAnswer } from '../../lambda/edge/issued-answer.ts';
import { respond } from '../../lambda/edge/respond.ts';
import { revocationAnswer } from '../../lambda/edge/revocation-answer.ts';
import type { Broker } from '../support/broker.ts';
import { PUBLIC_URL, SETTINGS } from '../support/tokens.ts';
import { CALL_NUMBER, type Outside } from './outside.ts';

const AWS = {
  region: 'eu-central-1',
  credentials: { accessKeyId: 'TESTLOCAL', secretAccessKey: 'no-secret' },
} as const;
/**
 * Gives the broker ports that go over the wire, with empty caches, as `compose` makes them.
 *
 * @param attempts - Of the tables' client, KMS's and Secrets Manager's; STS and mint are asked once, always.
 */
export function connect(broker: Broker, outside: Outside, attempts = 1): void {
  const { endpoint } = outside;
  const { db, ports } = broker;
  const client = { ...AWS, endpoint, requestHandler: endingWhenHung(outside) };
  const dynamodb = new DynamoDBClient({ ...client, maxAttempts: attempts });
  const kms = new KMSClient({ ...client, maxAttempts: attempts });
  const secrets = new SecretsManagerClient({ ...client, maxAttempts: attempts });
  const wired: Partial<Broker['ports']> = {
    findKey: keyCache(async (source) =>
      'kms' in source
        ? kmsKeys(kms, source.kms)
        : fetchJwks({ allowHttp: true, within: outside.jwksWithin })(
            `${endpoint}/keys/${new URL(source.jwks_uri).hostname}`,
          ),
    ),
    nonceKeys: secretNonceKeys(secrets, 'nonce-keys', ports.clock),
    ledger: dynamodbLedger(dynamodb, db.tables),
    revocations: dynamodbRevocations(dynamodb, db.tables),
    live: liveSessions(dynamodbLedger(dynamodb, db.tables)),
    wake: sqsWake(new SQSClient({ ...client, maxAttempts: attempts }), `${endpoint}/1/reconcile.fifo`),
    refusalCounter: dynamodbRefusalCounter(dynamodb, db.tables.control),
    readHeads: dynamodbReadHeads(dynamodb, db.tables),
    assumeRole: stsAssumeRole(new STSClient({ ...client, maxAttempts: 1 })),
    mint: lambdaMint(new LambdaClient({ ...client, maxAttempts: 1 }), 'mint'),
    signer: kmsSigner(kms, SETTINGS.enrolmentKey),
  };
  Object.assign(ports, wired);
  outside.mint = async (payload) => {
    const handover: Handover = JSON.parse(payload);
    const reply = await mint(handover, ports).catch((error: unknown) => {
      if (!(error instanceof Fault)) throw error;
      return { fault: error.code, retryAfter: error.retryAfter };
    });
    return JSON.stringify(reply);
  };
}

/** The SDK's own handler, whose time is up in the moment in which a call hangs, and for that call alone. */
function endingWhenHung({ impatient }: Outside) {
  const { requestHandler } = new DynamoDBClient(AWS).config;
  const inner = Object.create(requestHandler) as typeof requestHandler;
  inner.handle = async (request, options) => {
    numbered += 1;
    const number = String(numbered);
    request.headers[CALL_NUMBER] = number;
    const hung = Promise.withResolvers<never>();
    impatient.set(number, () =>
      hung.reject(Object.assign(new Error('no answer in time'), { name: 'TimeoutError' })),
    );
    try {
      return await Promise.race([requestHandler.handle(request, options), hung.promise]);
    } finally {
      impatient.delete(number);
    }
  };
  return inner;
}
let numbered = 0;

/** One request to `POST /token`, or to `/enroll` or `/revoke` where it was made for that: what stands on the wire. */
export function send(broker: Broker, received: Received): Promise<HttpResult> {
  const { ports } = broker;
  const name = new URL(received.url).pathname.slice(1);
  const answers: { readonly [name: string]: (request: Received) => Promise<Answer> } = {
    token: async (request) => respond('token', await exchange(request, ports), ports, issuedAnswer),
    enroll: async (request) =>
      respond('enroll', await enroll(request, ports), ports, (value) => ({ ...value })),
    revoke: async (request) => respond('revoke', await revoke(request, ports), ports, revocationAnswer),
  };
  const handle = answers[name];
  if (handle === undefined) throw new Error(`no endpoint ${name}`);
  const handler = httpEndpoint(handle, { name, method: 'POST', path: `/${name}`, publicUrl: PUBLIC_URL });
  const event = {
    version: '2.0',
    headers: Object.fromEntries(
      Object.entries(received.headers).map(([name, values]) => [name, values.join(',')]),
    ),
    requestContext: { http: { method: 'POST', sourceIp: received.sourceAddress } },
    body: received.body,
    isBase64Encoded: false,
  } as unknown as APIGatewayProxyEventV2;
  return handler(event, {} as Context);
}

/** The access key in an answer; `null`: no secret is in it. */
export function keyIn({ body }: HttpResult): string | null {
  const { access_token } = JSON.parse(body);
  if (access_token === undefined) return null;
  return JSON.parse(Buffer.from(access_token, 'base64url').toString('utf8')).AccessKeyId;
}

/** The items of all that was to be recorded, read past the wire. */
export async function ledgerOf(broker: Broker, { recorded }: Outside): Promise<readonly LedgerItem[]> {
  const stories = await Promise.all([...recorded].map((pk) => broker.items(pk.replace(/^WRIT#/, ''))));
  return stories.flat();
}

/** The sweep, some time later; it is shown what these requests left, and not what other tests did. */
export async function sweepLater(broker: Broker, { recorded }: Outside): Promise<void> {
  broker.now += (ISSUE_WITHIN_SECONDS + 1) * 1000;
  const { ledger } = broker.ports;
  broker.ports.ledger = {
    ...ledger,
    due: async (...of) => {
      const { keys, next } = await ledger.due(...of);
      return { keys: keys.filter(({ pk }) => recorded.has(pk)), next };
    },
  };
  await broker.sweep();
  broker.ports.ledger = ledger;
}
