import { describe, expect, test } from 'vitest';
import { createCleanup, unlessGone } from './cleanup.ts';
import { eventually, onceSpread } from './eventually.ts';

const named = (name: string): Error => Object.assign(new Error('words of others'), { name });

describe('cleaning up', () => {
  test('goes last first, past what fails, and takes in what was never seen to be made', async () => {
    const cleanup = createCleanup();
    const undone: string[] = [];
    const undo = (what: string) => async () => undone.push(what);
    await cleanup.make('policy', async () => 'arn', undo('policy'));
    await cleanup.make(
      'role',
      async () => 'arn',
      () => Promise.reject(named('DeleteConflictException')),
    );
    const lost = cleanup.make('table', () => Promise.reject(named('TimeoutError')), undo('table'));
    await expect(lost).rejects.toThrow();
    expect(await cleanup.undoAll()).toEqual(['role: DeleteConflictException']);
    expect(undone).toEqual(['table', 'policy']);
    expect(await cleanup.undoAll()).toEqual([]);
  });

  test('what is gone is undone; another error is not', async () => {
    await unlessGone(() => Promise.reject(named('NoSuchEntityException')));
    await expect(unlessGone(() => Promise.reject(named('AccessDenied')))).rejects.toThrow();
  });
});

describe('waiting', () => {
  const patience = { withinMillis: 50, everyMillis: 1, times: 3 };
  const answers =
    (...given: string[]) =>
    async () =>
      given.shift() ?? 'none';

  test('asks for so many answers in a row: the first one may not be the last', async () => {
    const left = ['new', 'old', 'new', 'new', 'new', 'more'];
    await eventually(
      patience,
      'it is new',
      async () => left.shift(),
      (answer) => answer === 'new',
    );
    expect(left).toEqual(['more']);
  });

  test('ends, and says what the last answer was', async () => {
    const never = eventually(patience, 'it is new', answers('old'), (answer) => answer === 'new');
    await expect(never).rejects.toThrow('it is new: not within 0.05 s, last "none"');
  });

  test('for what has not spread, and for nothing else', async () => {
    const errors = [named('NoSuchEntityException')];
    const call = async () => {
      const error = errors.shift();
      if (error !== undefined) throw error;
      return 'made';
    };
    expect(await onceSpread(patience, 'a role', ['NoSuchEntityException'], call)).toBe('made');
    errors.push(named('AccessDenied'));
    await expect(onceSpread(patience, 'a role', ['NoSuchEntityException'], call)).rejects.toMatchObject({
      name: 'AccessDenied',
    });
  });
});
