/**
 * The prober on the running stack, invoked as its schedule would: each step works where all is well; one thing broken at a
 * time, and its own step says so.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { kmsSigner } from '../../adapters/kms.ts';
import { newProbeKey } from '../../adapters/probe-key.ts';
import { probeSend } from '../../adapters/probe-send.ts';
import { type Prober, post, subjectForm } from '../../core/probe/asked.ts';
import type { Probed } from '../../core/probe/result.ts';
import { actorToken, type Sign } from '../../core/probe/tokens.ts';
import { boundNonce } from '../../core/tokens/subject-bound.ts';
import { JWT, KEY_THUMBPRINT_URI, TOKEN_EXCHANGE } from '../../core/tokens/token-types.ts';
import { PROBE_ALIAS, REGION, roleArn } from '../../local/names.ts';
import { takeRole } from '../../local/take-role.ts';
import { openStack, type RunningStack } from '../support/stack.ts';

vi.setConfig({ testTimeout: 60_000 });

let running: RunningStack;
beforeAll(async () => {
  running = await openStack();
});
afterAll(() => running.close());
afterEach(() => {
  for (const duty of DOWN) running.stack.setDown(duty, false);
});

const DOWN = ['reconcile', 'mint', 'exchange', 'enroll', 'revoke', 'probe-keys'] as const;
const ALL_WELL = { exchange: 'ok', allowed: 'ok', forbidden: 'ok', identity: 'ok', revocation: 'ok' };
const ACCOUNT = { account: 'prod', id: '000000000000', region: REGION, state: 'active' } as const;
const NOTHING_MORE = { allowed: 'not_tried', forbidden: 'not_tried', revocation: 'not_tried' };

const probe = async (within = 30_000): Promise<Probed> =>
  (await running.stack.invoke('probe', { within })) as Probed;

async function story(writ: string): Promise<readonly Record<string, unknown>[]> {
  const { dynamodb, local } = running.stack;
  const { Items = [] } = await dynamodb.send(
    new QueryCommand({
      TableName: local.tables.ledger,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: `WRIT#${writ}` } },
    }),
  );
  return Items.map(({ body }) => JSON.parse(body?.S ?? '{}'));
}

const logOf = (duty: string): Promise<string> =>
  readFile(join(running.stack.local.logs_dir, `writ-${duty}.log`), 'utf8');

test('all is well: five steps, one writ, and AWS refuses what was ended', async () => {
  const probed = await probe();
  expect(probed).toMatchObject({ steps: ALL_WELL, reason: null });
  expect(probed.refusedAfterMillis).toBeGreaterThan(0);

  const records = await story(probed.writ ?? '');
  expect(records[0]).toMatchObject({
    type: 'intent',
    // Whose records these are can be read off: of the prober, and of no person.
    subject: { id: 'probe:prober', amr: ['synthetic'] },
    permission: 'probe',
    actor: { agent: 'prober', kind: 'enrolled' },
  });
  expect(records.map(({ type }) => type)).toEqual(expect.arrayContaining(['intent', 'outcome', 'revoked']));
});

test('one line and a count for each step, with nothing in them that anybody could use', async () => {
  const { writ } = await probe();
  const lines = (await logOf('probe'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const line = lines.findLast((each) => each.writ === writ);
  expect(line).toMatchObject({ level: 'INFO', message: 'probed', ...ALL_WELL });
  const counted = lines.slice(lines.indexOf(line) + 1);
  expect(counted.map(({ step = null, ProbeFailed = null }) => [step, ProbeFailed])).toEqual([
    ['exchange', 0],
    ['allowed', 0],
    ['forbidden', 0],
    ['identity', 0],
    ['revocation', 0],
    [null, null],
  ]);
  expect(counted.at(-1)).toMatchObject({ RefusedAfter: expect.any(Number) });
  expect(await logOf('probe')).not.toMatch(/eyJ|ASIA|SessionToken/);
});

describe('one thing is broken', () => {
  test('nobody reconciles: the ended session goes on, and only that step says so', async () => {
    running.stack.setDown('reconcile', true);
    expect(await probe(1_500)).toMatchObject({
      steps: { ...ALL_WELL, revocation: 'still_allowed' },
      refusedAfterMillis: null,
    });
  });

  test('revoke does not answer', async () => {
    running.stack.setDown('revoke', true);
    expect((await probe()).steps).toEqual({ ...ALL_WELL, revocation: 'fault' });
  });

  test('mint does not: no session, and strangers are refused all the same', async () => {
    running.stack.setDown('mint', true);
    expect((await probe()).steps).toEqual({ ...NOTHING_MORE, exchange: 'fault', identity: 'ok' });
  });

  test.each(['exchange', 'enroll'] as const)('%s does not', async (duty) => {
    running.stack.setDown(duty, true);
    const { steps } = await probe();
    expect(steps).toMatchObject({ ...NOTHING_MORE, exchange: 'fault' });
    // What cannot be asked has not been refused.
    expect(steps.identity).not.toBe('ok');
  });
});

test('the public half of its key is one key, for signing, without what KMS calls it', async () => {
  const { issuer } = await metadata();
  const response = await fetch(`${issuer}/probe/jwks`);
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({
    keys: [
      {
        ...{ kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig' },
        x: expect.stringMatching(/^[\w-]{43}$/),
        y: expect.stringMatching(/^[\w-]{43}$/),
        kid: expect.stringMatching(/^[\w-]{43}$/),
      },
    ],
  });
});

async function metadata(): Promise<{ readonly issuer: string }> {
  const { token_endpoint } = running.stack.local;
  const response = await fetch(new URL('/.well-known/oauth-authorization-server', token_endpoint));
  return (await response.json()) as { readonly issuer: string };
}

/** Whoever may sign with the prober's key can say anything in its issuer's name. What it gets him is written here. */
describe('who may sign with its key', () => {
  interface Claims {
    readonly sub: string;
    readonly [claim: string]: unknown;
  }
  let sign: Sign;
  let publicUrl: string;
  let client: KMSClient;
  beforeAll(async () => {
    const { aws } = running.stack;
    const { accessKeyId, secretAccessKey, sessionToken } = takeRole(aws, 'writ-probe', roleArn('probe'));
    client = new KMSClient({
      region: REGION,
      endpoint: aws.endpoint,
      credentials: { accessKeyId, secretAccessKey, sessionToken },
    });
    sign = kmsSigner(client, `alias/${PROBE_ALIAS}`).sign;
    publicUrl = (await metadata()).issuer;
  });
  afterAll(() => client.destroy());

  async function open() {
    const key = await newProbeKey();
    const rnd = Buffer.from(randomBytes(32)).toString('base64url');
    const plan = { iss: `${publicUrl}/probe`, aud: publicUrl, account: ACCOUNT };
    const prober: Prober = { plan, publicUrl, key, rnd, nonce: '' };
    const ports = { send: probeSend(5_000), random: randomBytes, clock: Date.now };
    // The first answer brings the nonce.
    await post('/enroll', {}, prober, ports);
    const token = async (claims: Claims): Promise<string> => {
      const now = Math.floor(Date.now() / 1000);
      const all = {
        ...{ iss: plan.iss, aud: publicUrl, iat: now, exp: now + 600, auth_time: now, amr: ['synthetic'] },
        ...{ nonce: boundNonce(key.jkt, rnd), ...claims },
      };
      const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
      const input = `${encode({ typ: 'JWT', alg: 'ES256' })}.${encode(all)}`;
      return `${input}.${Buffer.from(await sign(Buffer.from(input))).toString('base64url')}`;
    };
    const asks = async (path: string, form: { readonly [parameter: string]: string }) =>
      (await post(path, form, prober, ports))?.body;
    const enrolled = async (subject: string) =>
      String((await asks('/enroll', subjectForm(subject, rnd)))?.client_attestation);
    const wants = async (subject: string, agent: string, permission: string) => {
      const now = Math.floor(Date.now() / 1000);
      const actor_token = await actorToken(key, {
        ...{ agent, aud: publicUrl, jti: randomUUID(), nonce: prober.nonce, now },
      });
      const details = { type: 'aws_session', permission, account: 'prod', task: 'T', purpose: 'Theft' };
      const form = {
        ...{ grant_type: TOKEN_EXCHANGE, ...subjectForm(subject, rnd), actor_token, actor_token_type: JWT },
        authorization_details: JSON.stringify([{ ...details, parameters: PARAMETERS[permission] ?? {} }]),
      };
      const attestation = await enrolled(await token({ sub: 'prober' }));
      return (await post('/token', form, prober, ports, attestation))?.body;
    };
    return { token, asks, wants, rnd, jkt: key.jkt };
  }
  const PARAMETERS: { readonly [permission: string]: object } = { 'reports-read': { prefix: 'q3' } };

  test('is the prober: that much he gets', async () => {
    const { token, wants } = await open();
    expect(await wants(await token({ sub: 'prober' }), 'prober', 'probe')).toHaveProperty('access_token');
  });

  test.each([
    ['another permission', { sub: 'prober' }, 'prober', 'reports-read', 'policy_denied'],
    ['another agent', { sub: 'prober' }, 'report-writer', 'reports-read', 'actor_not_for_subject'],
    [
      'groups',
      { sub: 'prober', groups: ['finance', 'responders'] },
      'prober',
      'reports-read',
      'policy_denied',
    ],
    ['a name of his own', { sub: 'alice' }, 'prober', 'probe', 'subject_not_bound_to_device'],
  ])('gets nothing by %s', async (_, claims, agent, permission, reason_code) => {
    const { token, wants } = await open();
    expect(await wants(await token(claims), agent, permission)).toMatchObject({ reason_code });
  });

  test('gets nothing by his own word of who may act for him', async () => {
    const { token, wants, jkt } = await open();
    const may_act = { iss: KEY_THUMBPRINT_URI + jkt, sub: 'report-writer' };
    const subject = await token({ sub: 'prober', may_act });
    expect(await wants(subject, 'report-writer', 'reports-read')).toMatchObject({
      reason_code: 'policy_denied',
    });
    expect(await wants(subject, 'report-writer', 'probe')).toMatchObject({ reason_code: 'policy_denied' });
  });

  test('enrolls nobody but the prober, and says nothing that is not synthetic', async () => {
    const { token, asks, rnd } = await open();
    const enrolls = async (claims: Claims) => asks('/enroll', subjectForm(await token(claims), rnd));
    expect(await enrolls({ sub: 'alice' })).toMatchObject({ reason_code: 'policy_denied' });
    expect(await enrolls({ sub: 'prober', amr: ['pwd'] })).toEqual({ error: 'invalid_request' });
    expect(await enrolls({ sub: 'prober', iss: running.stack.local.issuer })).toEqual({
      error: 'invalid_request',
    });
  });

  test('ends nothing and sees nothing by his token', async () => {
    const { token, asks, rnd } = await open();
    const me = subjectForm(await token({ sub: 'prober', groups: ['responders'] }), rnd);
    const ends = { token_type_hint: 'user', mode: 'block', reason: 'Theft', request_id: 'theft' };
    expect(await asks('/revoke', { ...me, ...ends, token: 'corp:alice' })).toEqual({ ended: 0 });
    expect(await asks('/revoke', { ...me, ...ends, token: 'probe:prober' })).toEqual({ ended: 0 });
    expect(await asks('/writs', me)).toMatchObject({ writs: [] });
  });
});
