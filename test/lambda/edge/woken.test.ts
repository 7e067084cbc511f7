import type { SQSRecord } from 'aws-lambda';
import { expect, test } from 'vitest';
import { sideBySide } from '../../../lambda/edge/side-by-side.ts';
import { wokenBy } from '../../../lambda/edge/woken.ts';

const [ONE, OTHER] = ['111122223333', '444455556666'] as const;
const message = (messageId: string, body: string) => ({ messageId, body }) as SQSRecord;
const of = (messageId: string, account: string) =>
  message(messageId, JSON.stringify({ account, revocation: '01jd3v9q2m8x7c4b' }));

test('the clock wakes for every account', () => {
  expect(wokenBy({}, [ONE, OTHER]).accounts).toEqual([ONE, OTHER]);
});

test('messages wake for the accounts that they name, each once', () => {
  const Records = [of('a', ONE), of('b', OTHER), of('c', ONE)];
  expect(wokenBy({ Records }, [ONE, OTHER, '777788889999']).accounts).toEqual([ONE, OTHER]);
});

test('an empty batch wakes for none', () => {
  expect(wokenBy({ Records: [] }, [ONE]).accounts).toEqual([]);
});

test('all messages of an account that failed come again, and no others', () => {
  const woken = wokenBy({ Records: [of('a', ONE), of('b', OTHER), of('c', ONE)] }, []);
  expect(woken.failures(new Set([ONE]))).toEqual({
    batchItemFailures: [{ itemIdentifier: 'a' }, { itemIdentifier: 'c' }],
  });
  expect(woken.failures(new Set())).toEqual({ batchItemFailures: [] });
});

test('a message that is none of ours names no account, and never comes again', () => {
  const woken = wokenBy({ Records: [message('a', 'hello'), of('b', ONE)] }, [ONE]);
  expect(woken.accounts).toEqual(['', ONE]);
  expect(woken.failures(new Set([ONE]))).toEqual({ batchItemFailures: [{ itemIdentifier: 'b' }] });
});

test('side by side, so many at once, and answers in order', async () => {
  let running = 0;
  let most = 0;
  const results = await sideBySide([5, 1, 4, 2, 3], 2, async (turns) => {
    running += 1;
    most = Math.max(most, running);
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
    running -= 1;
    return turns * 10;
  });
  expect(results).toEqual([50, 10, 40, 20, 30]);
  expect(most).toBe(2);
});
