/** What each function may do on the laptop, as IAM says it: the same separation of duties as on AWS. */
import type { PolicyDocument } from '../core/session/policy-document.ts';
import type { RoleInput } from './aws/registry.ts';

export interface Duties {
  readonly account: string;
  readonly region: string;
  readonly enrolmentKeyArn: string;
}

export const functionArn = ({ account, region }: Pick<Duties, 'account' | 'region'>, name: string): string =>
  `arn:aws:lambda:${region}:${account}:function:${name}`;

const allow = (Action: readonly string[], Resource: readonly string[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action, Resource }],
});

/** Functions' roles by function name. Exchange cannot assume a role; mint can do nothing else. */
export function functionRoles(duties: Duties): { readonly [name: string]: RoleInput } {
  const key = duties.enrolmentKeyArn;
  const mint = functionArn(duties, 'writ-mint');
  return {
    exchange: role('exchange', {
      mint: allow(['lambda:InvokeFunction'], [mint]),
      device: allow(['kms:GetPublicKey'], [key]),
    }),
    mint: role('mint', {
      assume: allow(
        ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'],
        [`arn:aws:iam::${duties.account}:role/writ/*`],
      ),
    }),
    enroll: role('enroll', { sign: allow(['kms:Sign'], [key]) }),
    permissions: role('permissions', { device: allow(['kms:GetPublicKey'], [key]) }),
    metadata: role('metadata', {}),
    sweep: role('sweep', {}),
    stream: role('stream', {}),
  };
}

/** Stands for API Gateway and for Lambda's own pollers, which may invoke what is theirs to invoke. */
export const frontDoorRole = (duties: Duties): RoleInput => ({
  ...role('front-door', {
    invoke: allow(
      ['lambda:InvokeFunction'],
      ['exchange', 'enroll', 'permissions', 'metadata', 'sweep', 'stream'].map((name) =>
        functionArn(duties, `writ-${name}`),
      ),
    ),
  }),
});

const role = (name: string, inline: { readonly [policy: string]: PolicyDocument }): RoleInput => ({
  name: `writ-${name}`,
  trust: {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
    ],
  },
  inline,
});
