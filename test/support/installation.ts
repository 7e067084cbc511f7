/** A small configuration for the people and agents of `tokens.ts`, compiled as an admin's is. */
import { cedarCompiler } from '../../adapters/cedar-compiler.ts';
import { isoTime } from '../../core/encoding/iso-time.ts';
import type { Agent, Issuer, LoadedBundle } from '../../core/policy/bundle.ts';
import { compile } from '../../core/policy/compile.ts';
import { corp, helper, mdm, platform, reporter } from './tokens.ts';

const issuerFile = ({ alias, keys, ...issuer }: Issuer) => ({
  path: `issuers/${alias}.yaml`,
  value: { ...issuer, jwks_uri: 'jwks_uri' in keys ? keys.jwks_uri : '' },
});

const agentFile = ({ agent, reviewBy, expires, ...value }: Agent) => ({
  path: `agents/${agent}.yaml`,
  value: { ...value, reviewBy: isoTime(reviewBy).slice(0, 10), expires: isoTime(expires).slice(0, 10) },
});

const reports = {
  description: 'Read the reports below one prefix.',
  accounts: ['prod'],
  role: 'reports-read',
  longest: 1800,
  place: 'exchange',
  parameters: { prefix: 'segment' },
  statements: [{ Action: 's3:GetObject', Resource: 'arn:aws:s3:::example-reports/${prefix}/*' }],
  allows: [{ with: { prefix: 'q3' }, action: 's3:GetObject', resource: 'arn:aws:s3:::example-reports/q3/a' }],
  denies: [{ with: { prefix: 'q3' }, action: 's3:GetObject', resource: 'arn:aws:s3:::example-reports/q4/a' }],
};

const POLICIES = `
@id("finance-reads-reports")
permit (principal in Writ::Group::"corp:finance", action == Writ::Action::"issue", resource);

@id("staff-enroll-devices")
permit (principal in Writ::Group::"corp:staff", action == Writ::Action::"enroll", resource);

@id("no-secrets")
forbid (principal, action, resource == Writ::Permission::"reports-secret");
`;

/** Files by path, in YAML's JSON subset; change one to change the installation. */
export const FILES: { readonly [path: string]: unknown } = Object.fromEntries([
  ...[corp, platform, mdm].map(issuerFile).map(({ path, value }) => [path, value]),
  ...[
    { ...reporter, permissions: ['reports-read', 'reports-bound', 'reports-secret'] },
    { ...helper, permissions: ['reports-read', 'reports-bound', 'reports-secret'] },
  ]
    .map(agentFile)
    .map(({ path, value }) => [path, value]),
  ['permissions/reports-read.yaml', reports],
  ['permissions/reports-bound.yaml', { ...reports, demandsBodyHash: true }],
  ['permissions/reports-secret.yaml', reports],
  ['accounts.yaml', { prod: { id: '111122223333', region: 'eu-central-1' } }],
  ['policies/all.cedar', POLICIES],
]);

/** @throws Error with every mistake, so that a test's own configuration says what is wrong with it. */
export function install(changes: { readonly [path: string]: unknown } = {}): LoadedBundle {
  const files = Object.entries({ ...FILES, ...changes }).map(([path, value]) => ({
    path,
    text: typeof value === 'string' ? value : JSON.stringify(value),
  }));
  const compiled = compile(files, { cedar: cedarCompiler });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
  return { bundle: compiled.bundle, hash: compiled.hash };
}
