/** Policies as a whole. Each is authorised on the policy's ARN; listing them has no resource. */
import type { Deed } from './iam-call.ts';
import { inTrail, policyElements } from './iam-elements.ts';
import { iamParameters } from './iam-input.ts';
import { PAGING, page } from './iam-pages.ts';
import { policyArn } from './iam-policies.ts';

export const createPolicy: Deed = (call, { policies }) => {
  const input = iamParameters(call, ['PolicyName', 'PolicyDocument'], ['Path', 'Description']);
  const path = input.Path ?? '/';
  call.authorize('iam:CreatePolicy', policyArn(path, input.PolicyName));
  const policy = policies.create({
    name: input.PolicyName,
    path,
    document: input.PolicyDocument,
    ...(input.Description === undefined ? {} : { description: input.Description }),
  });
  call.trail.responseElements = { policy: inTrail(policyElements(policy)) };
  return { Policy: policyElements(policy) };
};

export const getPolicy: Deed = (call, { policies }) => {
  const { PolicyArn } = iamParameters(call, ['PolicyArn']);
  call.authorize('iam:GetPolicy', PolicyArn);
  const policy = policies.get(PolicyArn);
  return { Policy: { ...policyElements(policy), Description: policy.description } };
};

/** Whoever asks for AWS's own gets none: this account has none. */
export const listPolicies: Deed = (call, { policies }) => {
  const input = iamParameters(call, [], ['Scope', 'OnlyAttached', 'PathPrefix', ...PAGING]);
  call.authorize('iam:ListPolicies', '*');
  const wanted = policies
    .list()
    .filter(({ path }) => input.Scope !== 'AWS' && path.startsWith(input.PathPrefix ?? '/'))
    .filter(({ roles }) => input.OnlyAttached !== 'true' || roles.length > 0);
  const { items, tail } = page(wanted, ({ name }) => name, input);
  return { Policies: { member: items.map(policyElements) }, ...tail };
};

export const deletePolicy: Deed = (call, { policies }) => {
  const { PolicyArn } = iamParameters(call, ['PolicyArn']);
  call.authorize('iam:DeletePolicy', PolicyArn);
  policies.delete(PolicyArn);
};
