import type { PolicyDocument } from '../../../core/session/policy-document.ts';
import type { Registry } from '../../../local/aws/registry.ts';
import { type Answers, refusedWith, text } from './answers.ts';

/** Making and removing roles, which `local/aws` lets nobody do over the wire; all else of IAM it answers itself. */
export function iamAnswers(registry: Registry): Answers {
  const role = (name: string) => {
    const found = registry.roleByName(name);
    if (found === null) throw refusedWith('NoSuchEntityException', 404);
    return found;
  };
  const inlineOf = (name: string) => ({ ...role(name).inline });
  return {
    CreateRoleCommand: (input) => {
      const boundaryArn = input.PermissionsBoundary;
      registry.putRole({
        name: text(input, 'RoleName'),
        path: text(input, 'Path'),
        trust: documentIn(input, 'AssumeRolePolicyDocument'),
        ...(typeof boundaryArn === 'string' ? { boundaryArn } : {}),
      });
      return {};
    },
    PutRolePolicyCommand: (input) => {
      const name = text(input, 'RoleName');
      const policy = documentIn(input, 'PolicyDocument');
      registry.putRole({ ...role(name), inline: { ...inlineOf(name), [text(input, 'PolicyName')]: policy } });
      return {};
    },
    DeleteRolePolicyCommand: (input) => {
      const name = text(input, 'RoleName');
      const { [text(input, 'PolicyName')]: _, ...inline } = inlineOf(name);
      registry.putRole({ ...role(name), inline });
      return {};
    },
    DeleteRoleCommand: (input) => {
      const found = role(text(input, 'RoleName'));
      const attached = registry.policies.list().some(({ roles }) => roles.includes(found.name));
      if (attached || Object.keys(found.inline ?? {}).length > 0)
        throw refusedWith('DeleteConflictException', 409);
      registry.removeRole(found.name);
      return {};
    },
    // It knows no tags of policies.
    CreatePolicyCommand: ({ Tags: _, ...input }, pass) => pass(input),
  };
}

const documentIn = (input: { readonly [member: string]: unknown }, member: string): PolicyDocument =>
  JSON.parse(text(input, member)) as PolicyDocument;
