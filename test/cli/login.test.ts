import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Io } from '../../cli/io.ts';
import { fillLoginForm } from '../../cli/login-form.ts';
import { freshSession, subjectOf } from '../../cli/refresh.ts';
import { openProfile, readSession, type Session } from '../../cli/session.ts';
import { boundNonce } from '../../core/tokens/subject-bound.ts';
import { type Idp, startIdp, TEST_USERS } from '../../local/idp.ts';
import { attested, type FakeBroker, issued, SERVER_NONCE, startFakeBroker, useNonce } from './fake-broker.ts';
import { localFile, newWorld, type World } from './world.ts';

let idp: Idp;
let broker: FakeBroker;

beforeAll(async () => {
  idp = await startIdp({ port: 0 });
  broker = await startFakeBroker({
    issuer: idp.issuer,
    answer: ({ path: asked, headers }) => {
      const proof = decodeJwt(String(headers.dpop));
      if (proof.nonce !== SERVER_NONCE) return useNonce;
      return asked === '/enroll' ? attested : issued(900);
    },
  });
});
afterAll(async () => {
  await broker.close();
  await idp.close();
});

/** A home with the laptop stack's file in it. */
async function localWorld(): Promise<World & { readonly io: Io }> {
  const world = await newWorld();
  const file = path.join(world.home, 'local.json');
  await writeFile(
    file,
    JSON.stringify(
      localFile({
        broker: broker.origin,
        aws_endpoint: 'http://127.0.0.1:8472',
        region: 'eu-central-1',
        users: TEST_USERS,
      }),
    ),
    { mode: 0o600 },
  );
  const env = { WRIT_LOCAL_FILE: file };
  const io = { env, home: world.home, cwd: world.home, fetch, clock: Date.now } as unknown as Io;
  return { home: world.home, io, writ: (argv, change) => world.writ(argv, { env, ...change }) };
}

async function sessionOf(io: Io): Promise<Session> {
  const session = await readSession(await openProfile(io, 'local'));
  if (session === null) throw new Error('nobody signed in');
  return session;
}

const LOGIN = ['login', '--profile', 'local'];
const SIGN_IN = [...LOGIN, '--as', 'alice'];
const ASK = [
  'credentials',
  '--profile',
  'local',
  '--permission',
  'reports-read',
  '--account',
  'prod',
  '--agent',
  'analyst',
];
const WHY = ['--task', 'FIN-1', '--purpose', 'Sum up Q3'];

