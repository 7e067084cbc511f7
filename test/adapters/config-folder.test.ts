import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readConfig } from '../../adapters/config-folder.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'writ-config-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function folder(name: string, files: { readonly [path: string]: string }): string {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name, path)), { recursive: true });
    writeFileSync(join(root, name, path), text);
  }
  return join(root, name);
}

test('a later folder replaces files of the same path and adds others', () => {
  const base = folder('base', { 'accounts.yaml': 'base', 'issuers/corp.yaml': 'base' });
  const overlay = folder('overlay', { 'issuers/corp.yaml': 'overlay', 'issuers/ci.yaml': 'overlay' });
  const found = readConfig([{ folder: base }, { folder: overlay, shown: 'local' }]);
  expect(found.toSorted((a, b) => (a.path < b.path ? -1 : 1))).toEqual([
    { path: 'accounts.yaml', text: 'base', folder: base },
    { path: 'issuers/ci.yaml', text: 'overlay', folder: 'local' },
    { path: 'issuers/corp.yaml', text: 'overlay', folder: 'local' },
  ]);
});

test('hidden files are none of ours', () => {
  expect(readConfig([{ folder: folder('base', { '.DS_Store': 'x', '.git/config': 'x' }) }])).toEqual([]);
});

test('variables: value, else default, else as it stands; a parameter of a permission is none', () => {
  const text = '${A:-http://x:1/} ${B:-two} ${C} ${prefix} ${aws:x}';
  const base = folder('base', { 'a.yaml': text });
  const [filled] = readConfig([{ folder: base, variables: { A: 'one$&' } }]);
  expect(filled?.text).toBe('one$& two ${C} ${prefix} ${aws:x}');
});

test('without variables nothing is replaced', () => {
  const [found] = readConfig([{ folder: folder('base', { 'a.yaml': '${B:-two}' }) }]);
  expect(found?.text).toBe('${B:-two}');
});

test('a folder that is missing is a fault, not an empty configuration', () => {
  expect(() => readConfig([{ folder: join(root, 'nowhere') }])).toThrow('ENOENT');
});
