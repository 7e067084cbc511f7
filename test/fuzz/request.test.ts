/** What a stranger sends: no body is a crash, and what is accepted means to every reader what it means to us. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { exchangeCall, subjectForm } from '../../cli/exchange.ts';
import { parseBinding } from '../../core/parse/binding.ts';
import { parseDetails } from '../../core/parse/details.ts';
import { PARAMETERS } from '../../core/parse/form.ts';
import { parseTokenRequest } from '../../core/parse.ts';
import type { Details } from '../../core/request.ts';
import { ID_TOKEN, JWT, TOKEN_EXCHANGE } from '../../core/tokens/token-types.ts';
import { NOW } from '../support/clock.ts';
import { makeReceived, PUBLIC_URL, RND } from '../support/tokens.ts';
import { mutated } from './mutations.ts';
import { holds, PATIENCE, RUNS } from './runs.ts';

const DETAILS: Details = {
  permission: 'reports-read',
  account: 'prod',
  task: 'FIN-1234',
  purpose: 'Summarise the Q3 figures',
  parameters: { prefix: 'q3' },
  duration: 900,
};
const GOOD_DETAILS = JSON.stringify([{ type: 'aws_session', ...DETAILS }]);
const GOOD_BODY = new URLSearchParams({
  grant_type: TOKEN_EXCHANGE,
  subject_token: 'one.two.three',
  subject_token_type: ID_TOKEN,
  actor_token: 'four.five.six',
  actor_token_type: JWT,
  binding: Buffer.from(JSON.stringify({ rnd: RND })).toString('base64url'),
  authorization_details: GOOD_DETAILS,
}).toString();

const parse = (body: string) => parseTokenRequest(makeReceived({ body }), 'token');

/** Accepted: each parameter is there once for any other reader too, and says the same. */
function agreesWithOthers(body: string): void {
  const read = parse(body);
  if (!read.ok) return;
  const others = new URLSearchParams(body);
  for (const name of PARAMETERS) expect(others.getAll(name).length).toBeLessThanOrEqual(1);
  expect(read.value).toMatchObject({
    subject_token: others.get('subject_token'),
    subject_token_type: others.get('subject_token_type'),
    actor_token: others.get('actor_token'),
  });
  const [details] = JSON.parse(others.get('authorization_details') ?? '');
  expect(read.value.details).toEqual(asRead(details));
}
/** What stands in the JSON, with the defaults that the documentation names; `null` counts as absent. */
const asRead = ({ type: _, ...details }: { type: string; parameters?: unknown; duration?: unknown }) => ({
  ...details,
  parameters: details.parameters ?? {},
  duration: details.duration ?? 900,
});

describe('the form', () => {
  test('the good one is accepted, so that the rest says something', () => {
    expect(parse(GOOD_BODY)).toMatchObject({ ok: true, value: { details: DETAILS } });
  });

  test('any bytes are read or refused, and never a crash', async () => {
    await holds(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        agreesWithOthers(Buffer.from(bytes).toString('latin1'));
        agreesWithOthers(Buffer.from(bytes).toString('utf8'));
      }),
      RUNS,
    );
  });

  test('a good body with something wrong in it means to us what it means to others', async () => {
    const pieces = [
      '&',
      '=',
      '%',
      '+',
      ';',
      '%00',
      '%ff',
      '%C0%80',
      '%26',
      '&scope=x',
      '&actor_token=x',
      '[]',
    ];
    await holds(fc.property(mutated(GOOD_BODY, ...pieces), agreesWithOthers), RUNS);
  });

  test('of any content type is read as a form, or refused', async () => {
    const type = fc.oneof(mutated('application/x-www-form-urlencoded; charset=utf-8', ';', '"'), fc.string());
    await holds(
      fc.property(fc.array(type, { maxLength: 3 }), (types) => {
        const received = makeReceived({ body: GOOD_BODY, headers: { 'content-type': types } });
        const { ok } = parseTokenRequest(received, 'token');
        if (ok)
          expect(types.join().toLowerCase()).toMatch(/^application\/x-www-form-urlencoded[ \t]*(?:;|$)/);
      }),
      RUNS,
    );
  });
});

