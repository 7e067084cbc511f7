import { expect, test } from 'vitest';
import { type Answer, SERVER_NONCE, useNonce, WRIT } from './fake-broker.ts';
import { signedInAt } from './signed-in.ts';

const NOW = 1_795_000_000_000; // fixed, milliseconds

const LISTED = [
  {
    permission: 'reports-read',
    description: 'Read the reports below one prefix.',
    accounts: ['prod', 'test'],
    longest: 3600,
    parameters: { prefix: { type: 'segment' }, kind: { type: 'enum', values: ['csv', 'json'] } },
  },
];
const answering = (body: unknown, status = 200) =>
  signedInAt(NOW, (_, earlier): Answer => (earlier === 0 ? useNonce : { status, body }));
const ASK = ['permissions', '--profile', 'work', '--agent', 'analyst'];

test('asks as an exchange does, but for what, and shows what may be asked for', async () => {
  const { writ, broker } = await answering({ permissions: LISTED });
  const ran = await writ(ASK);
  expect(ran).toMatchObject({ exit: 0, stderr: '' });
  expect(ran.stdout).toBe(
    'PERMISSION    ACCOUNTS    LONGEST  PARAMETERS                        DESCRIPTION\n' +
      'reports-read  prod, test  3600 s   prefix=<segment> kind=<csv|json>  Read the reports below one prefix.\n',
  );
  expect(broker.seen.map(({ path }) => path)).toEqual(['/permissions', '/permissions']);
  const form = new URLSearchParams(broker.seen[1]?.body);
  expect([...form.keys()].toSorted()).toEqual(
    [
      'actor_token',
      'actor_token_type',
      'binding',
      'grant_type',
      'subject_token',
      'subject_token_type',
    ].toSorted(),
  );
  const [, payload = ''] = String(form.get('actor_token')).split('.');
  expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({
    sub: 'analyst',
    nonce: SERVER_NONCE,
  });
});

test('--json is what the broker said, and for which agent', async () => {
  const { writ } = await answering({ permissions: LISTED });
  const { stdout } = await writ([...ASK, '--json']);
  expect(JSON.parse(stdout)).toEqual({ agent: 'analyst', permissions: LISTED });
});

test('nothing to ask for is said in a sentence', async () => {
  const { writ } = await answering({ permissions: [] });
  expect(await writ(ASK)).toMatchObject({
    exit: 0,
    stdout: 'There is nothing that you may ask for with the agent analyst.\n',
  });
});

test('the agent comes from WRIT_AGENT, and without is asked for before anything is sent', async () => {
  const { writ, broker } = await answering({ permissions: LISTED });
  const argv = ['permissions', '--profile', 'work'];
  expect((await writ(argv)).exit).toBe(1);
  expect(broker.seen).toEqual([]);
  expect((await writ(argv, { env: { WRIT_AGENT: 'analyst' } })).exit).toBe(0);
});

test('a refusal says why, what next and the writ', async () => {
  const body = { error: 'invalid_request', reason_code: 'device_missing', remedy: 'enroll', writ: WRIT };
  const { writ } = await answering(body, 400);
  const ran = await writ([...ASK, '--json']);
  expect(ran).toMatchObject({ exit: 2, stdout: '' });
  expect(JSON.parse(ran.stderr)).toMatchObject({ ...body, next: 'writ enroll --profile work' });
});

test.each([
  {},
  { permissions: [{ ...LISTED[0], permission: 'x\ny' }] },
  { permissions: [{ ...LISTED[0], accounts: [] }] },
  { permissions: [{ ...LISTED[0], parameters: { 'a b': { type: 'segment' } } }] },
])('an answer of another form is a fault: %o', async (body) => {
  const { writ } = await answering(body);
  expect(await writ(ASK)).toMatchObject({ exit: 4, stdout: '' });
});

test('a description cannot play with the terminal', async () => {
  const { writ } = await answering({
    permissions: [{ ...LISTED[0], description: 'red \u001b[31m\u202e' }],
  });
  const { stdout } = await writ(ASK);
  expect([stdout.includes('\u001b'), stdout.includes('\u202e')]).toEqual([false, false]);
});