describe('writ login', () => {
  test('signs in through the real code flow, with a nonce that only this device can open', async () => {
    const { writ, io } = await localWorld();
    const ran = await writ([...SIGN_IN, '--json']);

    expect(ran.stderr).toBe('');
    expect(ran.exit).toBe(0);
    const said = JSON.parse(ran.stdout);
    expect(said).toMatchObject({ profile: 'local', iss: idp.issuer, sub: 'alice' });
    const session = await sessionOf(io);
    const claims = decodeJwt(session.id_token);
    expect(claims.nonce).toBe(boundNonce(said.jkt, session.rnd));
    expect(claims).toMatchObject({
      iss: idp.issuer,
      aud: 'writ-cli',
      sub: 'alice',
      groups: ['finance'],
      email: 'alice@example.com',
      preferred_username: 'alice',
      amr: ['pwd'],
      auth_time: session.auth_time,
    });
  });

  test.each([
    { name: 'with --no-browser', argv: [...LOGIN, '--no-browser'], openBrowser: () => undefined },
    { name: 'on a machine without a browser', argv: LOGIN, openBrowser: null },
  ])('a person $name signs in by the printed address, and pastes where the browser ended', async (row) => {
    const { writ, io } = await localWorld();
    let printed = '';
    const ran = await writ(row.argv, {
      openBrowser: row.openBrowser,
      stderr: { write: (text) => (printed += text), isTerminal: false },
      readLine: async () => {
        const address = new URL(/ {2}(http:\S+)/.exec(printed)?.[1] ?? '');
        const redirect = address.searchParams.get('redirect_uri') ?? '';
        const [, bob] = TEST_USERS;
        if (bob === undefined) throw new Error('no bob');
        return `${(await fillLoginForm(address, redirect, bob, fetch)).href}\n`;
      },
    });
    expect(ran.exit).toBe(0);
    expect((await sessionOf(io)).sub).toBe('bob');
  });

  test('where nobody can paste, a browser that comes back to the loopback is enough', async () => {
    const { writ, io } = await localWorld();
    const [, bob] = TEST_USERS;
    if (bob === undefined) throw new Error('no bob');
    let printed = '';
    const ran = await writ(LOGIN, {
      stderr: { write: (text) => (printed += text), isTerminal: false },
      readLine: async () => {
        const address = new URL(/ {2}(http:\S+)/.exec(printed)?.[1] ?? '');
        const redirect = address.searchParams.get('redirect_uri') ?? '';
        void fillLoginForm(address, redirect, bob, fetch).then(fetch);
        return null;
      },
    });
    expect(ran.exit).toBe(0);
    expect((await sessionOf(io)).sub).toBe('bob');
  });

  test('a browser that comes back to the loopback is enough', async () => {
    const { writ, io } = await localWorld();
    const [alice] = TEST_USERS;
    if (alice === undefined) throw new Error('no alice');
    const ran = await writ(LOGIN, {
      openBrowser: (url) => {
        const address = new URL(url);
        const redirect = address.searchParams.get('redirect_uri') ?? '';
        void fillLoginForm(address, redirect, alice, fetch).then(async (back) => {
          // Someone else's call, without our state, ends nothing.
          await fetch(`${redirect}?code=stolen&state=other`);
          await fetch(back);
        });
      },
    });
    expect(ran.exit).toBe(0);
    expect((await sessionOf(io)).sub).toBe('alice');
  });

  test.each([
    { name: 'a redirect with another state', line: (uri: string) => `${uri}?code=x&state=other`, exit: 2 },
    { name: 'another address', line: () => 'https://evil.example/callback?code=x', exit: 2 },
    { name: 'nothing', line: () => '', exit: 2 },
  ])('pasting $name is refused, and not repeated', async ({ line, exit }) => {
    const { writ } = await localWorld();
    let printed = '';
    const ran = await writ([...LOGIN, '--no-browser'], {
      stderr: { write: (text) => (printed += text), isTerminal: false },
      readLine: async () =>
        line(new URL(/ {2}(http:\S+)/.exec(printed)?.[1] ?? '').searchParams.get('redirect_uri') ?? ''),
    });
    expect(ran.exit).toBe(exit);
    expect(printed).not.toContain('code=x');
  });

  test('--fresh asks for a sign-in of this moment, and enrolling says so where it was too old', async () => {
    const { writ } = await localWorld();
    let address = '';
    const openBrowser = (url: string) => {
      address = url;
      const redirect = new URL(url).searchParams.get('redirect_uri') ?? '';
      void fetch(`${redirect}?error=access_denied&state=${new URL(url).searchParams.get('state')}`);
    };
    expect(await writ([...LOGIN, '--fresh', '--json'], { openBrowser })).toMatchObject({
      exit: 2,
      stdout: '',
    });
    expect(new URL(address).searchParams.get('max_age')).toBe('0');
    expect(await writ([...LOGIN, '--json'], { openBrowser })).toMatchObject({ exit: 2 });
    expect(new URL(address).searchParams.get('max_age')).toBe('3600');

    await writ(SIGN_IN);
    const body = { error: 'invalid_request', reason_code: 'subject_sign_in_too_old', remedy: 'login' };
    const tooOld: typeof fetch = async (input, init) =>
      String(input).endsWith('/enroll') ? Response.json(body, { status: 400 }) : fetch(input, init);
    const ran = await writ(['enroll', '--profile', 'local', '--json'], { fetch: tooOld });
    expect(JSON.parse(ran.stderr)).toMatchObject({ next: 'writ login --profile local --fresh' });
  });

  test('the local stack is the one of the profile local: another profile needs a broker, and hears of both', async () => {
    const { writ } = await localWorld();
    const ran = await writ(['login', '--json']);
    expect(ran.exit).toBe(1);
    expect(JSON.parse(ran.stderr)).toMatchObject({
      what: 'The profile default has no broker yet.',
      next:
        'writ login --profile default --broker https://…, ' +
        'or for the local stack: writ login --profile local --as alice',
    });
    const elsewhere = await newWorld();
    const { stderr } = await elsewhere.writ(['login', '--profile', 'work', '--json']);
    expect(JSON.parse(stderr).next).toBe('writ login --profile work --broker https://…');
  });

  test('an unknown test user, a foreign broker or another profile with --as are usage errors', async () => {
    const { writ } = await localWorld();
    expect(await writ(['login', '--as', 'alice'])).toMatchObject({
      exit: 1,
      stderr: expect.stringContaining('next: writ login --profile local --as alice\n'),
    });
    expect((await writ([...LOGIN, '--as', 'mallory'])).exit).toBe(1);
    expect((await writ([...SIGN_IN, '--broker', 'https://broker.example'])).exit).toBe(1);
  });

  test('a broker that is not on https, or calls itself otherwise, is not asked', async () => {
    const { writ } = await localWorld();
    expect((await writ(['login', '--profile', 'x', '--broker', 'http://broker.example'])).exit).toBe(1);
    const other = await startFakeBroker({
      issuer: idp.issuer,
      answer: () => useNonce,
      metadata: { issuer: 'https://other.example' },
    });
    const ran = await writ(['login', '--profile', 'x', '--broker', other.origin, '--json']);
    await other.close();
    expect(ran.exit).toBe(4);
    expect(JSON.parse(ran.stderr)).toMatchObject({ error: 'broker_unknown' });
  });
});

