/** The release stands where an operator looks, and its number alone changes nothing of what is deployed. */
import { readFileSync } from 'node:fs';
import { afterEach, expect, test, vi } from 'vitest';

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly version: string };
const NEXT = '99.1.0-next';

afterEach(() => {
  vi.doUnmock('../../core/release.ts');
  vi.resetModules();
});

interface Made {
  readonly Description?: string;
  readonly Outputs?: { readonly [name: string]: { readonly Value?: unknown } };
  readonly Resources: {
    readonly [id: string]: {
      readonly Type: string;
      readonly Properties: {
        readonly Environment?: { readonly Variables: { readonly [name: string]: unknown } };
      };
    };
  };
}

/** The templates as another release makes them, and nothing else different. */
async function templates(release?: string): Promise<{ readonly [name: string]: Made }> {
  vi.resetModules();
  if (release !== undefined) {
    vi.doMock('../../core/release.ts', () => ({ RELEASE: release, RELEASE_SETTING: 'WRIT_RELEASE' }));
  }
  const { brokerTemplate, POLICY, SETTINGS } = await import('./synthesised.ts');
  const { memberTemplates } = await import('../../cdk/member-stack.ts');
  const { flags } = await import('../../cdk/installation.ts');
  const members = memberTemplates(POLICY.bundle, SETTINGS, flags()).flatMap(({ account, member, watch }) => [
    [`member-${account.account}`, member],
    [`watch-${account.account}`, watch],
  ]);
  return Object.fromEntries([['broker', brokerTemplate()], ...members]);
}

test('every stack’s description begins with it', async () => {
  const made = Object.entries(await templates());
  expect(made.length).toBeGreaterThan(2);
  expect(made.filter(([, { Description }]) => !Description?.startsWith(`Writ ${version}: `))).toEqual([]);
});

test('the broker’s is an output, and a setting of each of its functions', async () => {
  const { broker } = await templates();
  expect(broker?.Outputs?.Release?.Value).toBe(version);
  const functions = Object.values(broker?.Resources ?? {}).filter(
    ({ Type, Properties }) =>
      Type === 'AWS::Lambda::Function' && JSON.stringify(Properties).includes('"FunctionName":"writ-'),
  );
  expect(functions.length).toBeGreaterThan(11);
  expect(new Set(functions.map(({ Properties }) => Properties.Environment?.Variables.WRIT_RELEASE))).toEqual(
    new Set([version]),
  );
});

test('another number changes those three and nothing else: no role, no table, no deny policy', async () => {
  const [now, next] = [await templates(), await templates(NEXT)];
  expect(Object.keys(next)).toEqual(Object.keys(now));
  for (const [name, template] of Object.entries(now)) {
    const other = next[name];
    expect(other?.Description, name).toBe(template.Description?.replace(version, NEXT));
    expect(other?.Outputs?.Release?.Value, name).toBe(name === 'broker' ? NEXT : undefined);
    expect(withoutRelease(other), name).toEqual(withoutRelease(template));
  }
});

const withoutRelease = (template: Made | undefined): unknown =>
  JSON.parse(
    JSON.stringify(template, (key, value: unknown) =>
      key === 'Description' && typeof value === 'string' && value.startsWith('Writ ')
        ? undefined
        : ['Release', 'WRIT_RELEASE'].includes(key)
          ? undefined
          : value,
    ),
  );
