/** RFC 7009 over HTTP, and what of it the metadata tells (RFC 8414). */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Fault } from '../../core/fault.ts';
import { restEvent } from '../lambda/edge/events.ts';
import { type Broker, openBroker } from '../support/broker.ts';
import { byKey, byPerson, ENDING, issue, RESPONDER } from '../support/revoking.ts';
import { PUBLIC_URL } from '../support/tokens.ts';
import { openWire, type Wire } from '../support/wire.ts';

const UNKNOWN = '0123456789abcdef';

let broker: Broker;
let wire: Wire;
beforeAll(async () => {
  broker = await openBroker(ENDING);
  wire = await openWire(broker);
});
beforeEach(() => broker.reset());
afterAll(async () => {
  await wire.close();
  await broker.close();
});

describe('RFC 7009', () => {
  test('§2.2 what was revoked is answered with 200, and how many sessions it ends', async () => {
    const { writ } = await issue(broker);
    expect(await wire.send(await byPerson(broker, { token: writ }))).toMatchObject({
      status: 200,
      body: { ended: 1, revocation: expect.any(String) },
    });
  });

  test('§2.1 a client needs no user: the key that got a session gives it back', async () => {
    const { writ } = await issue(broker);
    expect(await wire.send(await byKey(broker, { token: writ }))).toMatchObject({
      status: 200,
      body: { ended: 1 },
    });
  });

  test('§2.1 token_type_hint is optional', async () => {
    const { writ, accessKeyId } = await issue(broker);
    for (const token of [writ, accessKeyId]) {
      const received = await byKey(broker, { token }, { form: { token_type_hint: undefined } });
      expect(await wire.send(received)).toMatchObject({ status: 200, body: { ended: 1 } });
    }
  });

  test('§2.2 unknown, forbidden and over are one answer, byte for byte', async () => {
    const { writ } = await issue(broker, { details: { duration: 60 } });
    const stranger = { subject: { claims: { oid: 'sam', groups: ['staff'] } }, attestation: null };
    const unknown = await wire.send(await byPerson(broker, { token: UNKNOWN }));
    const forbidden = await wire.send(await byPerson(broker, { token: writ }, stranger));
    const wide = await wire.send(
      await byPerson(broker, { token: '*', token_type_hint: 'all', mode: 'block' }, stranger),
    );
    broker.now += 61_000;
    const over = await wire.send(await byPerson(broker, { token: writ }));
    for (const { status, headers, body } of [unknown, forbidden, wide, over]) {
      expect({ status, body: JSON.stringify(body), length: headers['content-length'] }).toEqual({
        status: 200,
        body: '{"ended":0}',
        length: unknown.headers['content-length'],
      });
      expect(Object.keys(headers)).toEqual(Object.keys(unknown.headers));
    }
  });

  test('§2.2.1 unsupported_token_type', async () => {
    const received = await byPerson(broker, { token: 'x.y.z', token_type_hint: 'refresh_token' });
    expect(await wire.send(received)).toMatchObject({
      status: 400,
      body: { error: 'unsupported_token_type' },
    });
  });

  test('§2.1 token is required; RFC 6749 §5.2 invalid_request', async () => {
    const received = await byPerson(broker, { token: UNKNOWN }, { form: { token: undefined } });
    expect(await wire.send(received)).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
  });

  test('§2.2.1 503 with Retry-After: the client tries again', async () => {
    const { writ } = await issue(broker);
    const { revocations } = broker.ports;
    const commit = async () => {
      throw new Fault('ledger_unavailable');
    };
    broker.ports.revocations = { ...revocations, commit };
    const answer = await wire.send(await byPerson(broker, { token: writ }));
    expect(answer).toMatchObject({ status: 503, body: { error: 'temporarily_unavailable' } });
    expect(answer.headers['retry-after']).toBe('1');
  });

  test('§2 by POST alone', async () => {
    expect(await wire.get('/revoke')).toMatchObject({ status: 405, headers: { allow: 'POST' } });
  });
});

test('RFC 8414 §2 the metadata names the endpoint', async () => {
  expect(await wire.get('/.well-known/oauth-authorization-server')).toMatchObject({
    body: {
      revocation_endpoint: `${PUBLIC_URL}/revoke`,
      revocation_endpoint_auth_methods_supported: ['attest_jwt_client_auth_dpop', 'none'],
    },
  });
});

test('RFC 9449 §8 a proof without the server’s nonce is asked to come again', async () => {
  const received = await byKey(broker, { token: UNKNOWN }, { proof: { claims: { nonce: undefined } } });
  const { status, headers, body } = await wire.send(received);
  expect({ status, body }).toEqual({ status: 400, body: { error: 'use_dpop_nonce' } });
  expect(headers['dpop-nonce']).toBeDefined();
});

describe('IAM’s route', () => {
  const event = (writ: string, resource: string, userArn: string | null) =>
    ({
      ...restEvent({
        body: new URLSearchParams({ token: writ, reason: 'incident', request_id: 'INC-1' }).toString(),
        multiValueHeaders: { 'content-type': ['application/x-www-form-urlencoded'] },
      }),
      resource,
      path: resource,
      requestContext: { identity: { sourceIp: '198.51.100.7', userArn } },
    }) as unknown as Parameters<Wire['invoke']>[1];

  test('takes the same form without a proof, and asks for no nonce', async () => {
    const { writ } = await issue(broker);
    broker.ports.nonceKeys = async () => {
      throw new Fault('nonce_keys_unavailable');
    };
    const { status, headers, body } = await wire.invoke(
      'revoke',
      event(writ, '/responder/revoke', RESPONDER),
    );
    expect({ status, body }).toMatchObject({ status: 200, body: { ended: 1 } });
    expect(headers).not.toHaveProperty('dpop-nonce');
  });

  test('an ARN on the open route is nobody’s', async () => {
    const { writ } = await issue(broker);
    expect(await wire.invoke('revoke', event(writ, '/revoke', RESPONDER))).toMatchObject({
      status: 400,
      body: { error: 'invalid_dpop_proof' },
    });
  });

  test('without an ARN nothing is decided', async () => {
    const { writ } = await issue(broker);
    expect(await wire.invoke('revoke', event(writ, '/responder/revoke', null))).toMatchObject({
      status: 503,
    });
  });
});
