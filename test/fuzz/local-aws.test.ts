/** The laptop's AWS reads strangers' bytes as well: whatever arrives, it answers in AWS's words. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sha256Hex } from '../../core/encoding/hash.ts';
import { parseAssumeRole } from '../../local/aws/assume-role-input.ts';
import { authenticate } from '../../local/aws/authenticate.ts';
import { AwsError } from '../../local/aws/errors.ts';
import type { Registry, Session } from '../../local/aws/registry.ts';
import { decodeChunks, uploadedBytes } from '../../local/aws/s3-body.ts';
import { amzDate, parseAmzDate, parseAuthorization, signature } from '../../local/aws/sigv4.ts';
import type { Wire } from '../../local/aws/wire.ts';
import { NOW } from '../support/clock.ts';
import { mutated } from './mutations.ts';
import { holds, RUNS } from './runs.ts';

/** @returns the value, or the AwsError's code; anything else that is thrown fails the test. */
function inAwsWords<T>(attempt: () => T): T | string {
  try {
    return attempt();
  } catch (error) {
    if (error instanceof AwsError) return error.code;
    throw error;
  }
}

const SESSION = {
  accessKeyId: 'ASIALOCALTEST',
  secretAccessKey: 'secret',
  sessionToken: 'token',
  roleName: 'r',
  expiration: (NOW + 900) * 1000,
} as unknown as Session;
const OPTIONS = {
  registry: {
    session: (key: string) => (key === SESSION.accessKeyId ? SESSION : null),
  } as unknown as Registry,
  region: 'eu-central-1',
  now: NOW * 1000,
};

const SCOPE = {
  date: amzDate(NOW * 1000).slice(0, 8),
  region: 'eu-central-1',
  service: 's3',
  signedHeaders: ['host', 'x-amz-content-sha256', 'x-amz-date', 'x-amz-security-token'],
};
const BODY = Buffer.from('hello');
const WIRE: Wire = {
  method: 'PUT',
  path: '/bucket/q3/a%20b',
  query: 'x=1&list-type=2',
  headers: {
    host: 'localhost',
    'x-amz-date': amzDate(NOW * 1000),
    'x-amz-security-token': 'token',
    'x-amz-content-sha256': sha256Hex(BODY),
  },
  body: BODY,
  address: '127.0.0.1',
};
const header = (wire: Wire): string =>
  `AWS4-HMAC-SHA256 Credential=ASIALOCALTEST/${SCOPE.date}/${SCOPE.region}/${SCOPE.service}/aws4_request, ` +
  `SignedHeaders=${SCOPE.signedHeaders.join(';')}, ` +
  `Signature=${signature(wire, SCOPE, wire.headers['x-amz-content-sha256'] ?? '', SESSION.secretAccessKey)}`;
const signed = (wire: Wire): Wire => ({ ...wire, headers: { ...wire.headers, authorization: header(wire) } });

describe('a signature', () => {
  const judge = (wire: Wire) => inAwsWords(() => authenticate(wire, 's3', OPTIONS));

  test('that is good is accepted, so that the rest says something', () => {
    expect(judge(signed(WIRE))).toBe(SESSION);
  });

  test.each(['authorization', 'x-amz-date', 'x-amz-security-token', 'x-amz-content-sha256', 'host'])(
    'with something wrong in %s is refused in AWS’s words',
    async (name) => {
      const good = signed(WIRE);
      await holds(
        fc.property(mutated(good.headers[name] ?? '', ';', ',', '=', '/', 'Credential=', '  '), (text) => {
          const verdict = judge({ ...good, headers: { ...good.headers, [name]: text } });
          // Runs of spaces are one space to the signature (and leading ones none), as to AWS.
          if (verdict === SESSION) expect(text.trim().replace(/\s+/g, ' ')).toBe(good.headers[name]);
        }),
        RUNS,
      );
    },
  );

  test.each(['path', 'query', 'method'] as const)(
    'over another %s is refused in AWS’s words',
    async (part) => {
      const good = signed(WIRE);
      await holds(
        fc.property(mutated(good[part], '%', '%2', '%ff', '%2F', '&', '=', '../'), (text) => {
          const verdict = judge({ ...good, [part]: text });
          if (verdict === SESSION && part !== 'query') expect(unescaped(text)).toBe(unescaped(good[part]));
        }),
        RUNS,
      );
    },
  );
  const unescaped = (text: string): string => decodeURIComponent(text);

  test('header and date of any text are read or not, and never a crash', async () => {
    await holds(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        expect(parseAuthorization(text)).toBeNull();
        const date = parseAmzDate(text);
        if (date !== null) expect(amzDate(date)).toBe(text);
      }),
      RUNS,
    );
  });

  test('a date that is read is the date that was written', async () => {
    await holds(
      fc.property(fc.integer({ min: 0, max: 253_402_300_799 }), (seconds) => {
        expect(parseAmzDate(amzDate(seconds * 1000))).toBe(seconds * 1000);
      }),
      RUNS,
    );
    await holds(
      fc.property(fc.stringMatching(/^\d{8}T\d{6}Z$/), (text) => {
        const millis = parseAmzDate(text);
        if (millis !== null) expect(amzDate(millis)).toBe(text);
      }),
      RUNS,
    );
  });
});

