/** The app as the CLI runs it, in a process of its own, without network: what a clean clone gives. */
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { App } from 'aws-cdk-lib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { flags } from '../../cdk/installation.ts';
import { memberFiles } from '../../cdk/member.ts';
import { memberTemplates } from '../../cdk/member-stack.ts';
import { MembersStack } from '../../cdk/members-stack.ts';
import { ROOT } from '../support/source-tree.ts';
import { ensureBuilt } from '../support/stack.ts';
import { ofType, POLICY, SETTINGS, type Template } from './synthesised.ts';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'writ-app-'));
beforeAll(ensureBuilt);
afterAll(() => rmSync(folder, { recursive: true }));

/** @param context - As the CLI hands over `cdk.json` and `--context`. */
async function synth(out: string, context: { readonly [key: string]: unknown } = {}): Promise<string> {
  const outdir = join(folder, out);
  const { stderr } = await run(process.execPath, [join(ROOT, 'cdk', 'app.ts')], {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH,
      CDK_OUTDIR: outdir,
      CDK_CONTEXT_JSON: JSON.stringify({ ...flags(), ...context }),
    },
  });
  expect(stderr).toBe('');
  return outdir;
}

describe('a clean clone', () => {
  test('gives one template, the functions that a laptop runs, and the policy beside them', async () => {
    const out = await synth('clone');
    const { artifacts } = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8'));
    const stacks = Object.entries(artifacts as { readonly [id: string]: { readonly type: string } });
    expect(stacks.filter(([, { type }]) => type === 'aws:cloudformation:stack').map(([id]) => id)).toEqual([
      'Writ',
    ]);

    const template: Template = JSON.parse(readFileSync(join(out, 'Writ.template.json'), 'utf8'));
    for (const [, { Properties }] of ofType(template, 'AWS::Lambda::Function')) {
      const name = String(Properties.FunctionName).replace('writ-', '');
      const { S3Key } = Properties.Code as { readonly S3Key: string };
      const asset = join(out, `asset.${S3Key.replace('.zip', '')}`);
      expect(readFileSync(join(asset, 'index.mjs'))).toEqual(
        readFileSync(join(ROOT, 'dist', 'functions', name, 'index.mjs')),
      );
      expect(existsSync(join(asset, 'meta.json'))).toBe(false);
      const { Variables } = Properties.Environment as {
        readonly Variables: { readonly WRIT_BUNDLE_SHA256?: string };
      };
      expect(existsSync(join(asset, 'bundle.json'))).toBe(Variables.WRIT_BUNDLE_SHA256 !== undefined);
      if (Variables.WRIT_BUNDLE_SHA256 !== undefined) expect(Variables.WRIT_BUNDLE_SHA256).toBe(POLICY.hash);
    }
  }, 60_000);

  test('what is wrong with broker.yaml is told with its line, and nothing is synthesised', async () => {
    const config = join(folder, 'config');
    cpSync(join(ROOT, 'config'), config, { recursive: true });
    writeFileSync(join(config, 'broker.yaml'), 'account: "444455556666"\nregion: Frankfurt\n');
    await expect(synth('wrong', { config })).rejects.toThrow(
      /broker\.yaml:2: region: must be the name of a Region/,
    );
    expect(existsSync(join(folder, 'wrong', 'Writ.template.json'))).toBe(false);
  }, 60_000);
});

test('with an organisation there is a second stack, and nothing is found in either', async () => {
  const config = join(folder, 'organised');
  cpSync(join(ROOT, 'config'), config, { recursive: true });
  const organization = 'organization: { root: r-abcd, id: o-abcdefghij }';
  writeFileSync(
    join(config, 'broker.yaml'),
    `account: "444455556666"\nregion: eu-central-1\n${organization}\n`,
  );
  const out = await synth('with-organisation', { config });
  expect(existsSync(join(out, 'WritMembers.template.json'))).toBe(true);
}, 60_000);

test('members and the organisation get plain files', () => {
  const files = memberFiles({ settings: SETTINGS, policy: POLICY, bundleFile: '' });
  expect(Object.keys(files).sort()).toEqual([
    'member-prod.template.json',
    'rcp-members.json',
    'scp-broker.json',
    'scp-members.json',
    'watch-prod.template.json',
  ]);
});

describe('where the organisation is named, members are rolled out', () => {
  const app = new App({ context: flags() });
  const templates = memberTemplates(POLICY.bundle, SETTINGS, flags());
  const stack = new MembersStack(app, 'WritMembers', { settings: SETTINGS, root: 'r-abcd', templates });
  const made = app.synth().getStackArtifact(stack.artifactId).template as Template;
  const setsOf = (name: string) =>
    ofType(made, 'AWS::CloudFormation::StackSet').find(
      ([, { Properties }]) => Properties.StackSetName === name,
    )?.[1];

  test('by a stack set for each account, in its Region', () => {
    expect(setsOf('writ-prod')?.Properties).toMatchObject({
      PermissionModel: 'SERVICE_MANAGED',
      CallAs: 'DELEGATED_ADMIN',
      AutoDeployment: { Enabled: false },
      Capabilities: ['CAPABILITY_NAMED_IAM'],
      StackInstancesGroup: [
        {
          DeploymentTargets: {
            OrganizationalUnitIds: ['r-abcd'],
            Accounts: ['111122223333'],
            AccountFilterType: 'INTERSECTION',
          },
          Regions: ['eu-central-1'],
        },
      ],
    });
    expect(JSON.parse(String(setsOf('writ-prod')?.Properties.TemplateBody))).toEqual(templates[0]?.member);
  });

  test('and what watches after it, where IAM’s events are as well', () => {
    expect(setsOf('writ-watch-prod')).toMatchObject({
      DependsOn: [expect.stringContaining('writprod')],
      Properties: { StackInstancesGroup: [{ Regions: ['eu-central-1', 'us-east-1'] }] },
    });
  });

  const copies = (count: number) =>
    Array.from({ length: count }, (_, at) =>
      templates.map((one) => ({ ...one, account: account(at) })),
    ).flat();
  const account = (at: number) => ({
    ...(POLICY.bundle.accounts[0] ?? { region: 'eu-central-1', state: 'active' }),
    ...{ account: `account-${at}`, id: String(at).padStart(12, '0') },
  });
  const rolledOut = (count: number) => () =>
    new MembersStack(new App(), 'WritMembers', {
      settings: SETTINGS,
      root: 'r-abcd',
      templates: copies(count),
    });

  test('as many as one stack takes; of more the synthesis says so, not CloudFormation', () => {
    expect(rolledOut(40)).not.toThrow();
    expect(rolledOut(150)).toThrow(
      /^the members’ templates are \d+ bytes together, and one stack takes 950000/,
    );
  });
});
