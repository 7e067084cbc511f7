import { expect, test } from 'vitest';
import { Failure, printable, report } from '../../cli/failure.ts';
import type { Io } from '../../cli/io.ts';

const reported = (caught: unknown, options: { terminal?: boolean; env?: Io['env']; json?: boolean } = {}) => {
  let text = '';
  const stderr = { write: (more: string) => (text += more), isTerminal: options.terminal ?? false };
  const exit = report(caught, { stderr, env: options.env ?? {} } as unknown as Io, options.json ?? false);
  return { exit, text };
};
const FAILURE = new Failure({
  exit: 2,
  error: 'x',
  what: 'No.',
  why: 'Because.',
  next: 'writ login',
  writ: 'w',
});

test('what, why, the next command, the writ', () => {
  expect(reported(FAILURE)).toEqual({
    exit: 2,
    text: 'writ: No.\n  why:  Because.\n  next: writ login\n  writ: w\n',
  });
});

test('colour on a terminal only, and never with NO_COLOR', () => {
  expect(reported(FAILURE, { terminal: true }).text).toContain('\u001b[31mwrit:\u001b[0m');
  expect(reported(FAILURE, { terminal: true, env: { NO_COLOR: '1' } }).text).not.toContain('\u001b');
  expect(reported(FAILURE).text).not.toContain('\u001b');
});

test('one line of JSON', () => {
  const { text } = reported(FAILURE, { json: true });
  expect(text.endsWith('}\n')).toBe(true);
  expect(JSON.parse(text)).toEqual({
    error: 'x',
    what: 'No.',
    why: 'Because.',
    next: 'writ login',
    writ: 'w',
  });
});

test('a file that cannot be had is named', () => {
  const error = Object.assign(new Error('x'), {
    code: 'EACCES',
    syscall: 'open',
    path: '/home/a/.aws/config',
  });
  expect(reported(error)).toEqual({
    exit: 1,
    text:
      'writ: A file could not be read or written.\n  why:  EACCES at /home/a/.aws/config\n' +
      '  next: Check that it is there, and yours to read and write.\n',
  });
});

test('a defect shows its class, never its message', () => {
  const { exit, text } = reported(new SyntaxError('Unexpected token in eyJhbGciOi'));
  expect(exit).toBe(4);
  expect(text).toContain('SyntaxError');
  expect(text).not.toContain('eyJ');
});

test('text from elsewhere cannot steer the terminal', () => {
  expect(printable('a\u001b]0;x\u0007b\r\nc\u202ed')).toBe('a ]0;x b  c d');
  expect(printable('x'.repeat(1000)).length).toBe(400);
});