test('a sign-in page that is not a page is not opened', async () => {
  const { writ } = await localWorld();
  let opened = 0;
  const discovery: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    if (!String(input).endsWith('/openid-configuration')) return response;
    const found = (await response.json()) as object;
    return Response.json({ ...found, authorization_endpoint: 'file:///etc/passwd' });
  };
  const ran = await writ(LOGIN, { fetch: discovery, openBrowser: () => (opened += 1) });
  expect(ran.exit).toBe(2);
  expect(opened).toBe(0);
});

describe('what lies on disk', () => {
  test('is closed to others, and holds no token in the clear', async () => {
    const { writ, io, home } = await localWorld();
    await writ(SIGN_IN);
    await writ(['enroll', '--profile', 'local']);
    const shown = await writ([...ASK, ...WHY]);
    expect(JSON.parse(shown.stdout)).toMatchObject({ Version: 1, SecretAccessKey: 'canary-secret-key' });
    const session = await sessionOf(io);

    const root = path.join(home, '.local', 'state', 'writ');
    const files = await readdir(root, { recursive: true, withFileTypes: true });
    expect(files.filter((file) => file.isFile()).length).toBe(4);
    for (const file of files) {
      const place = path.join(file.parentPath, file.name);
      expect((await stat(place)).mode & 0o777).toBe(file.isFile() ? 0o600 : 0o700);
      if (!file.isFile()) continue;
      const text = await readFile(place, 'utf8');
      for (const secret of [
        session.id_token,
        session.refresh_token ?? '',
        'canary-secret-key',
        'aaaa.bbbb.cccc',
      ]) {
        expect(text.includes(secret)).toBe(false);
        expect(text.includes(Buffer.from(secret).toString('base64url').slice(0, -2))).toBe(false);
      }
    }
  });
});

describe('a sign-in that is about to end', () => {
  test('is renewed without its nonce, by one process at a time, and shown with the original beside it', async () => {
    const { writ, io } = await localWorld();
    await writ(SIGN_IN);
    const before = await sessionOf(io);
    const later = { fetch, clock: () => before.exp * 1000 - 60_000 };

    const profile = await openProfile(io, 'local');
    const [one, two] = await Promise.all([
      freshSession(profile, 960, later),
      freshSession(profile, 960, later),
    ]);

    expect(decodeJwt(one.id_token)).toMatchObject({ sub: 'alice', auth_time: before.auth_time });
    expect(decodeJwt(one.id_token).nonce).toBeUndefined();
    expect(subjectOf(one)).toEqual({
      token: one.id_token,
      type: 'urn:ietf:params:oauth:token-type:id_token',
      rnd: before.rnd,
      first: before.id_token,
    });
    expect(one.refresh_token).not.toBe(before.refresh_token);
    // A rotated refresh token that is used twice revokes them all: the second waited, and used the first one's.
    expect(two.refresh_token).not.toBe(one.refresh_token);
    expect((await sessionOf(io)).refresh_token).toMatch(/./);
  });

  test('and cannot be renewed is a matter of signing in, an identity provider that is down is not', async () => {
    const { writ, io } = await localWorld();
    await writ(SIGN_IN);
    const { exp } = await sessionOf(io);
    const clock = () => exp * 1000;
    const down: typeof fetch = async () => {
      throw new TypeError('fetch failed');
    };
    const ran = await writ([...ASK, ...WHY, '--json'], { clock, fetch: down });
    expect(ran.exit).toBe(4);
    const refused: typeof fetch = async (input, init) =>
      init?.method === 'POST' && String(input).startsWith(idp.issuer)
        ? Response.json({ error: 'invalid_grant' }, { status: 400 })
        : fetch(input, init);
    const ended = await writ([...ASK, ...WHY, '--json'], { clock, fetch: refused });
    expect(ended.exit).toBe(2);
    expect(JSON.parse(ended.stderr)).toMatchObject({
      remedy: 'login',
      next: 'writ login --profile local --as alice',
    });
  });
});
