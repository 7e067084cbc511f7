/** Alice's part: she signs in, her agent gets a session for one task, and meets its bounds. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Stack } from '../stack.ts';
import { type Asked, ask, type Credentials, FIGURES } from './ask.ts';
import { getObject } from './calls.ts';
import type { Step } from './teller.ts';
import { inTrail } from './trail.ts';
import { type Person, said } from './writ.ts';

const BY_SESSION_POLICY = 'explicit deny in a session policy';

export async function signsIn(alice: Person): Promise<Step> {
  const args = ['login', '--profile', 'local', '--as', 'alice'];
  const login = await alice.writ(...args);
  return {
    title: 'Alice signs in',
    shows:
      'A real authorization-code flow with PKCE; the nonce in her ID token is made for the key of this device.',
    proof: alice.types(...args),
    seen: said(login),
    held: login.exit === 0,
  };
}

export async function enrollsHerDevice(alice: Person): Promise<Step> {
  const args = ['enroll', '--profile', 'local'];
  const enrolled = await alice.writ(...args);
  return {
    title: 'Her device becomes known',
    shows: 'Freshly signed in, she makes this key a device that Writ vouches for, for a day; KMS signs that.',
    proof: alice.types(...args),
    seen: said(enrolled),
    held: enrolled.exit === 0,
  };
}

export const asksForOneTask = (asked: Asked): Step => ({
  title: 'The agent asks for one task',
  shows: `The agent ${FIGURES.agent}, on her device, for ${FIGURES.task}: exchange decides and records, mint assumes the role.`,
  proof: asked.typed,
  seen: asked.granted
    ? `writ ${asked.granted.writ}, key ${asked.granted.credentials.AccessKeyId}, until ${asked.granted.credentials.Expiration}`
    : asked.said,
  held: asked.granted !== null,
});

export async function readsWhatItMay(stack: Stack, credentials: Credentials): Promise<Step> {
  const got = await getObject(stack, credentials, 'q3/figures.csv');
  return {
    title: 'It reads what it may',
    shows: 'GetObject q3/figures.csv, by the JavaScript SDK with these credentials; CloudTrail has the call.',
    proof: await inTrail(stack, credentials.AccessKeyId, 'GetObject'),
    seen: got,
    held: got.includes('north'),
  };
}

export async function leavesItsScope(stack: Stack, credentials: Credentials): Promise<Step> {
  const got = await getObject(stack, credentials, 'q4/figures.csv');
  return {
    title: 'It steps outside its scope',
    shows:
      'GetObject q4/figures.csv: the role may, but this session asked for q3, and its policy allows nothing else.',
    proof: await inTrail(stack, credentials.AccessKeyId, 'GetObject'),
    seen: got,
    held: got.startsWith('AccessDenied') && got.includes('no session policy'),
  };
}

export async function isInTheWrongPlace(stack: Stack, alice: Person): Promise<Step> {
  const asked = await ask(stack, alice, { ...FIGURES, permission: 'reports-elsewhere' });
  const got = await figures(stack, asked);
  return {
    title: 'It is in the wrong place',
    shows:
      'Credentials that may be used from 192.0.2.0/24 only: this laptop is not there, and IAM sees that.',
    proof: [asked.typed, await called(stack, asked)].join('\n'),
    seen: got,
    held: got.startsWith('AccessDenied') && got.includes(BY_SESSION_POLICY),
  };
}

export async function outlivesItsTime(stack: Stack, alice: Person): Promise<Step> {
  const asked = await ask(stack, alice, { ...FIGURES, duration: 5 });
  const before = await figures(stack, asked);
  const deadline = Date.parse(asked.granted?.credentials.Expiration ?? '');
  if (asked.granted) await wait(Math.max(0, deadline - Date.now()) + 50);
  const after = await figures(stack, asked);
  return {
    title: 'It waits for five seconds, and its time is over',
    shows:
      "STS's credentials live for 900 s at least; the deadline is in the session policy, so AWS itself ends it.",
    proof: [asked.typed, await called(stack, asked)].join('\n'),
    seen: `before: ${before}\nafter: ${after}`,
    held: before.includes('north') && after.startsWith('AccessDenied') && after.includes(BY_SESSION_POLICY),
  };
}

const figures = async (stack: Stack, { granted, said }: Asked): Promise<string> =>
  granted ? getObject(stack, granted.credentials, 'q3/figures.csv') : said;

const called = async (stack: Stack, { granted }: Asked): Promise<string> =>
  granted ? inTrail(stack, granted.credentials.AccessKeyId, 'GetObject') : '(no call was made)';
