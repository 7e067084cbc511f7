import { expect, test } from 'vitest';
import { runChild } from '../../cli/exec-child.ts';

test('a signal that cannot be handed on is no failure to start: the child lives, and its exit code counts', async () => {
  const notAllowed = Object.assign(new Error('kill EPERM'), { code: 'EPERM' });
  const exit = await runChild(
    [process.execPath, '-e', 'process.exit(7)'],
    {},
    {
      early: () => null,
      to: (child) => child.once('spawn', () => setImmediate(() => child.emit('error', notAllowed))),
      stop: () => undefined,
    },
  );
  expect(exit).toBe(7);
});
