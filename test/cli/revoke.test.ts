import { decodeJwt } from 'jose';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { sha256Hex } from '../../core/encoding/hash.ts';
import { REVOCABLE } from '../../core/revocation/ports.ts';
import { parseAuthorization, verifySignature } from '../../local/aws/sigv4.ts';
import { type Answer, type Seen, WRIT } from './fake-broker.ts';
import { signedInAt } from './signed-in.ts';
import { newWorld } from './world.ts';

const NOW = 1_795_000_000_000; // fixed, milliseconds
const REVOCATION = '0123456789abcdef';
const ROLE = 'arn:aws:iam::111122223333:role/writ/reports-read';

const ended = (count: number, also?: readonly string[]): Answer => ({
  status: 200,
  body: { ended: count, revocation: REVOCATION, ...(also && { also }) },
});
const NOTHING: Answer = { status: 200, body: { ended: 0 } };

const BASE = ['revoke', '--profile', 'work', '--reason', 'a key was found in a paste'];
const formOf = (seen: Seen | undefined) => Object.fromEntries(new URLSearchParams(seen?.body));

afterEach(() => vi.unstubAllEnvs());

describe('what is ended', () => {
  test('a writ: its form, the sign-in and a proof for this very request', async () => {
    const { writ, broker } = await signedInAt(NOW, () => ended(1));
    const ran = await writ([...BASE, WRIT, '--request-id', 'r-1']);
    expect(ran).toMatchObject({ exit: 0, stderr: '' });
    expect(ran.stdout).toMatch(new RegExp(`^Ended: writ ${WRIT}, 1 live session\\.\n`));
    expect(ran.stdout).toContain(REVOCATION);
    expect(ran.stdout).toContain('writ status');
    const [seen] = broker.seen;
    expect(seen?.path).toBe('/revoke');
    expect(formOf(seen)).toMatchObject({
      token: WRIT,
      token_type_hint: 'writ',
      mode: 'end',
      reason: 'a key was found in a paste',
      request_id: 'r-1',
      subject_token: 'canary.id.token',
    });
    expect(decodeJwt(String(seen?.headers.dpop))).toMatchObject({
      htu: `${broker.origin}/revoke`,
      htm: 'POST',
    });
  });

  test.each([
    ['writ', WRIT],
    ['access_key', 'ASIALOCAL00000000001'],
    ['user', 'corp:alice'],
    ['device', 'writ:abc'],
    ['agent', 'report-writer'],
    ['task', 'FIN-1'],
    ['permission', 'reports-read'],
    ['role', ROLE],
  ])('a %s by its kind', async (kind, value) => {
    const { writ, broker } = await signedInAt(NOW, () => ended(2));
    expect((await writ([...BASE, value, '--kind', kind])).exit).toBe(0);
    expect(formOf(broker.seen[0])).toMatchObject({ token: value, token_type_hint: kind });
  });

  test('all of it needs no id', async () => {
    const { writ, broker } = await signedInAt(NOW, () => ended(7));
    expect((await writ([...BASE, '--kind', 'all', '--block'])).stdout).toMatch(
      /^Ended: all, 7 live sessions\./,
    );
    expect(formOf(broker.seen[0])).toMatchObject({ token: '*', token_type_hint: 'all', mode: 'block' });
  });

  test('every kind has its test above', () => expect(REVOCABLE.length).toBe(9));

  test('a key is known by its looks, anything else is not guessed', async () => {
    const { writ, broker } = await signedInAt(NOW, () => ended(1));
    expect((await writ([...BASE, 'ASIALOCAL00000000001'])).exit).toBe(0);
    expect(formOf(broker.seen[0])).toMatchObject({ token_type_hint: 'access_key' });
    // Sixteen letters of the same alphabet can be an agent's name as well.
    for (const id of ['report-writer', 'corp:alice', 'summaryagentabcd']) {
      const ran = await writ([...BASE, id]);
      expect(ran.exit).toBe(1);
      expect(ran.stderr).toContain('--kind');
    }
    expect(broker.seen.length).toBe(1);
  });

  test('with nobody live it is accepted all the same', async () => {
    const { writ } = await signedInAt(NOW, () => ended(0));
    const ran = await writ([...BASE, 'report-writer', '--kind', 'agent', '--block']);
    expect(ran.exit).toBe(0);
    expect(ran.stdout).toMatch(/^Ended: agent report-writer, 0 live sessions\.\n/);
    expect(ran.stdout).toContain("writ revoke 'report-writer' --kind agent --lift");
  });

  test('other names of the machine are told, and cannot write to the terminal', async () => {
    const { writ } = await signedInAt(NOW, () => ended(1, ['mdm:a\u001b[2J\u202e']));
    const { stdout } = await writ([...BASE, 'writ:abc', '--kind', 'device']);
    expect(stdout).toContain('mdm:a [2J');
    expect(stdout.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  test('a lift says so', async () => {
    const { writ, broker } = await signedInAt(NOW, () => ended(0));
    const ran = await writ([...BASE, 'corp:bob', '--kind', 'user', '--lift']);
    expect(ran).toMatchObject({ exit: 0 });
    expect(ran.stdout).toMatch(/^Lifted: user corp:bob/);
    expect(formOf(broker.seen[0])).toMatchObject({ mode: 'lift' });
  });

  test('as one line of JSON', async () => {
    const { writ } = await signedInAt(NOW, () => ended(3, ['mdm:1']));
    const ran = await writ([...BASE, 'writ:abc', '--kind', 'device', '--request-id', 'r', '--json']);
    expect(ran.stdout.match(/\n/g)?.length).toBe(1);
    expect(JSON.parse(ran.stdout)).toEqual({
      ended: 3,
      revocation: REVOCATION,
      also: ['mdm:1'],
      kind: 'device',
      value: 'writ:abc',
      mode: 'end',
      request_id: 'r',
    });
  });
});

describe('what is not', () => {
  test('unknown and forbidden are one sentence, and exit 3', async () => {
    const { writ } = await signedInAt(NOW, () => NOTHING);
    const ran = await writ([...BASE, WRIT]);
    expect(ran).toMatchObject({ exit: 3, stdout: '' });
    expect(ran.stderr).toMatch(/^writ: nothing ended: unknown, or not yours to end\n/);
    expect(JSON.parse((await writ([...BASE, WRIT, '--json'])).stderr)).toMatchObject({
      error: 'nothing_ended',
    });
  });

  test.each([
    { argv: ['revoke', WRIT], says: /Say why: --reason/ },
    { argv: [...BASE], says: /Say what to end/ },
    { argv: [...BASE, WRIT, '--end', '--block'], says: /take one/ },
    { argv: [...BASE, WRIT, '--lift'], says: /does not begin again/ },
    { argv: [...BASE, WRIT, '--kind', 'session'], says: /is invalid. Allowed choices are writ, user/ },
    { argv: [...BASE, 'alice', '--kind', 'user'], says: /No user is spelled like that/ },
    { argv: [...BASE, 'arn:aws:iam::1:role/x', '--kind', 'role'], says: /No role is spelled like that/ },
    { argv: [...BASE, WRIT, '--request-id', 'a b'], says: /--request-id is/ },
    { argv: [...BASE, WRIT, '--key', '--responder'], says: /take one/ },
    { argv: [...BASE, WRIT, '--reason', 'two\nlines'], says: /--reason/ },
  ])('$says is a usage error before anything is asked', async ({ argv, says }) => {
    const { writ, broker } = await signedInAt(NOW, () => ended(1));
    const ran = await writ(argv);
    expect(ran).toMatchObject({ exit: 1, stdout: '' });
    expect(ran.stderr).toMatch(says);
    expect(broker.seen).toEqual([]);
  });

  test('a fault names the id with which it can be asked again', async () => {
    const { writ, broker } = await signedInAt(NOW, () => ({
      status: 503,
      body: { error: 'temporarily_unavailable' },
    }));
    const ran = await writ([...BASE, WRIT, '--json']);
    expect(ran.exit).toBe(4);
    const { request_id, next } = JSON.parse(ran.stderr);
    expect(request_id).toMatch(/^[0-9a-f-]{36}$/);
    expect(formOf(broker.seen[0])).toMatchObject({ request_id });
    expect(next).toContain(`--request-id ${request_id}`);
    expect((await writ([...BASE, WRIT, '--request-id', 'mine'])).stderr).toContain('--request-id mine');
  });

  test('a refusal is exit 2, and so is a sign-in that is over', async () => {
    const { writ } = await signedInAt(NOW, () => ({ status: 400, body: { error: 'invalid_request' } }));
    expect((await writ([...BASE, WRIT])).exit).toBe(2);
    const over = await signedInAt(NOW, () => ended(1), -1);
    expect(await over.writ([...BASE, WRIT])).toMatchObject({ exit: 2, stdout: '' });
    expect(over.broker.seen).toEqual([]);
  });

  test('an answer that is none is a fault', async () => {
    const { writ } = await signedInAt(NOW, () => ({ status: 200, body: { ended: 'all' } }));
    expect((await writ([...BASE, WRIT])).exit).toBe(4);
  });
});

test('the key alone shows no token, also when the sign-in is over', async () => {
  const { writ, broker } = await signedInAt(NOW, () => ended(1), -1);
  expect((await writ([...BASE, WRIT, '--key'])).exit).toBe(0);
  expect(Object.keys(formOf(broker.seen[0])).sort()).toEqual([
    'mode',
    'reason',
    'request_id',
    'token',
    'token_type_hint',
  ]);
  expect(broker.seen[0]?.headers.dpop).toBeDefined();
});

describe('a responder', () => {
  const RESPOND = [...BASE, '--responder', WRIT];
  const stubCredentials = (env: { readonly [name: string]: string } = {}) => {
    for (const [name, value] of Object.entries({
      AWS_ACCESS_KEY_ID: 'ASIALOCAL00000000009',
      AWS_SECRET_ACCESS_KEY: 'canary-responder-secret',
      AWS_SESSION_TOKEN: 'canary-responder-token',
      AWS_REGION: 'eu-central-1',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CONFIG_FILE: '/nowhere/config',
      AWS_SHARED_CREDENTIALS_FILE: '/nowhere/credentials',
      ...env,
    })) {
      vi.stubEnv(name, value);
    }
    vi.stubEnv('AWS_PROFILE', undefined);
  };

  test('signs for API Gateway, and shows neither token nor proof', async () => {
    stubCredentials();
    const { writ, broker } = await signedInAt(Date.now(), () => ended(1));
    const ran = await writ(RESPOND);
    expect(ran).toMatchObject({ exit: 0, stderr: '' });
    const [seen] = broker.seen;
    expect(seen?.path).toBe('/responder/revoke');
    expect(seen?.headers.dpop).toBeUndefined();
    expect(seen?.body).not.toContain('canary');
    const headers = Object.fromEntries(
      Object.entries(seen?.headers ?? {}).map(([name, value]) => [name, String(value)]),
    );
    const claimed = parseAuthorization(headers.authorization);
    expect(claimed).toMatchObject({ service: 'execute-api', region: 'eu-central-1' });
    if (claimed === null) throw new Error('not signed');
    const wire = {
      method: 'POST',
      path: '/responder/revoke',
      query: '',
      headers,
      body: Buffer.from(''),
      address: '',
    };
    expect(verifySignature(wire, claimed, sha256Hex(seen?.body ?? ''), 'canary-responder-secret')).toBe(true);
    expect(headers['x-amz-security-token']).toBe('canary-responder-token');
    expect(claimed.signedHeaders).toEqual(
      expect.arrayContaining(['host', 'x-amz-date', 'x-amz-security-token']),
    );
  });

  test('needs no profile, only where the broker is, and its Region', async () => {
    stubCredentials();
    const { broker } = await signedInAt(NOW, () => ended(1));
    const { writ } = await newWorld();
    const argv = ['revoke', '--responder', WRIT, '--reason', 'x'];
    expect((await writ(argv)).exit).toBe(1);
    expect((await writ([...argv, '--broker', broker.origin])).exit).toBe(0);
    vi.stubEnv('AWS_REGION', undefined);
    expect((await writ([...argv, '--broker', broker.origin])).stderr).toContain('--region');
    expect((await writ([...argv, '--broker', broker.origin, '--region', 'eu-west-1'])).exit).toBe(0);
    expect((await writ([...argv, '--broker', broker.origin, '--region', 'nowhere'])).exit).toBe(1);
    expect(String(broker.seen.at(-1)?.headers.authorization)).toContain('/eu-west-1/execute-api/');
  });

  test('whom IAM does not let in is refused, and learns that it was IAM', async () => {
    stubCredentials();
    const { writ } = await signedInAt(NOW, () => ({ status: 403, body: { Message: 'User: arn canary' } }));
    const ran = await writ(RESPOND);
    expect(ran.exit).toBe(2);
    expect(ran.stderr).toContain('IAM');
    expect(ran.stderr).not.toContain('canary');
  });

  test('without AWS credentials nothing is sent', async () => {
    stubCredentials({ HOME: '/nowhere' });
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', undefined);
    const { writ, broker } = await signedInAt(NOW, () => ended(1));
    const ran = await writ(RESPOND);
    expect(ran.exit).toBe(1);
    expect(ran.stderr).toContain('AWS_PROFILE');
    expect(broker.seen).toEqual([]);
  });
});
