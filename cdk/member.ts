/**
 * `node cdk/member.ts [config]`: writes what members and the organisation get as plain files into `dist/templates`, for
 * stack sets, Terraform, and whoever wants to read them first.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { evidenceTemplate } from './evidence-stack.ts';
import { memberRcp } from './guard-rails/rcp.ts';
import { brokerScp, memberScp } from './guard-rails/scp.ts';
import { flags, type Installation, ROOT, readInstallation } from './installation.ts';
import { memberTemplates } from './member-stack.ts';

/** File name → what stands in it. */
export function memberFiles({ settings, policy }: Installation): { readonly [file: string]: object } {
  const { account, organization } = settings;
  const guarded = { broker: account, ...organization };
  const templates = memberTemplates(policy.bundle, settings, flags());
  const kept = evidenceTemplate(settings, flags());
  const evidence = kept === null ? [] : [['evidence.template.json', kept] as const];
  return Object.fromEntries([
    ...templates.flatMap(({ account: { account }, member, watch }) => [
      [`member-${account}.template.json`, member],
      [`watch-${account}.template.json`, watch],
    ]),
    ...evidence,
    ['scp-members.json', memberScp(guarded)],
    ['scp-broker.json', brokerScp(guarded)],
    ['rcp-members.json', memberRcp(guarded)],
  ]);
}

if (import.meta.main) {
  const out = join(ROOT, 'dist', 'templates');
  // A role that is gone must not be rolled out from last month's file.
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const files = memberFiles(readInstallation(resolve(process.argv[2] ?? join(ROOT, 'config'))));
  for (const [file, content] of Object.entries(files)) {
    // Organizations counts white space, and CloudFormation does not mind: policies are minified, templates are for people.
    const text = file.endsWith('.template.json') ? JSON.stringify(content, null, 1) : JSON.stringify(content);
    writeFileSync(join(out, file), `${text}\n`);
    console.log(join('dist', 'templates', file));
  }
}