describe('what the command prints is what the broker reads', () => {
  /** A line of text that may stand in a request. */
  const lineOf = (maxLength: number) =>
    fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: Math.floor(maxLength / 8) })
      .filter((text) => parseDetails(JSON.stringify([{ type: 'aws_session', ...DETAILS, task: text }])).ok);
  const someDetails: fc.Arbitrary<Details> = fc.record({
    permission: lineOf(64),
    account: lineOf(64),
    task: lineOf(256),
    purpose: lineOf(512),
    parameters: fc.dictionary(fc.stringMatching(/^[A-Za-z][\w-]{0,20}$/), lineOf(128), { maxKeys: 8 }),
    duration: fc.integer({ min: 5, max: 2 ** 31 }),
  });
  const token = fc.stringMatching(/^[\w-]{1,40}\.[\w-]{1,40}\.[\w-]{1,40}$/);
  const rnd = fc
    .uint8Array({ minLength: 16, maxLength: 64 })
    .map((bytes) => Buffer.from(bytes).toString('base64url'));
  const subject = fc.record({
    token,
    type: fc.constant(ID_TOKEN),
    rnd: fc.option(rnd),
    first: fc.option(token),
  });

  test(
    'form, details and binding',
    async () => {
      const key = { alg: 'ES256', jwk: {}, jkt: '', sign: async () => new Uint8Array() };
      await holds(
        fc.asyncProperty(someDetails, subject, token, async (details, shown, actor) => {
          const call = exchangeCall({
            token_endpoint: `${PUBLIC_URL}/token`,
            issuer: PUBLIC_URL,
            // An attested actor's token is sent as it is: nothing here is signed.
            key: key as never,
            subject: shown,
            actor: { token: actor },
            attestation: null,
            details,
          });
          const body = (await call.form('nonce', NOW)).toString();
          expect(parse(body)).toEqual({
            ok: true,
            value: {
              subject_token: shown.token,
              subject_token_type: shown.type,
              actor_token: actor,
              binding: shown.rnd === null ? null : { rnd: shown.rnd, first: shown.first },
              details,
            },
          });
        }),
        RUNS,
      );
    },
    PATIENCE,
  );

  test('a binding that is nearly one is refused, or says the same to any reader of JSON', async () => {
    const { binding = '' } = subjectForm({ token: 't', type: ID_TOKEN, rnd: RND, first: 'a.b.c' });
    const json = Buffer.from(binding, 'base64url').toString('utf8');
    const encode = (text: string) => Buffer.from(text).toString('base64url');
    await holds(
      fc.property(
        fc.oneof(
          mutated(binding, '=', '+', '/'),
          mutated(json, ',', '"first":null', '"rnd":', '{', '}').map(encode),
        ),
        (text) => {
          const read = parseBinding(text);
          if (!read.ok) return;
          const { rnd, first = null } = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
          expect(read.value).toEqual({ rnd, first });
          expect(Buffer.from(text, 'base64url').toString('base64url')).toBe(text);
        },
      ),
      RUNS,
    );
  });
});

describe('authorization_details', () => {
  test('nearly good: refused, or read as any reader of JSON reads it', async () => {
    const pieces = [
      '"duration":1e9,',
      '"parameters":{},',
      '{',
      '}',
      '[',
      ',',
      '1e400',
      '\\u0000',
      '\\ud800',
      '"type":',
    ];
    await holds(
      fc.property(mutated(GOOD_DETAILS, ...pieces), (text) => {
        const read = parseDetails(text);
        if (read.ok) expect(read.value).toEqual(asRead(JSON.parse(text)[0]));
      }),
      RUNS,
    );
  });

  test('any JSON at any member: refused, or of the type that the record needs', async () => {
    const member = fc.constantFrom(
      'permission',
      'account',
      'task',
      'purpose',
      'parameters',
      'duration',
      '__proto__',
    );
    await holds(
      fc.property(member, fc.jsonValue(), (name, value) => {
        // The member stands there twice, or is not known: nobody may choose which one counts.
        const twice = GOOD_DETAILS.replace(
          /\}\]$/,
          () => `,${JSON.stringify(name)}:${JSON.stringify(value)}}]`,
        );
        expect(parseDetails(twice).ok).toBe(false);
        const changed = { type: 'aws_session', ...DETAILS, [name]: value };
        const read = parseDetails(JSON.stringify([changed]));
        if (read.ok) expect(read.value).toEqual(asRead(JSON.parse(JSON.stringify(changed))));
      }),
      RUNS,
    );
  });
});
