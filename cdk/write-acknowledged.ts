/** `node cdk/write-acknowledged.ts`: writes decision 8, and what checkov skips, from `acknowledged.ts`. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { acknowledged, CHECKOV } from './acknowledged.ts';
import { ROOT } from './installation.ts';

export const ACKNOWLEDGED_FILE = join(ROOT, 'docs', 'decisions', '0008-findings-that-stand.md');

export const CHECKOV_FILE = join(ROOT, 'cdk', 'checkov.yaml');

/** What checkov reads: `checkov --config-file cdk/checkov.yaml`. */
export const checkovConfig = (): string =>
  [
    '# Made by cdk/write-acknowledged.ts. The reasons stand in docs/decisions/0008-findings-that-stand.md.',
    'framework: [cloudformation]',
    'quiet: true',
    'compact: true',
    'skip-download: true',
    'directory: [dist/templates]',
    `skip-check: [${CHECKOV.map(({ id }) => id).join(', ')}]`,
    '',
  ].join('\n');

/** Decision 8, whole; a test compares. */
export function acknowledgedPage(): string {
  const findings = acknowledged(
    ['arn:aws:iam::<account>:role/writ/*'],
    'arn:aws:scheduler:<region>:<account>:schedule/writ/*',
  );
  return `# 8. Findings that stand

cdk-nag looks at the broker's stack with the rules of AwsSolutions and Serverless at each synthesis. What it finds is mended,
or acknowledged where it stands and nowhere else, with a reason. This page is made from
[cdk/acknowledged.ts](../../cdk/acknowledged.ts); a test sees that there is no finding beside these, and none of these
without a finding.

| finding | at | because |
| --- | --- | --- |
${findings.map(({ id, at, reason }) => `| ${id.replace(/^\w+::/, '')} | ${at.map((path) => path.replace(/^Broker\//, '')).join(', ')} | ${reason} |`).join('\n')}

checkov looks at all templates: \`npm run synth\` writes them to \`dist/templates\`, and there
\`checkov --config-file cdk/checkov.yaml\` finds nothing but these;
\`cfn-lint --ignore-checks W3005\` finds nothing. W3005 is a dependency said twice, as the CDK writes it for each function.

| check | stands because |
| --- | --- |
${CHECKOV.map(({ id, reason }) => `| ${id} | ${reason} |`).join('\n')}
`;
}

if (import.meta.main) {
  writeFileSync(ACKNOWLEDGED_FILE, acknowledgedPage());
  writeFileSync(CHECKOV_FILE, checkovConfig());
}
