/** Which files are a trail's. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { findTrailFiles, sortOut } from '../../../adapters/trail/find-files.ts';
import { temporary } from './records.ts';

const AT = 'eu-central-1/2026/05/28';
const LOG = `AWSLogs/444455556666/CloudTrail/${AT}/a.json.gz`;
const OF_ORGANISATION = `AWSLogs/o-abc123/444455556666/CloudTrail/${AT}/b.json.gz`;
const DIGEST = `AWSLogs/444455556666/CloudTrail-Digest/${AT}/d.json.gz`;

function put(folder: string, ...names: readonly string[]): void {
  for (const name of names) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), 'x');
  }
}

async function found(folder: string, ...named: readonly string[]) {
  const found = await findTrailFiles(named, folder);
  if ('missing' in found) return found;
  const files = sortOut(found);
  return { logs: files.logs.map(({ name }) => name), digests: files.digests.map(({ name }) => name) };
}

test('a folder as AWS delivers it, and of an organisation: by name, digests apart, and no other service’s', async () => {
  const folder = temporary();
  put(folder, OF_ORGANISATION, LOG, DIGEST);
  put(
    folder,
    `AWSLogs/444455556666/Config/${AT}/c.json.gz`,
    `AWSLogs/444455556666/elasticloadbalancing/${AT}/e.log.gz`,
  );
  put(folder, `AWSLogs/444455556666/CloudTrail/${AT}/.a.json.gz.partial`, 'README.md');
  expect(await found(folder, '.')).toEqual({ logs: [LOG, OF_ORGANISATION], digests: [DIGEST] });
  expect(await found(folder, 'AWSLogs/444455556666')).toEqual({ logs: [LOG], digests: [DIGEST] });
});

test('each file once, however often it was named, and whatever was named first', async () => {
  const folder = temporary();
  put(folder, 'one/a.json', 'two/b.jsonl');
  symlinkSync(join(folder, 'one/a.json'), join(folder, 'two/again.json'));
  const expected = { logs: ['one/a.json', 'two/b.jsonl'], digests: [] };
  expect(await found(folder, 'one', 'two', 'one/a.json')).toEqual(expected);
  expect(await found(folder, 'two', 'one')).toEqual(expected);
});

test('a file that is named itself, whatever it is called; and a pattern', async () => {
  const folder = temporary();
  put(folder, 'events', 'one/a.json', 'one/b.json', 'two/c.json');
  expect(await found(folder, 'events')).toMatchObject({ logs: ['events'] });
  expect(await found(folder, 'o*')).toMatchObject({ logs: ['one/a.json', 'one/b.json'] });
  expect(await found(folder, '*/*.json')).toMatchObject({ logs: ['one/a.json', 'one/b.json', 'two/c.json'] });
});

test.each(['nothing', 'no*'])('%s names nothing', async (name) => {
  expect(await found(temporary(), name)).toEqual({ missing: name });
});
