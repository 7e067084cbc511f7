/** The roles of the example installation: within IAM's limits, and no narrower than what its permissions promise. */
import { expect, test } from 'vitest';
import { cedarCompiler } from '../../../adapters/cedar-compiler.ts';
import { readConfig } from '../../../adapters/config-folder.ts';
import { evaluate } from '../../../core/iam/evaluate.ts';
import { compile } from '../../../core/policy/compile.ts';
import { targetRoles } from '../../../core/session/roles.ts';
import { sessionPolicy } from '../../../core/session/session-policy.ts';
import { fillIn, valuesOf } from '../../../core/session/substitute.ts';
import { BOUNDS, MINT } from './fixture.ts';

const compiled = compile(readConfig([{ folder: 'config' }]), { cedar: cedarCompiler });
if (!compiled.ok) throw new Error('the example installation does not compile');
const { bundle } = compiled;

const roles = bundle.accounts.flatMap((account) => targetRoles(bundle, account, { mintRoleArn: MINT }));

/** IAM quotas: a trust policy, a role's inline policies together, a managed policy. White space does not count. */
test.each(roles)('$name fits IAM', ({ trust, permissions, boundary, fence }) => {
  expect(JSON.stringify(trust).length).toBeLessThanOrEqual(2048);
  expect(JSON.stringify(permissions).length + JSON.stringify(fence).length).toBeLessThanOrEqual(10_240);
  expect(JSON.stringify(boundary).length).toBeLessThanOrEqual(6144);
});

const cases = bundle.permissions.flatMap((permission) =>
  bundle.accounts
    .filter(({ account }) => permission.accounts.includes(account))
    .flatMap((account) => [
      ...permission.allows.map((given) => ({ permission, account, given, decision: 'allowed' })),
      ...permission.denies.map((given) => ({ permission, account, given, decision: 'refused' })),
    ]),
);

test.each(cases)(
  '$permission.permission: $given.action on $given.resource is $decision, with all that its role carries',
  ({ permission, account, given, decision }) => {
    const role = roles.find(({ arn }) => arn === `arn:aws:iam::${account.id}:role/writ/${permission.role}`);
    if (role === undefined) throw new Error('no role');
    const { allowed } = evaluate(
      {
        action: given.action,
        resource: fillIn(given.resource, valuesOf(given.with, account)),
        principal: `arn:aws:sts::${account.id}:assumed-role/${permission.role}/a+01jd3v9q2m8x7c4b`,
        context: {
          'aws:CurrentTime': '2026-11-24T10:00:00Z',
          'aws:SourceIp': '192.0.2.7',
          'aws:ViaAWSService': 'false',
          ...given.context,
        },
      },
      {
        identity: [role.permissions, role.fence],
        boundary: role.boundary,
        session: JSON.parse(sessionPolicy(permission, { parameters: given.with, account }, BOUNDS)),
      },
    );
    expect(allowed ? 'allowed' : 'refused').toBe(decision);
  },
);
