import { expect, test } from 'vitest';
import { Fault } from '../../core/fault.ts';
import { CANARY, expectFault, seenOf } from './fault.ts';

/** The net must catch what it is made for, or the tests that use it prove nothing. */
test.each([
  { name: 'its message', error: new Error(CANARY) },
  { name: 'its cause', error: new Error('x', { cause: new Error(CANARY) }) },
  { name: 'a field', error: Object.assign(new Error('x'), { body: { deep: { er: [CANARY] } } }) },
  {
    name: 'a hidden field',
    error: Object.defineProperty(new Error('x'), '$responseBodyText', { value: CANARY, enumerable: false }),
  },
])('a canary is seen in $name', ({ error }) => {
  expect(seenOf(error)).toContain(CANARY);
});

test('a fault with a canary, another code, another error and a value are all caught', async () => {
  const telling = Object.assign(new Fault('ledger_unavailable'), { input: CANARY });
  await expect(expectFault(Promise.reject(telling), 'ledger_unavailable')).rejects.toThrow('not to contain');
  await expect(
    expectFault(Promise.reject(new Fault('misconfigured')), 'ledger_unavailable'),
  ).rejects.toThrow();
  await expect(expectFault(Promise.reject(new Error('x')), 'ledger_unavailable')).rejects.toThrow('no fault');
  await expect(expectFault(Promise.resolve('written'), 'ledger_unavailable')).rejects.toThrow('no fault');
});
