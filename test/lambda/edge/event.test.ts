import { describe, expect, test } from 'vitest';
import { MAX_BODY_BYTES } from '../../../core/limits.ts';
import { receive } from '../../../lambda/edge/event.ts';
import { FORM, httpApiEvent, restEvent } from './events.ts';

const URL_OF_ROUTE = 'https://writ.example/token';

describe.each([
  { shape: 'REST proxy', event: restEvent },
  { shape: 'HTTP API', event: httpApiEvent },
])('$shape', ({ event }) => {
  test('address and URL are API Gateway’s and ours: neither Host nor X-Forwarded-For is believed', () => {
    expect(receive(event(), URL_OF_ROUTE)).toEqual({
      ok: true,
      value: {
        headers: { host: ['evil.example'], 'x-forwarded-for': ['203.0.113.66'], dpop: ['one.two.three'] },
        body: FORM,
        sourceAddress: '198.51.100.7',
        url: URL_OF_ROUTE,
      },
    });
  });

  test('a body in base64 is decoded to the text it was', () => {
    const body = Buffer.from('purpose=Übersicht', 'utf8').toString('base64');
    expect(receive(event({ body, isBase64Encoded: true }), URL_OF_ROUTE)).toMatchObject({
      value: { body: 'purpose=Übersicht' },
    });
  });

  test('a body that is no UTF-8 is refused: one text for two bodies would be one hash for two', () => {
    const body = Buffer.from([0x70, 0x3d, 0xff]).toString('base64');
    expect(receive(event({ body, isBase64Encoded: true }), URL_OF_ROUTE)).toEqual({
      ok: false,
      refusal: { reason: 'request_not_form' },
    });
  });

  test('a byte order mark stays in the text, as it is in the hash', () => {
    const body = Buffer.from('\uFEFFa=b', 'utf8').toString('base64');
    expect(receive(event({ body, isBase64Encoded: true }), URL_OF_ROUTE)).toMatchObject({
      value: { body: '\uFEFFa=b' },
    });
  });

  test('no body is an empty one', () => {
    expect(receive({ ...event(), body: null } as never, URL_OF_ROUTE)).toMatchObject({ value: { body: '' } });
  });

  test.each([
    { what: 'the limit itself', body: 'x'.repeat(MAX_BODY_BYTES), ok: true },
    { what: 'one byte more', body: 'x'.repeat(MAX_BODY_BYTES + 1), ok: false },
    { what: 'fewer characters, but more bytes', body: 'ü'.repeat(MAX_BODY_BYTES / 2 + 1), ok: false },
  ])('$what: accepted $ok, plain and in base64', ({ body, ok }) => {
    const base64 = Buffer.from(body).toString('base64');
    const received = [
      receive(event({ body }), URL_OF_ROUTE),
      receive(event({ body: base64, isBase64Encoded: true }), URL_OF_ROUTE),
    ];
    const refusal = { ok: false, refusal: { reason: 'request_too_large', limit: MAX_BODY_BYTES } };
    for (const one of received) expect(one).toEqual(ok ? expect.objectContaining({ ok }) : refusal);
  });
});

describe('two DPoP headers are seen as two', () => {
  const two = { headers: { dpop: ['first', 'second'] } };

  test('REST proxy, where `headers` shows the last one only', () => {
    const event = restEvent({
      headers: { DPoP: 'second' },
      multiValueHeaders: { DPoP: ['first', 'second'] },
    });
    expect(receive(event, URL_OF_ROUTE)).toMatchObject({ value: two });
  });

  test('REST proxy, in two spellings', () => {
    const event = restEvent({ multiValueHeaders: { DPoP: ['first'], dpop: ['second'] } });
    expect(receive(event, URL_OF_ROUTE)).toMatchObject({ value: two });
  });

  test('HTTP API, which joins them with a comma', () => {
    const event = httpApiEvent({ headers: { dpop: 'first, second' } });
    expect(receive(event, URL_OF_ROUTE)).toMatchObject({ value: two });
  });

  test('REST proxy without multi-value headers shows none: refused rather than guessed', () => {
    const event = { ...restEvent(), multiValueHeaders: null } as never;
    expect(receive(event, URL_OF_ROUTE)).toMatchObject({ value: { headers: {} } });
  });
});

test('a header that may hold commas is one value', () => {
  const event = httpApiEvent({ headers: { 'user-agent': 'writ/1 (linux, x64)' } });
  expect(receive(event, URL_OF_ROUTE)).toMatchObject({
    value: { headers: { 'user-agent': ['writ/1 (linux, x64)'] } },
  });
});

test('headers have no prototype: a name that JavaScript knows is not there unless it was sent', () => {
  const received = receive(restEvent({ multiValueHeaders: { ['__proto__']: ['x'] } }), URL_OF_ROUTE);
  expect(received.ok && received.value.headers.constructor).toBeUndefined();
});

describe('who signed', () => {
  const CALLER = 'arn:aws:iam::111122223333:user/carol';
  const IAM_ROUTE = '/responder/revoke';
  const signed = (resource: string | undefined, userArn: unknown = CALLER) =>
    ({
      ...restEvent(),
      ...(resource === undefined ? {} : { resource }),
      path: IAM_ROUTE,
      requestContext: { identity: { sourceIp: '198.51.100.7', userArn }, resourcePath: IAM_ROUTE },
    }) as never;
  const callerOf = (event: never, iamResource?: string) => {
    const received = receive(event, URL_OF_ROUTE, iamResource);
    return received.ok ? received.value.caller : null;
  };

  test('is believed on the route that IAM guards', () => {
    expect(callerOf(signed(IAM_ROUTE), IAM_ROUTE)).toBe(CALLER);
  });

  test.each(['/revoke', '/{proxy+}', '/responder/revoke/', '', undefined])(
    'is not believed where the matched resource is %s, whatever the path says',
    (resource) => {
      expect(callerOf(signed(resource), IAM_ROUTE)).toBeUndefined();
    },
  );

  test('is not believed by a function that has no such route', () => {
    expect(callerOf(signed(IAM_ROUTE))).toBeUndefined();
  });

  test.each([null, '', undefined, 5])(
    'is %s on IAM’s route: a fault, never an anonymous responder',
    (userArn) => {
      const event = signed(IAM_ROUTE, userArn === undefined ? null : userArn);
      expect(() => receive(event, URL_OF_ROUTE, IAM_ROUTE)).toThrow('misconfigured');
    },
  );

  test('is nobody’s header', () => {
    const multiValueHeaders = { 'x-amzn-iam-user-arn': [CALLER], caller: [CALLER] };
    expect(callerOf(restEvent({ multiValueHeaders }) as never, IAM_ROUTE)).toBeUndefined();
  });

  test('in an HTTP API’s event is not read', () => {
    const event = { ...httpApiEvent(), resource: IAM_ROUTE, routeKey: `POST ${IAM_ROUTE}` };
    expect(callerOf(event as never, IAM_ROUTE)).toBeUndefined();
  });
});
