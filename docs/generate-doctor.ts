/** Writes `docs/doctor.md` from the checks of `core/doctor`. Run by `npm run docs`; a test holds the file to it. */
import { writeFileSync } from 'node:fs';
import { CHECK_GROUPS } from '../core/doctor/checks.ts';
import { CONFIG_FIELDS } from '../core/doctor/fields.ts';

const HEAD = `# What \`writ doctor\` looks at

*Generated from \`core/doctor\`; run \`npm run docs\`.*

\`writ doctor\` holds the deployed stack, its accounts and \`config/\` against each other. Each check says what is wrong, what
was seen, and the command or the line that mends it. It looks with your AWS credentials, as the AWS CLI finds them, and
changes nothing without \`--fix\`.

| you type | what happens |
| --- | --- |
| \`writ doctor\` | every check; \`--only trail\` or \`--only trail.logging\` for some |
| \`writ doctor --account-role NAME\` | takes that role in every account that is not yours, to look there too |
| \`writ doctor --fix\` | attaches the deny policy where it is missing, wakes the reconciler, protects tables, and looks again; nothing that takes anything from anybody |
| \`writ doctor --json\` | one line of JSON: \`counts\`, \`checks\` (\`id\`, \`verdict\`, \`judgements\`), \`mended\` |
| \`writ doctor --profile local\` | the laptop stack, by the same checks |
| \`writ doctor --token FILE\` | explains a token line by line (\`-\`: standard input): each claim, each rule, and what it would be refused with |

Exit codes: 0 no fault, 4 a fault, 3 nothing could be looked at, 1 usage; with \`--token\`, 2 for a token that would be
refused. What could not be looked at (no credentials, not served on a laptop) is *cannot tell*: it is shown with why, and
never counted as well. In CI, read \`counts.cannot_tell\` as well as the exit code.

Credentials need, to read: \`lambda:ListFunctions\`, \`lambda:GetFunctionConfiguration\`, \`dynamodb:Describe*\`,
\`dynamodb:GetItem\` on control, \`sqs:GetQueue*\`, \`scheduler:GetScheduleGroup\`, \`kms:DescribeKey\`,
\`secretsmanager:DescribeSecret\`, \`iam:Get*\`, \`iam:List*\`, \`cloudtrail:DescribeTrails\`, \`cloudtrail:GetEventSelectors\`,
\`cloudtrail:GetTrailStatus\`, \`eks:List*\`, \`organizations:Describe*\`, \`organizations:List*\` (the organisation's from its
management account, or a delegated one).
`;

/** One row for each thing that Writ relies on: its one check, and the one fault that it names. */
export function doctorPage(): string {
  const groups = CHECK_GROUPS.map(
    ({ title, checks }) =>
      `\n## ${title}\n\n| check | must hold | relies on | fault |\n| --- | --- | --- | --- |\n${checks
        .map(({ id, what, reliesOn, fault }) => row(`\`${id}\``, what, reliesOn, fault))
        .join('')}`,
  );
  const fields = CONFIG_FIELDS.map(({ field, fault, check }) => row(`\`${field}\``, fault, `\`${check}\``));
  return `${HEAD}${groups.join('')}
## Fields of \`config/\`

What the compiler alone can judge is \`config.compiles\`; the rest is held against what is deployed and what issuers publish.
Whether claims are what an issuer puts into its tokens, only a token shows: \`writ doctor --token\`.

| field | fault | check |
| --- | --- | --- |
${fields.join('')}`;
}

const row = (...cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`;

if (import.meta.main) {
  writeFileSync(new URL('doctor.md', import.meta.url), doctorPage());
}
