import { InvokeCommand, LambdaClient, TooManyRequestsException } from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { expect, test } from 'vitest';
import { lambdaMint, wakeMint } from '../../adapters/lambda-mint.ts';
import { FAULT_CODES } from '../../core/fault.ts';
import { CANARY, expectFault } from './fault.ts';

const HANDOVER = {
  writ: '01jd3v9q2m8x7c4b',
  subject_token: CANARY,
  intent: `{"canary":"${CANARY}"}`,
  openings: { purpose: { salt: 'AAAA', value: 'Überprüfung ☃' } },
};
const CREDENTIAL = { AccessKeyId: 'ASIAEXAMPLE', SecretAccessKey: 'secret', SessionToken: 'session' };
const CONFIG = { region: 'eu-central-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } };

type Payload = Uint8Array & { transformToString(encoding?: string): string };
const bytes = (text: string) => new TextEncoder().encode(text) as Payload;

function mintAnswering(text: string | undefined, FunctionError?: string) {
  const client = new LambdaClient(CONFIG);
  const mock = mockClient(client);
  mock.on(InvokeCommand).resolves({ Payload: text === undefined ? undefined : bytes(text), FunctionError });
  return { client, mock, mint: () => lambdaMint(client, 'writ-mint')(HANDOVER) };
}
const mintReplying = (reply: unknown) => mintAnswering(JSON.stringify(reply)).mint();

test('one invocation, with the hand-over as JSON', async () => {
  const { mock, mint } = mintAnswering(JSON.stringify({ ok: true, credential: CREDENTIAL }));
  await mint();
  const inputs = mock.commandCalls(InvokeCommand).map(({ args: [command] }) => command.input);
  expect(inputs).toEqual([{ FunctionName: 'writ-mint', Payload: bytes(JSON.stringify(HANDOVER)) }]);
});

test('a credential passes, and nothing beside it', async () => {
  expect(await mintReplying({ ok: true, credential: { ...CREDENTIAL, more: CANARY }, more: CANARY })).toEqual(
    {
      ok: true,
      credential: CREDENTIAL,
    },
  );
});

test('a refusal passes with its details', async () => {
  const refusal = { reason: 'token_expired', token: 'subject_token', exp: 1, now: 2 };
  expect(await mintReplying({ ok: false, refusal })).toEqual({ ok: false, refusal });
});

test.each(FAULT_CODES)('the fault %s passes', async (code) => {
  expect((await expectFault(mintReplying({ fault: code, retryAfter: 7 }), code)).retryAfter).toBe(7);
});

test.each([CANARY, '', 'constructor'])('a fault code that nobody knows does not: %j', async (fault) => {
  await expectFault(mintReplying({ fault, retryAfter: 7 }), 'mint_unavailable');
});

test.each([-1, 1.5, 1e9, '7\r\nSet-Cookie: x', null, undefined])(
  'it becomes a header, so %j seconds are one',
  async (retryAfter) => {
    const fault = await expectFault(mintReplying({ fault: 'too_late', retryAfter }), 'too_late');
    expect(fault.retryAfter).toBe(1);
  },
);

test.each([
  { name: 'nothing', text: undefined },
  { name: 'no bytes', text: '' },
  { name: 'no JSON', text: `{"${CANARY}` },
  { name: 'null, as a handler without an answer gives', text: 'null' },
  { name: 'a text', text: `"${CANARY}"` },
  { name: 'a list', text: '[]' },
  { name: 'an empty object', text: '{}' },
  { name: 'the answer to a wake', text: '{"awake":true}' },
  { name: 'success without a credential', text: '{"ok":true}' },
  {
    name: 'half a credential',
    text: JSON.stringify({ ok: true, credential: { ...CREDENTIAL, SessionToken: '' } }),
  },
  {
    name: 'a secret that is no text',
    text: JSON.stringify({ ok: true, credential: { ...CREDENTIAL, SecretAccessKey: [CANARY] } }),
  },
  { name: 'a refusal without a reason', text: '{"ok":false}' },
  { name: 'a refusal nobody knows', text: JSON.stringify({ ok: false, refusal: { reason: CANARY } }) },
  { name: 'a refusal of every object', text: '{"ok":false,"refusal":{"reason":"constructor"}}' },
  { name: 'a credential that is none', text: JSON.stringify({ ok: 'true', credential: CREDENTIAL }) },
])('mint answers $name: a fault', async ({ text }) => {
  await expectFault(mintAnswering(text).mint(), 'mint_unavailable');
});

test('a function that threw is a fault, whatever it printed', async () => {
  const text = JSON.stringify({ ok: true, credential: CREDENTIAL, errorMessage: CANARY });
  await expectFault(mintAnswering(text, 'Unhandled').mint(), 'mint_unavailable');
});

test.each([
  {
    error: new TooManyRequestsException({ message: CANARY, $metadata: {} }),
    causeName: 'TooManyRequestsException',
  },
  { error: new SyntaxError(CANARY), causeName: 'SyntaxError' },
  { error: Object.assign(new Error(CANARY), { name: CANARY }), causeName: 'Error' },
])('an invocation that fails is a fault: $causeName', async ({ error, causeName }) => {
  const client = new LambdaClient(CONFIG);
  mockClient(client).on(InvokeCommand).rejects(error);
  const fault = await expectFault(lambdaMint(client, 'writ-mint')(HANDOVER), 'mint_unavailable');
  expect(fault.causeName).toBe(causeName);
});

test('waking invokes it with nothing to do, and waits for the answer', async () => {
  const { client, mock } = mintAnswering('{"awake":true}');
  expect(await wakeMint(client, 'writ-mint')).toBeUndefined();
  const inputs = mock.commandCalls(InvokeCommand).map(({ args: [command] }) => command.input);
  expect(inputs).toEqual([{ FunctionName: 'writ-mint', Payload: bytes('{"wake":true}') }]);
});

test('a mint that does not wake keeps nobody from asking it', async () => {
  const client = new LambdaClient(CONFIG);
  mockClient(client).on(InvokeCommand).rejects(new Error(CANARY));
  expect(await wakeMint(client, 'writ-mint')).toBeUndefined();
  expect(await wakeMint(mintAnswering(undefined, 'Unhandled').client, 'writ-mint')).toBeUndefined();
});
