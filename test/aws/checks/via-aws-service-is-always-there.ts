import { ListStacksCommand } from '@aws-sdk/client-cloudformation';
import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ListKeysCommand } from '@aws-sdk/client-kms';
import { ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { ListBucketsCommand } from '@aws-sdk/client-s3';
import { ListSchedulesCommand } from '@aws-sdk/client-scheduler';
import { ListQueuesCommand } from '@aws-sdk/client-sqs';
import { expect } from 'vitest';
import type { Check } from '../check.ts';
import type { Clients } from '../clients.ts';
import { eventually } from '../eventually.ts';
import type { Laboratory } from '../laboratory.ts';
import { makeTarget, permission } from '../roles.ts';
import { type Answer, issue, openCaller, planOf } from '../sessions.ts';

/** A read of each service that needs no resource of anybody's. */
const READS: { readonly [action: string]: (clients: Clients) => Promise<unknown> } = {
  'dynamodb:ListTables': ({ dynamodb }) => dynamodb.send(new ListTablesCommand({ Limit: 1 })),
  'lambda:ListFunctions': ({ lambda }) => lambda.send(new ListFunctionsCommand({ MaxItems: 1 })),
  'scheduler:ListSchedules': ({ scheduler }) => scheduler.send(new ListSchedulesCommand({ MaxResults: 1 })),
  's3:ListAllMyBuckets': ({ s3 }) => s3.send(new ListBucketsCommand({ MaxBuckets: 1 })),
  'sqs:ListQueues': ({ sqs }) => sqs.send(new ListQueuesCommand({ MaxResults: 1 })),
  'kms:ListKeys': ({ kms }) => kms.send(new ListKeysCommand({ Limit: 1 })),
  'cloudformation:ListStacks': ({ cloudformation }) => cloudformation.send(new ListStacksCommand({})),
};

const NOWHERE = { kind: 'cidrs', cidrs: ['192.0.2.0/24'] } as const;

export const viaAwsServiceIsAlwaysThere: Check = {
  id: 'via-aws-service-is-always-there',
  sentence:
    '`aws:ViaAWSService` is in every request of a session, so that a place, which spares services that act for it, holds for all others.',
  reliedOnBy: ['core/session/session-policy.ts'],
  otherwise:
    'Write `BoolIfExists` for `Bool` in denyElsewhere: a request without the key is then denied, and services that act for a session with it.',
  withoutAccount: 'local/aws',
  minutes: 1,
  async run(lab) {
    const wide = permission({
      statements: [{ Effect: 'Allow', Action: Object.keys(READS), Resource: ['*'] }],
    });
    const mint = await openCaller(lab);
    const target = await makeTarget(lab, { mint: mint.role.arn, permission: wide });
    const here = await issue(lab, mint, planOf(lab, target, { permission: wide }));
    const elsewhere = await issue(
      lab,
      mint,
      planOf(lab, target, { permission: wide, place: NOWHERE, number: 1 }),
    );
    const served: string[] = [];
    for (const [action, read] of Object.entries(READS))
      if (await isAllowed(lab, action, () => read(here.clients))) served.push(action);
    const answers: { [action: string]: string } = {};
    for (const action of served)
      answers[action] = await answerOf(async () => READS[action]?.(elsewhere.clients));
    lab.say(`asked of ${served.join(', ')}`);
    expect(served).toContain('dynamodb:ListTables');
    expect(answers).toEqual(Object.fromEntries(served.map((action) => [action, 'refused'])));
  },
};

/** As soon as the role's own policy has spread. @returns false where the stand-in does not serve it. */
async function isAllowed(lab: Laboratory, action: string, read: () => Promise<unknown>): Promise<boolean> {
  const answers: string[] = [];
  await eventually(
    lab.patience,
    `${action} is allowed from here`,
    async () => {
      const answer = await answerOf(read);
      answers.push(answer);
      return answer;
    },
    (answer) => answer !== 'refused',
  );
  return answers.at(-1) === 'allowed';
}

/** What services call a refusal; S3, SQS and CloudFormation say it without the ending. */
const REFUSED = /^AccessDenied(?:Exception)?$/;

/** @throws what is no answer. `not served` is the stand-in's. */
async function answerOf(read: () => Promise<unknown>): Promise<Answer | 'not served'> {
  try {
    await read();
    return 'allowed';
  } catch (error) {
    const name = error instanceof Error ? error.name : '';
    if (REFUSED.test(name)) return 'refused';
    if (name === 'NotImplemented') return 'not served';
    throw error;
  }
}
