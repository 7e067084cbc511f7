import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { withProfile } from '../../cli/aws-config.ts';
import { commandLine } from '../../cli/command-line.ts';

const PROFILE = { name: 'reports', settings: [['region', 'eu-central-1']] as const };
const BLOCK = '# writ: begin reports\n[profile reports]\nregion = eu-central-1\n# writ: end reports\n';

describe('withProfile', () => {
  test('writes an empty file', () => {
    expect(withProfile('', PROFILE)).toEqual({ ok: true, text: BLOCK });
  });

  test('appends after a file without a last line break', () => {
    expect(withProfile('[default]\nregion=x', PROFILE)).toEqual({
      ok: true,
      text: `[default]\nregion=x\n${BLOCK}`,
    });
  });

  test('replaces its own block in place, and nothing else', () => {
    const before = '# mine\r\n[profile a]\r\n\tregion = x ; y\r\n';
    const after = '\n\n[profile reports-2]\nregion=\u00ff\u0000';
    const old = '# writ: begin reports\n[profile reports]\nold = 1\n# writ: end reports\n';
    expect(withProfile(before + old + after, PROFILE)).toEqual({ ok: true, text: before + BLOCK + after });
  });

  test('whatever stood there stays byte for byte, and writing twice is writing once', async () => {
    await fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (before) => {
        const once = withProfile(before, PROFILE);
        if (!once.ok) return;
        expect(once.text.startsWith(before)).toBe(true);
        expect(withProfile(once.text, PROFILE)).toEqual(once);
      }),
    );
  });

  test.each([
    '[profile reports]\n',
    '  [ profile   "reports" ]\nregion=x\n',
    `${BLOCK}[profile reports] # mine\n`,
  ])('does not touch a profile that somebody else wrote: %j', (text) => {
    expect(withProfile(text, PROFILE)).toEqual({ ok: false, problem: 'profile_not_ours' });
  });

  test('the default profile has two names', () => {
    for (const text of ['[default]\n', '[profile default]\n']) {
      expect(withProfile(text, { name: 'default', settings: [] })).toMatchObject({ ok: false });
    }
    expect(withProfile('', { name: 'default', settings: [] })).toMatchObject({
      text: '# writ: begin default\n[default]\n# writ: end default\n',
    });
  });

  test.each([
    '# writ: begin reports\n[profile reports]\n',
    '# writ: end reports\n',
    '# writ: end reports\n# writ: begin reports\n',
    BLOCK + BLOCK,
  ])('does nothing where its marks do not pair: %j', (text) => {
    expect(withProfile(text, PROFILE)).toEqual({ ok: false, problem: 'markers_broken' });
  });

  test('a value with a line break would be another setting', () => {
    const hostile = { name: 'x', settings: [['region', 'a\ncredential_process = evil']] as const };
    expect(() => withProfile('', hostile)).toThrow(RangeError);
  });
});

describe('commandLine', () => {
  test('leaves plain arguments as they are', () => {
    expect(commandLine(['/usr/bin/node', '--parameter', 'prefix=q3/a', '--profile', 'local'])).toBe(
      '/usr/bin/node --parameter prefix=q3/a --profile local',
    );
  });

  test('quotes for a shell and for POSIX splitting alike', () => {
    expect(commandLine(["it's $HOME `id` \\ #1; x"])).toBe(`'it'"'"'s $HOME \`id\` \\ '"#"'1'";"' x'`);
  });

  test('a shell hands on exactly what was meant', () => {
    const hostile = [
      "'; touch /tmp/x; '",
      '$(id)',
      '`id`',
      'a\\b',
      '"q"',
      '* ? [a-z] ~',
      '',
      ' lead',
      'é — 日本',
      '#x',
      '&& | > <',
      '!1',
      '%s',
    ];
    const line = commandLine(['printf', '%s\\0', ...hostile]);
    expect(execFileSync('/bin/sh', ['-c', line], { encoding: 'utf8' }).split('\0').slice(0, -1)).toEqual(
      hostile,
    );
  });

  test('no blank is followed by what begins a comment in some parsers', async () => {
    await fc.assert(
      fc.property(fc.array(fc.string()), (argv) => {
        expect(commandLine(argv)).not.toMatch(/\s[#;]/);
        expect(commandLine(argv)).not.toMatch(/^[#;]/);
      }),
    );
  });
});
