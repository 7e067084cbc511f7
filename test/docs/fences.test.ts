/** What stands in fences on the pages that people follow. `test/e2e/fences.test.ts` types the commands. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { BrokerFile } from '../../core/policy/config/broker.ts';
import { AccountsFile, AgentFile, IssuerFile, PermissionFile } from '../../core/policy/config/schemas.ts';
import { TestFile } from '../../core/policy/config/test-schema.ts';
import { newWorld } from '../cli/world.ts';
import { badMark, type Fence, fencesOf, followedPages, readPage } from '../support/fences.ts';
import { brokenLinks } from '../support/links.ts';
import { ROOT } from '../support/source-tree.ts';

const ci = readFileSync(join(ROOT, '.ci/run'), 'utf8');
const pages = followedPages();
const fences = pages.flatMap((page) =>
  fencesOf(readPage(page)).map((fence) => ({ ...fence, page, at: `${page}:${fence.line}` })),
);
const commands = fences.filter(({ info }) => info.startsWith('sh'));

test('the pages are there', () => {
  expect(pages).toEqual(
    expect.arrayContaining(['README.md', 'docs/guides/deploy.md', 'docs/guides/incident.md']),
  );
  expect(pages.filter((page) => page.startsWith('docs/runbook/')).length).toBeGreaterThan(10);
  expect(commands.length).toBeGreaterThan(50);
});

test.each(fences)('$at is marked for what it is', (fence) => {
  expect(badMark(fence, ci)).toBeNull();
});

test.each(commands)('$at is something that a shell can read', ({ text }) => {
  const { status, stderr } = spawnSync('sh', ['-n'], { input: text, encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

describe('what is not typed is not made up either', () => {
  const lines = commands.flatMap(({ at, text }) =>
    text
      .replaceAll(/\\\n\s*/g, '')
      .split('\n')
      .map((line) => ({ at, line })),
  );
  const flagsIn = (line: string) => line.match(/(?<=\s)--?[a-z][a-z-]*(?=[\s=]|$)/g) ?? [];

  test('each flag of writ is one that the command has', async () => {
    const { writ } = await newWorld();
    const used = lines.flatMap(({ at, line }) => {
      const [, name = '', under = ''] =
        /(?:^|\$\(|writ\.js |; )(?:writ )?((?:policy|profiles)? ?[a-z]+) ?([^|]*)/.exec(
          line.replace(/^.*?(?=\bwrit )/, ''),
        ) ?? [];
      return /\bwrit (?!\(\))[a-z]/.test(line) && !line.startsWith('writ()') ? [{ at, name, under }] : [];
    });
    expect(used.length).toBeGreaterThan(20);
    const helps = new Map<string, string>();
    for (const { at, name, under } of used) {
      const help = helps.get(name) ?? (await writ([...name.trim().split(' '), '--help'])).stdout;
      helps.set(name, help);
      expect({ at, name, known: help.includes(`Usage: writ ${name.trim()}`) }).toEqual({
        at,
        name,
        known: true,
      });
      const flags = flagsIn(` ${under.replaceAll(/'[^']*'|"[^"]*"/g, '')}`);
      expect({ at, unknown: flags.filter((flag) => !help.includes(`${flag} `)) }).toEqual({
        at,
        unknown: [],
      });
    }
  });

  test('each flag of cdk is one that it has', () => {
    const used = lines.flatMap(({ at, line }) => {
      const [, name, rest = ''] = /\bnpx cdk ([a-z]+)(.*)$/.exec(line) ?? [];
      return name === undefined ? [] : [{ at, name, rest }];
    });
    expect(new Set(used.map(({ name }) => name))).toEqual(
      new Set(['bootstrap', 'deploy', 'destroy', 'synth']),
    );
    for (const name of new Set(used.map((one) => one.name))) {
      const help = execFileSync('npx', ['cdk', name, '--help'], { cwd: ROOT, encoding: 'utf8' });
      for (const { at, rest } of used.filter((one) => one.name === name)) {
        const unknown = flagsIn(rest).filter((flag) => !new RegExp(`${flag}(?=[, ])`).test(help));
        expect({ at, unknown }).toEqual({ at, unknown: [] });
      }
    }
  }, 60_000);
});

describe('configuration', () => {
  /** By the path that stands behind `yaml`, as in `config/`. */
  const schemaOf = (path: string) => {
    if (path === 'broker.yaml') return BrokerFile;
    if (path === 'accounts.yaml') return AccountsFile;
    if (path.endsWith('.test.yaml')) return TestFile;
    const [folder] = path.split('/');
    return { issuers: IssuerFile, agents: AgentFile, permissions: PermissionFile }[folder ?? ''];
  };
  const data = fences.filter(({ info }) => /^(?:json|yaml)\b/.test(info));

  test.each(data)('$at is $info that can be read, and fits its schema', ({ info, text }) => {
    const [language, path] = info.split(' ');
    const value: unknown = language === 'json' ? JSON.parse(text) : parse(text);
    if (path === undefined) return;
    const schema = schemaOf(path);
    expect(schema).toBeDefined();
    expect(schema?.safeParse(value).error?.issues ?? []).toEqual([]);
  });
});

test.each(pages)('links of %s lead somewhere', (page) => {
  expect(brokenLinks(join(ROOT, page))).toEqual([]);
});

describe('a mark that promises what is not so is seen', () => {
  const fence = (info: string, text: string): Fence => ({ line: 1, info, text });
  test.each([
    [fence('bash', 'ls'), 'is “bash”'],
    [fence('', 'ls'), 'is “”'],
    [fence('sh skip', 'ls'), 'which nobody knows'],
    [fence('sh needs-aws', 'node dist/writ.js --version'), 'nothing in it does'],
    [fence('sh needs-aws', 'writ status --profile local'), 'nothing in it does'],
    [fence('sh runs-in=nowhere', 'npm ci'), 'which is no step of .ci/run'],
    [fence('sh runs-in=story', 'npm ci && npm run build'), 'leaves “npm run build” to the step story'],
  ])('%j', (planted, says) => {
    expect(badMark(planted, ci)).toContain(says);
  });

  test('and one that is kept is not', () => {
    for (const [info, text] of [
      ['sh', 'ls'],
      ['sh needs-aws', 'X=$(aws sts get-caller-identity)'],
      ['sh needs-aws', 'writ status --responder'],
      ['sh runs-in=story', 'npm ci && npm start -- --once'],
    ] as const) {
      expect(badMark(fence(info, text), ci)).toBeNull();
    }
  });

  test('a block that is never closed ends the test', () => {
    expect(() => fencesOf('# A\n```sh\nls\n')).toThrow('the block of line 2 is not closed');
  });
});
