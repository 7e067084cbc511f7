import { expect, test } from 'vitest';
import { failedItems } from '../../local/batch-failures.ts';

const IDS = ['1', '2', '3'];

test.each<{ name: string; answer: unknown; failed: readonly string[] }>([
  { name: 'nothing', answer: null, failed: [] },
  { name: 'an answer of its own', answer: 'done', failed: [] },
  { name: 'an object without a list', answer: {}, failed: [] },
  { name: 'no list', answer: { batchItemFailures: null }, failed: [] },
  { name: 'an empty list', answer: { batchItemFailures: [] }, failed: [] },
  { name: 'one item', answer: { batchItemFailures: [{ itemIdentifier: '2' }] }, failed: ['2'] },
  { name: 'an item without a name', answer: { batchItemFailures: [{ id: '2' }] }, failed: IDS },
  { name: 'an empty name', answer: { batchItemFailures: [{ itemIdentifier: '' }] }, failed: IDS },
  {
    name: 'a name that was not in the batch',
    answer: { batchItemFailures: [{ itemIdentifier: '2' }, { itemIdentifier: '4' }] },
    failed: IDS,
  },
  { name: 'what is no list', answer: { batchItemFailures: '2' }, failed: IDS },
])('$name', ({ answer, failed }) => {
  expect([...failedItems(answer, IDS)]).toEqual(failed);
});
