import { cedarCompiler } from '../../../adapters/cedar-compiler.ts';
import type { LoadedBundle } from '../../../core/policy/bundle.ts';
import { type Compiled, type ConfigFile, compile, type Problem } from '../../../core/policy/compile.ts';

/** One small configuration that compiles; tests change one thing of it. */
const FILES: { readonly [path: string]: string } = {
  'accounts.yaml': `prod:
  id: "111122223333"
  region: eu-central-1
`,
  'issuers/corp.yaml': `iss: https://login.example.com
class: subject
audiences: [writ-cli]
algorithms: [ES256]
jwks_uri: https://login.example.com/jwks
`,
  'issuers/ci.yaml': `iss: https://ci.example.com
class: actor
audiences: [https://writ.example.com]
algorithms: [ES256]
jwks_uri: https://ci.example.com/jwks
`,
  'agents/writer.yaml': `description: Writes.
owner: corp:finance
reviewBy: 2027-06-30
expires: 2027-12-31
identities:
  - { issuer: ci, subject: "repo:example/writer" }
users: [corp:alice]
permissions: [read]
`,
  'permissions/read.yaml': `description: Reads.
accounts: [prod]
role: read
longest: 900
place: exchange
parameters:
  prefix: segment
statements:
  - Action: s3:GetObject
    Resource: arn:aws:s3:::reports/\${prefix}/*
allows:
  - { with: { prefix: q3 }, action: "s3:GetObject", resource: "arn:aws:s3:::reports/q3/a" }
denies:
  - { with: { prefix: q3 }, action: "s3:GetObject", resource: "arn:aws:s3:::reports/q4/a" }
`,
  'policies/all.cedar': `@id("finance-reads")
permit (principal in Writ::Group::"corp:finance", action == Writ::Action::"issue", resource == Writ::Permission::"read");

@id("fresh")
@remedy("step_up")
forbid (principal, action, resource) when { context.auth_age > 43200 };
`,
};

/** A file replaced or added as a whole (`null`: left out), or a piece of it replaced by another. */
export type Change = string | null | readonly [from: string, to: string];

export const files = (changes: { readonly [path: string]: Change } = {}): ConfigFile[] =>
  [...new Set([...Object.keys(FILES), ...Object.keys(changes)])].flatMap((path) => {
    const text = changed(FILES[path] ?? '', changes[path]);
    return text === null ? [] : [{ path, text }];
  });

function changed(text: string, change: Change | undefined): string | null {
  if (change === undefined || change === null || typeof change === 'string')
    return change === undefined ? text : change;
  const [from, to] = change;
  if (!text.includes(from)) throw new Error(`the fixture has no ${from}`);
  return text.replace(from, () => to);
}

export const compiled = (changes: { readonly [path: string]: Change } = {}, local = false): Compiled =>
  compile(files(changes), { cedar: cedarCompiler, local });

export function bundleOf(changes: { readonly [path: string]: Change } = {}): LoadedBundle {
  const result = compiled(changes);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return { bundle: result.bundle, hash: result.hash };
}

export function problemsOf(changes: { readonly [path: string]: Change }, local = false): readonly Problem[] {
  const result = compiled(changes, local);
  return result.ok ? [] : result.problems;
}
