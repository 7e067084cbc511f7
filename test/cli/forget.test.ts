import { expect, test } from 'vitest';
import { notAll } from '../../cli/forget.ts';

test('what is left of somebody is told, with what to run again', () => {
  expect(notAll('corp:bob', 2).fields).toMatchObject({
    exit: 4,
    error: 'not_all_forgotten',
    what: 'Not everything was deleted: 2 of corp:bob are left.',
    next: expect.stringContaining("writ forget 'corp:bob'"),
  });
});
