/**
 * Stacks of managed policies, roles and stack sets: what is new is made, what has changed is written, what is gone is
 * deleted unless it is retained, and what is the same is left alone. That last is what the check asks of AWS; here it is
 * only said.
 */
import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import type { Clients } from '../clients.ts';
import { removePolicy, removeRole } from '../removals.ts';
import { type Answers, refusedWith, text } from './answers.ts';

interface Resource {
  readonly Type: string;
  readonly Properties?: { readonly [name: string]: unknown };
  readonly DeletionPolicy?: string;
}
type Resources = { readonly [id: string]: Resource };

interface Instance {
  readonly Account: string;
  readonly Region: string;
}

/** @param iam - With which stacks make what they hold; known only once all clients are. */
export function stackAnswers(
  account: string,
  iam: () => Clients['iam'],
): { readonly answers: Answers; names(): readonly string[] } {
  const stacks = new Map<string, { status: string; resources: Resources }>();
  const sets = new Map<string, readonly Instance[]>();
  const policyArn = (path: unknown, name: unknown) => `arn:aws:iam::${account}:policy${path}${name}`;

  async function put(
    id: string,
    resource: Resource,
    all: Resources,
    before: Resource | undefined,
  ): Promise<void> {
    const properties = resource.Properties ?? {};
    if (JSON.stringify(before?.Properties) === JSON.stringify(properties) && before !== undefined) return;
    const refOf = (value: unknown): string => {
      const of = all[String(Object(value).Ref)]?.Properties;
      return policyArn(of?.Path, of?.ManagedPolicyName);
    };
    switch (resource.Type) {
      case 'AWS::IAM::ManagedPolicy': {
        const PolicyDocument = JSON.stringify(properties.PolicyDocument);
        const [PolicyName, Path] = [String(properties.ManagedPolicyName), String(properties.Path)];
        if (before === undefined)
          await iam().send(new CreatePolicyCommand({ PolicyName, Path, PolicyDocument }));
        else
          await iam().send(
            new CreatePolicyVersionCommand({
              ...{ PolicyArn: policyArn(Path, PolicyName), PolicyDocument, SetAsDefault: true },
            }),
          );
        return;
      }
      case 'AWS::IAM::Role': {
        const [RoleName, Path] = [String(properties.RoleName), String(properties.Path)];
        const PermissionsBoundary = refOf(properties.PermissionsBoundary);
        const AssumeRolePolicyDocument = JSON.stringify(properties.AssumeRolePolicyDocument);
        if (before === undefined)
          await iam().send(
            new CreateRoleCommand({ RoleName, Path, AssumeRolePolicyDocument, PermissionsBoundary }),
          );
        for (const { PolicyName, PolicyDocument } of properties.Policies as readonly {
          readonly PolicyName: string;
          readonly PolicyDocument: object;
        }[])
          await iam().send(
            new PutRolePolicyCommand({
              RoleName,
              PolicyName,
              PolicyDocument: JSON.stringify(PolicyDocument),
            }),
          );
        for (const attached of properties.ManagedPolicyArns as readonly unknown[])
          await iam().send(new AttachRolePolicyCommand({ RoleName, PolicyArn: refOf(attached) }));
        return;
      }
      case 'AWS::CloudFormation::StackSet': {
        const [group] = properties.StackInstancesGroup as readonly {
          readonly DeploymentTargets: { readonly Accounts: readonly string[] };
          readonly Regions: readonly string[];
        }[];
        const { DeploymentTargets, Regions } = group ?? { DeploymentTargets: { Accounts: [] }, Regions: [] };
        const instances = DeploymentTargets.Accounts.flatMap((Account) =>
          Regions.map((Region) => ({ Account, Region })),
        );
        sets.set(String(properties.StackSetName), instances);
        return;
      }
      default:
        throw new Error(`the stand-in knows no ${resource.Type} (${id})`);
    }
  }

  async function remove({ Type, Properties = {} }: Resource): Promise<void> {
    if (Type === 'AWS::IAM::Role') await removeRole(iam(), String(Properties.RoleName));
    if (Type === 'AWS::IAM::ManagedPolicy')
      await removePolicy(iam(), policyArn(Properties.Path, Properties.ManagedPolicyName));
    if (Type === 'AWS::CloudFormation::StackSet') sets.delete(String(Properties.StackSetName));
  }

  async function apply(name: string, template: string, status: string): Promise<void> {
    const { Resources: resources } = JSON.parse(template) as { readonly Resources: Resources };
    const before = stacks.get(name)?.resources ?? {};
    const policiesFirst = Object.entries(resources).sort(([, a], [, b]) => (a.Type < b.Type ? -1 : 1));
    for (const [id, resource] of policiesFirst) await put(id, resource, resources, before[id]);
    stacks.set(name, { status, resources });
  }

  const found = (name: string) => {
    const stack = stacks.get(name);
    if (stack === undefined)
      throw refusedWith('ValidationError', 400, `Stack with id ${name} does not exist`);
    return { StackId: name, StackName: name, StackStatus: stack.status };
  };
  const answers: Answers = {
    CreateStackCommand: async (input) => {
      await apply(text(input, 'StackName'), text(input, 'TemplateBody'), 'CREATE_COMPLETE');
      return {};
    },
    UpdateStackCommand: async (input) => {
      await apply(text(input, 'StackName'), text(input, 'TemplateBody'), 'UPDATE_COMPLETE');
      return {};
    },
    DescribeStacksCommand: (input) => ({ Stacks: [found(text(input, 'StackName'))] }),
    DeleteStackCommand: async (input) => {
      const name = text(input, 'StackName');
      const resources = Object.values(stacks.get(name)?.resources ?? {});
      const gone = resources.filter(({ DeletionPolicy = 'Delete' }) => DeletionPolicy === 'Delete');
      // Roles before the policies that bound them.
      for (const each of gone.sort((a, b) => (a.Type > b.Type ? -1 : 1))) await remove(each);
      stacks.delete(name);
      return {};
    },
    ListStacksCommand: () => ({ StackSummaries: [...stacks.keys()].map(found) }),
    ListStackInstancesCommand: (input) => ({ Summaries: sets.get(text(input, 'StackSetName')) ?? [] }),
  };
  return { answers, names: () => [...stacks.keys(), ...sets.keys()] };
}