describe('aws-chunked', () => {
  const coded = (parts: readonly Uint8Array[]): Buffer =>
    Buffer.concat([
      ...parts.flatMap((part) => [Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')]),
      Buffer.from('0\r\n\r\n'),
    ]);
  const chunk = fc.uint8Array({ minLength: 1, maxLength: 40 });

  test('decode undoes encode', async () => {
    await holds(
      fc.property(fc.array(chunk), (parts) => {
        expect(decodeChunks(coded(parts))).toEqual({ bytes: Buffer.concat(parts), trailers: {} });
      }),
      RUNS,
    );
  });

  test('of any bytes, or of good ones with something wrong in them, is decoded or refused in AWS’s words', async () => {
    const latin1 = (text: string) => Buffer.from(text, 'latin1');
    const good = coded([Buffer.from('hello'), Buffer.from('world')]).toString('latin1');
    const body = fc.oneof(
      mutated(good, '\r\n', '0\r\n', 'ffffffff\r\n', '-1\r\n', 'x-amz-checksum-crc32:AAAA\r\n', ';a=b').map(
        latin1,
      ),
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    );
    const headers = fc.record(
      {
        'x-amz-content-sha256': fc.constantFrom(
          'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
          'UNSIGNED-PAYLOAD',
          'STREAMING-AWS4-X',
          '',
        ),
        'x-amz-decoded-content-length': fc.constantFrom('10', '5', '-1', 'x'),
        'x-amz-trailer': fc.constantFrom('x-amz-checksum-crc32', 'X', '__proto__', ''),
        'x-amz-checksum-crc32': fc.constantFrom('AAAA', ''),
        'x-amz-checksum-constructor': fc.constant('x'),
        'content-md5': fc.string(),
      },
      { requiredKeys: [] },
    );
    await holds(
      fc.property(body, headers, (bytes, sent) => {
        const defined = Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== undefined));
        inAwsWords(() => decodeChunks(bytes));
        inAwsWords(() => uploadedBytes({ ...WIRE, headers: defined, body: bytes }));
      }),
      RUNS,
    );
  });
});

describe('AssumeRole’s form', () => {
  const GOOD = new URLSearchParams({
    Action: 'AssumeRole',
    Version: '2011-06-15',
    RoleArn: 'arn:aws:iam::000000000000:role/writ/reports',
    RoleSessionName: 'helper+01jd3v9q2m8x7c4b',
    SourceIdentity: 'alice+01jd3v9q2m8x7c4b',
    DurationSeconds: '900',
    'Tags.member.1.Key': 'writ:id',
    'Tags.member.1.Value': '01jd3v9q2m8x7c4b',
    'TransitiveTagKeys.member.1': 'writ:id',
    Policy:
      '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}',
  }).toString();

  test('that is good is read', () => {
    expect(inAwsWords(() => parseAssumeRole(new URLSearchParams(GOOD)))).toMatchObject({
      DurationSeconds: 900,
    });
  });

  test('with anything wrong in it is read or refused in AWS’s words', async () => {
    const pieces = [
      '&',
      '=',
      '%22',
      '&Tags.member.1.Key=x',
      '&Tags.member.99999999999999999999.Key=a',
      '&Policy=%7B',
      '&DurationSeconds=',
      '%5B%5B',
    ];
    await holds(
      fc.property(mutated(GOOD, ...pieces), (body) => {
        const read = inAwsWords(() => parseAssumeRole(new URLSearchParams(body)));
        if (typeof read !== 'string') expect(read.RoleArn).toMatch(/^arn:aws:iam::\d{12}:role\//);
      }),
      RUNS,
    );
  });
});
