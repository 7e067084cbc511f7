/** docs/openapi.json against the code. What goes over the wire is held to it in every test that uses `openWire`. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_NAME_CHARS, MIN_USEFUL_SECONDS } from '../../core/limits.ts';
import { metadata } from '../../core/metadata.ts';
import { parseDetails } from '../../core/parse/details.ts';
import { PARAMETERS, type Parameter } from '../../core/parse/form.ts';
import { parseListing, parseReader } from '../../core/parse/listing.ts';
import { parseRevocation } from '../../core/parse/revocation.ts';
import { parseSubjectRequest, parseTokenRequest } from '../../core/parse.ts';
import { REFUSALS, type Reason } from '../../core/refusals.ts';
import { openApi } from '../../docs/generate-openapi.ts';
import { AuthorizationDetails, EXAMPLE } from '../../docs/openapi/details.ts';
import { type FormName, formOf, REQUIRED } from '../../docs/openapi/form.ts';
import { OPERATIONS } from '../../docs/openapi/operations.ts';
import { refusalBody } from '../../docs/openapi/refusals.ts';
import { install } from '../support/installation.ts';
import { makeReceived, PUBLIC_URL } from '../support/tokens.ts';

test('docs/openapi.json is what `npm run docs` writes', () => {
  const committed = readFileSync(new URL('../../docs/openapi.json', import.meta.url), 'utf8');
  expect(committed).toBe(openApi());
});

test('it has every endpoint that the metadata names, and the metadata itself', () => {
  const published = metadata(PUBLIC_URL, install().bundle);
  const endpoints = Object.entries(published)
    .filter(([name]) => name.endsWith('_endpoint'))
    .map(([, url]) => String(url).slice(PUBLIC_URL.length));
  expect(OPERATIONS.map(({ path }) => path).sort()).toEqual(
    [...endpoints, '/.well-known/oauth-authorization-server', '/receipts/{id}'].sort(),
  );
});

test.each(Object.keys(REFUSALS) as Reason[])(
  'it has the refusal %s with its error, status and sentence',
  (reason) => {
    const { error, status, says } = REFUSALS[reason];
    const body = refusalBody(status);
    const told = { error, reason_code: reason, writ: '01jd3v9q2m8x7c4b' };
    expect(body.safeParse(told).success).toBe(true);
    expect(body.safeParse({ error }).success).toBe(true);
    expect(body.safeParse({ ...told, detail: 'x' }).success).toBe(false);
    expect(openApi()).toContain(JSON.stringify(says).slice(1, -1));
  },
);

describe('the form', () => {
  const VALUES: { readonly [P in Parameter]: string } = {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: 'a.b.c',
    subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
    actor_token: 'a.b.c',
    actor_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    requested_token_type: 'urn:writ:params:oauth:token-type:aws-credentials',
    authorization_details: JSON.stringify(EXAMPLE),
    binding: Buffer.from('{"rnd":"c2l4dGVlbiBieXRlcyBvaw"}').toString('base64url'),
    token: '01jd3v9q2m8x7c4b',
    token_type_hint: 'writ',
    mode: 'end',
    reason: 'It was found in a paste.',
    request_id: 'INC-1',
    user: 'corp:alice',
    device: 'mdm:laptop-1',
    agent: 'report-writer',
    task: 'FIN-1234',
    permission: 'reports-read',
    account: 'prod',
    page: 'a.b.c',
    scope: 'read',
    audience: PUBLIC_URL,
    resource: PUBLIC_URL,
  };
  const form = (names: readonly Parameter[]) => Object.fromEntries(names.map((name) => [name, VALUES[name]]));
  const parsed = (endpoint: FormName, names: readonly Parameter[]) => {
    const received = makeReceived({ body: new URLSearchParams(form(names)).toString(), endpoint });
    if (endpoint === 'revoke') return parseRevocation(received);
    if (endpoint === 'writs') return parseListing(received);
    if (endpoint === 'status') return parseReader(received);
    return endpoint === 'enroll' ? parseSubjectRequest(received) : parseTokenRequest(received, endpoint);
  };

  test.each(['token', 'permissions', 'enroll', 'revoke', 'writs', 'status'] as const)(
    'of %s is read as it is documented',
    (endpoint) => {
      const schema = formOf(endpoint);
      const [required, all] = [REQUIRED[endpoint], PARAMETERS.filter((name) => name !== 'scope')];
      for (const names of [required, all]) {
        expect(parsed(endpoint, names).ok).toBe(true);
        expect(schema.safeParse(form(names)).success).toBe(true);
      }
      for (const name of required) {
        const without = required.filter((other) => other !== name);
        expect(parsed(endpoint, without)).toMatchObject({
          ok: false,
          refusal: { reason: 'request_malformed', parameter: name, problem: 'missing' },
        });
        expect(schema.safeParse(form(without)).success).toBe(false);
      }
    },
  );
});

describe('authorization_details', () => {
  const texts = fc.oneof(
    fc.constantFrom('', 'a', 'reports-read', 'x'.repeat(MAX_NAME_CHARS), 'x'.repeat(MAX_NAME_CHARS + 1)),
    fc.string({ maxLength: 300 }),
  );
  const members = fc.record(
    {
      type: fc.constantFrom('aws_session', 'aws_session', 'aws_session', 'other'),
      permission: texts,
      account: texts,
      task: texts,
      purpose: texts,
      parameters: fc.oneof(
        fc.dictionary(fc.constantFrom('prefix', 'a-b', '1a', 'é'), texts, { maxKeys: 3 }),
        fc.constant({ prefix: 5 }),
      ),
      duration: fc.oneof(fc.integer({ min: 0, max: 2 * MIN_USEFUL_SECONDS }), fc.double(), texts),
      extra: fc.boolean(),
    },
    { requiredKeys: ['type', 'permission', 'account', 'task', 'purpose'] },
  );

  test('what the parser takes, the schema takes', () => {
    fc.assert(
      fc.property(fc.array(members, { minLength: 1, maxLength: 2 }), (details) => {
        const taken = parseDetails(JSON.stringify(details)).ok;
        return !taken || AuthorizationDetails.safeParse(JSON.parse(JSON.stringify(details))).success;
      }),
      { numRuns: 500, examples: [[EXAMPLE as never]] },
    );
  });

  test('the example is good for both', () => {
    expect(parseDetails(JSON.stringify(EXAMPLE)).ok).toBe(true);
    expect(AuthorizationDetails.safeParse(EXAMPLE).success).toBe(true);
  });

  test.each([
    ['two', [...EXAMPLE, ...EXAMPLE]],
    ['a member more', EXAMPLE.map((one) => ({ ...one, Policy: '{}' }))],
    ['another type', EXAMPLE.map((one) => ({ ...one, type: 'other' }))],
    ['a duration too short', EXAMPLE.map((one) => ({ ...one, duration: MIN_USEFUL_SECONDS - 1 }))],
    ['a name too long', EXAMPLE.map((one) => ({ ...one, permission: 'x'.repeat(MAX_NAME_CHARS + 1) }))],
    ['no task', EXAMPLE.map(({ task: _, ...one }) => one)],
  ])('%s is good for neither', (_, details) => {
    expect(parseDetails(JSON.stringify(details)).ok).toBe(false);
    expect(AuthorizationDetails.safeParse(details).success).toBe(false);
  });
});
