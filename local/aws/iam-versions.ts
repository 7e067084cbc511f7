/** A policy's versions. Each operation is authorised on the policy's ARN. */
import type { Deed } from './iam-call.ts';
import { encodeDocument } from './iam-document.ts';
import { inTrail, versionElements } from './iam-elements.ts';
import { iamParameters } from './iam-input.ts';
import { PAGING, page } from './iam-pages.ts';

export const createPolicyVersion: Deed = (call, { policies }) => {
  const input = iamParameters(call, ['PolicyArn', 'PolicyDocument'], ['SetAsDefault']);
  const { PolicyArn } = input;
  call.authorize('iam:CreatePolicyVersion', PolicyArn);
  const made = policies.createVersion(PolicyArn, input.PolicyDocument, input.SetAsDefault === 'true');
  const elements = versionElements(made, policies.get(PolicyArn));
  call.trail.responseElements = { policyVersion: inTrail(elements) };
  return { PolicyVersion: elements };
};

export const getPolicyVersion: Deed = (call, { policies }) => {
  const { PolicyArn, VersionId } = iamParameters(call, ['PolicyArn', 'VersionId']);
  call.authorize('iam:GetPolicyVersion', PolicyArn);
  const version = policies.version(PolicyArn, VersionId);
  return {
    PolicyVersion: {
      Document: encodeDocument(version.text),
      ...versionElements(version, policies.get(PolicyArn)),
    },
  };
};

/** Newest first. */
export const listPolicyVersions: Deed = (call, { policies }) => {
  const input = iamParameters(call, ['PolicyArn'], PAGING);
  call.authorize('iam:ListPolicyVersions', input.PolicyArn);
  const policy = policies.get(input.PolicyArn);
  const { items, tail } = page(policy.versions.toReversed(), ({ id }) => descending(id), input);
  return { Versions: { member: items.map((version) => versionElements(version, policy)) }, ...tail };
};

export const setDefaultPolicyVersion: Deed = (call, { policies }) => {
  const { PolicyArn, VersionId } = iamParameters(call, ['PolicyArn', 'VersionId']);
  call.authorize('iam:SetDefaultPolicyVersion', PolicyArn);
  policies.setDefaultVersion(PolicyArn, VersionId);
};

export const deletePolicyVersion: Deed = (call, { policies }) => {
  const { PolicyArn, VersionId } = iamParameters(call, ['PolicyArn', 'VersionId']);
  call.authorize('iam:DeletePolicyVersion', PolicyArn);
  policies.deleteVersion(PolicyArn, VersionId);
};

/** Keys that ascend from the newest version to the oldest. */
const descending = (id: string): string => String(1e10 - Number(id.slice(1)));
