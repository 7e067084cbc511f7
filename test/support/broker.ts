/**
 * The broker in one process, for attacks: real tokens, real Cedar, real tables; only STS and the clock are a test's.
 *
 *     const broker = await openBroker();       // beforeAll; `broker.close()` in afterAll
 *     const answer = await broker.exchange(await broker.ask());
 */
import { randomBytes } from 'node:crypto';
import { PutItemCommand, QueryCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { cedar } from '../../adapters/cedar.ts';
import { dynamodbAccountState } from '../../adapters/dynamodb-account-state.ts';
import {
  dynamodbCursor,
  dynamodbReadHeads,
  dynamodbRefusalCounter,
} from '../../adapters/dynamodb-control.ts';
import { dynamodbLedger } from '../../adapters/dynamodb-ledger.ts';
import { dynamodbRevocations } from '../../adapters/dynamodb-revocations.ts';
import type { Answer } from '../../core/answer.ts';
import { sha256Base64url } from '../../core/encoding/hash.ts';
import { type Enrolment, enroll } from '../../core/enroll.ts';
import { exchange, type Issued } from '../../core/exchange.ts';
import { writKey } from '../../core/ledger/keys.ts';
import { liveSessions } from '../../core/live.ts';
import { mint } from '../../core/mint.ts';
import { type Listed, permissions } from '../../core/permissions.ts';
import type { EnrolmentSigner, ExchangePorts, HeadKey, LedgerItem, MintPorts } from '../../core/ports.ts';
import type { Received } from '../../core/request.ts';
import { type Revocation, type RevokePorts, revoke } from '../../core/revoke.ts';
import { type Status, type StatusPorts, status } from '../../core/status.ts';
import { type SweepPorts, type Swept, sweep } from '../../core/sweep.ts';
import { type LiveWrits, type WritsPorts, writs } from '../../core/writs.ts';
import { NOW } from './clock.ts';
import { openTables, type TestTables } from './dynamodb.ts';
import { type FakeSts, fakeSts } from './fake-sts.ts';
import { putArchiveMark, putHealth, VERIFIED_AT } from './health.ts';
import { install } from './installation.ts';
import { signBytes } from './keys.ts';
import {
  type Changes,
  makeReceived,
  NONCE_KEYS,
  RND,
  SETTINGS,
  type TokenWorld,
  tokenWorld,
} from './tokens.ts';

/** What a test changes in one good request. */
export interface Ask {
  readonly details?: { readonly [member: string]: unknown };
  readonly subject?: Changes | string;
  /** `attested`: the platform's token for `reporter`; else changes of the device's own token for `helper`. */
  readonly actor?: Changes | 'attested' | string;
  /** `null`: no attestation. */
  readonly attestation?: Changes | string | null;
  readonly proof?: Changes | string;
  readonly form?: { readonly [parameter: string]: string | undefined };
  readonly headers?: Received['headers'];
  readonly endpoint?: 'token' | 'permissions' | 'enroll' | 'revoke' | 'writs' | 'status';
  readonly sourceAddress?: string;
}

export interface Broker {
  readonly world: TokenWorld;
  readonly db: TestTables;
  readonly sts: FakeSts;
  /** How the reconcilers were woken, oldest first. */
  readonly woken: { readonly accounts: readonly string[]; readonly revocation: string }[];
  /** Change a port to let something fail or happen. */
  readonly ports: { -readonly [K in keyof AllPorts]: AllPorts[K] };
  /** Milliseconds since 1970; a test moves it. */
  now: number;
  /** A good request of Alice's, with a fresh proof, changed as asked. */
  ask(change?: Ask): Promise<Received>;
  exchange(received: Received): Promise<Answer<Issued>>;
  enroll(received: Received): Promise<Answer<Enrolment>>;
  revoke(received: Received): Promise<Answer<Revocation>>;
  permissions(received: Received): Promise<Answer<readonly Listed[]>>;
  writs(received: Received): Promise<Answer<LiveWrits>>;
  status(received: Received): Promise<Answer<Status>>;
  sweep(): Promise<Swept>;
  /** A writ's items, oldest sort key first. */
  items(writ: string): Promise<readonly LedgerItem[]>;
  /** Every item of every table, as text: for what must not be there. */
  everything(): Promise<string>;
  /** Sets a revocation head by hand. */
  setHead(
    key: HeadKey,
    head: { readonly pending?: true; readonly cutoff?: number; readonly blockedUntil?: number },
  ): Promise<void>;
  /** Sets when the installation's accounts were last verified, NumericDate; `null`: never. It opens with VERIFIED_AT. */
  setHealth(verifiedAt: number | null): Promise<void>;
  /** Sets up to when the evidence log has everything, likewise. */
  setArchivedTo(archivedTo: number | null): Promise<void>;
  /** Ports, STS and clock as they were when it opened; the tables keep what they hold. */
  reset(): void;
  close(): Promise<void>;
}

type AllPorts = ExchangePorts &
  MintPorts &
  SweepPorts &
  RevokePorts &
  WritsPorts &
  StatusPorts & { readonly signer: EnrolmentSigner };

export async function openBroker(configuration: { readonly [path: string]: unknown } = {}): Promise<Broker> {
  const [world, db] = await Promise.all([tokenWorld(), openTables()]);
  const policy = install(configuration);
  const clock = () => broker.now;
  const sts = fakeSts(clock);
  const woken: Broker['woken'] = [];
  const ports: Broker['ports'] = {
    settings: SETTINGS,
    policy,
    clock,
    random: (bytes) => randomBytes(bytes),
    findKey: world.findKey,
    nonceKeys: async () => NONCE_KEYS,
    authorize: cedar(policy.bundle.policies),
    ledger: dynamodbLedger(db.client, db.tables),
    refusalCounter: dynamodbRefusalCounter(db.client, db.tables.control),
    readHeads: dynamodbReadHeads(db.client, db.tables),
    cursor: dynamodbCursor(db.client, db.tables.control),
    revocations: dynamodbRevocations(db.client, db.tables),
    live: liveSessions(dynamodbLedger(db.client, db.tables)),
    stateOf: (account) => dynamodbAccountState(db.client, db.tables.control, account),
    wake: async (accounts, revocation) => void woken.push({ accounts, revocation }),
    assumeRole: (plan) => sts.assumeRole(plan),
    mint: (handover) => mint(handover, ports),
    signer: { kid: SETTINGS.enrolmentKey, sign: async (data) => signBytes(world.keys.writ, data) },
  };

  const whole = { ...ports };
  const broker: Broker = {
    world,
    db,
    sts,
    woken,
    ports,
    now: NOW * 1000,
    ask: (change = {}) => request(world, change),
    exchange: (received) => exchange(received, ports),
    enroll: (received) => enroll(received, ports),
    revoke: (received) => revoke(received, ports),
    permissions: (received) => permissions(received, ports),
    writs: (received) => writs(received, ports),
    status: (received) => status(received, ports),
    sweep: () => sweep(ports),
    async items(writ) {
      const { Items = [] } = await db.client.send(
        new QueryCommand({
          TableName: db.tables.ledger,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': { S: writKey(writ) } },
          ConsistentRead: true,
        }),
      );
      return Items.map((item) => ({ pk: item.pk?.S ?? '', sk: item.sk?.S ?? '', body: item.body?.S ?? '' }));
    },
    async everything() {
      const pages = await Promise.all(
        Object.values(db.tables).map((TableName) => db.client.send(new ScanCommand({ TableName }))),
      );
      return JSON.stringify(pages.map(({ Items }) => Items));
    },
    async setHead({ kind, value }, { pending, cutoff, blockedUntil }) {
      await db.client.send(
        new PutItemCommand({
          TableName: db.tables.control,
          Item: {
            pk: { S: `REVOKED#${kind}#${value}` },
            sk: { S: 'head' },
            seq: { N: '1' },
            ...(pending ? { pending: { BOOL: true } } : {}),
            ...(cutoff === undefined ? {} : { cutoff: { N: String(cutoff) } }),
            ...(blockedUntil === undefined ? {} : { blockedUntil: { N: String(blockedUntil) } }),
          },
        }),
      );
    },
    setArchivedTo: (archivedTo) => putArchiveMark(db, archivedTo),
    async setHealth(verifiedAt) {
      for (const { id } of policy.bundle.accounts) await putHealth(db, id, verifiedAt);
    },
    reset() {
      Object.assign(ports, whole);
      Object.assign(sts, { before: async () => undefined, after: async () => undefined, failure: null });
      sts.asked.length = 0;
      woken.length = 0;
      broker.now = NOW * 1000;
    },
    close: () => db.close(),
  };
  await broker.setHealth(VERIFIED_AT);
  await broker.setArchivedTo(VERIFIED_AT);
  return broker;
}

let asked = 0;

/** Every request has a proof and an actor token of its own, as a client's would. */
async function request(world: TokenWorld, change: Ask): Promise<Received> {
  asked += 1;
  const endpoint = change.endpoint ?? 'token';
  const { subject = {}, actor = {}, attestation = {}, proof = {} } = change;
  const form: { readonly [parameter: string]: string | undefined } = {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: typeof subject === 'string' ? subject : world.subjectToken(subject),
    subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
    actor_token: actorToken(world, actor),
    actor_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    binding: Buffer.from(JSON.stringify({ rnd: RND })).toString('base64url'),
    authorization_details: JSON.stringify([
      {
        type: 'aws_session',
        permission: 'reports-read',
        account: 'prod',
        task: 'FIN-1234',
        purpose: 'Summarise the Q3 figures',
        parameters: { prefix: 'q3' },
        duration: 900,
        ...change.details,
      },
    ]),
    ...change.form,
  };
  const body = new URLSearchParams(
    Object.entries(form).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[name, value]],
    ),
  ).toString();
  const htu = `${SETTINGS.publicUrl}/${endpoint}`;
  const proofToken =
    typeof proof === 'string'
      ? proof
      : world.proofToken({
          ...proof,
          claims: { jti: `proof-of-${asked}`, htu, bdh: sha256Base64url(body), ...proof.claims },
        });
  const attested =
    typeof attestation === 'string' || attestation === null
      ? attestation
      : world.attestationToken(attestation);
  const received = makeReceived({
    body,
    endpoint,
    headers: {
      dpop: [proofToken],
      'user-agent': ['a test'],
      ...(attested === null ? {} : { 'oauth-client-attestation': [attested] }),
      ...change.headers,
    },
  });
  return change.sourceAddress === undefined ? received : { ...received, sourceAddress: change.sourceAddress };
}

function actorToken(world: TokenWorld, actor: NonNullable<Ask['actor']>): string {
  const jti = `actor-of-${asked}`;
  if (actor === 'attested') return world.actorToken({ claims: { jti } });
  if (typeof actor === 'string') return actor;
  return world.enrolledActorToken({ ...actor, claims: { jti, ...actor.claims } });
}
