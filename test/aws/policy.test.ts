/** `policy.json` has what the commands need that these files send, and nothing else. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { BY_CLOUDFORMATION, COMMANDS } from './actions.ts';
import { TESTER_POLICY } from './stand-in/open.ts';

/** What the checks send themselves, and what adapters of ours send for them. */
const ADAPTERS = ['sts', 'assumed-session', 'scheduler'].map((name) => `../../adapters/${name}.ts`);
const files = [
  ...readdirSync(import.meta.dirname).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts')),
  ...readdirSync(join(import.meta.dirname, 'checks')).map((name) => `checks/${name}`),
  ...ADAPTERS,
];
const IMPORT = /import \{([^}]*)\} from '@aws-sdk\/client-[a-z0-9-]+';/g;

const sent = files.flatMap((file) =>
  [...readFileSync(join(import.meta.dirname, file), 'utf8').matchAll(IMPORT)].flatMap(([, names = '']) =>
    names.split(',').flatMap((name) => /^\s*(\w+Command)\s*$/.exec(name)?.[1] ?? []),
  ),
);

const allowed = TESTER_POLICY.Statement.flatMap(({ Action = [] }) => Action);

test('every command that is imported has its actions, and every entry is imported', () => {
  expect([...new Set(sent)].sort()).toEqual(Object.keys(COMMANDS).sort());
});

test('the adapters that are named are those that the checks use', () => {
  const sources = files
    .filter((file) => !file.startsWith('..'))
    .map((file) => readFileSync(join(import.meta.dirname, file), 'utf8'));
  const used = sources.flatMap((source) =>
    [...source.matchAll(/'(?:\.\.\/)+(adapters\/[\w-]+)\.ts'/g)].map(([, name]) => name),
  );
  // `tables` is data.
  expect([...new Set(used)].sort()).toEqual(
    [...ADAPTERS.map((file) => file.slice('../../'.length, -'.ts'.length)), 'adapters/tables'].sort(),
  );
});

test('the policy allows what the tester needs, and nothing else', () => {
  const needed = [...Object.values(COMMANDS).flatMap(({ tester }) => tester), ...BY_CLOUDFORMATION];
  expect([...new Set(allowed)].sort()).toEqual([...new Set(needed)].sort());
});

describe('what it allows stays with the tests', () => {
  /** Actions for which IAM knows no resource, or whose resource has no name yet. */
  const ANYWHERE = /:(?:List\w+|CreateKey)$|^kms:TagResource$/;

  test.each(TESTER_POLICY.Statement.map((statement) => ({ sid: statement.Sid, statement })))(
    '$sid',
    ({ statement }) => {
      const resources = [statement.Resource ?? []].flat();
      const actions = [statement.Action ?? []].flat();
      expect(resources.length).toBeGreaterThan(0);
      for (const resource of resources) {
        if (resource === '*') expect(actions.filter((action) => !ANYWHERE.test(action))).toEqual([]);
        else if (resource.endsWith(':key/*'))
          expect(JSON.stringify(statement.Condition)).toContain('aws:ResourceTag/writ-test');
        else expect(resource).toMatch(/writ-(?:watch-)?test|type\/resource/);
      }
      expect([statement.Effect, actions.some((action) => action.includes('*'))]).toEqual(['Allow', false]);
    },
  );
});
