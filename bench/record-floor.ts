import type { BatchGetItemCommandInput, TransactWriteItemsCommandInput } from '@aws-sdk/client-dynamodb';
import type { AssumeRoleCommandInput } from '@aws-sdk/client-sts';
import type { Intent } from '../core/ledger/records.ts';
import type { Bundle } from '../core/policy/bundle.ts';
import { issueQuestion } from '../core/policy/question.ts';
import type { Floor } from './floor.ts';
import type { Client } from './load.ts';
import type { Recorded } from './stubs.ts';
import type { Names, Tokens } from './tokens.ts';
import type { Worker } from './worker.ts';

/** Makes one exchange and takes down what Writ sent, so that the floors send the very same. */
export async function recordFloor(of: {
  readonly client: Client;
  readonly stubs: Worker;
  readonly tokens: Tokens;
  readonly port: number;
  readonly names: Names;
  readonly policy: Bundle;
}): Promise<Floor> {
  const { client, stubs, tokens, port, names, policy } = of;
  await client.send(port, tokens.request());
  await stubs.ask('record');
  await client.send(port, tokens.request());
  const recorded = await stubs.ask<Recorded>('recorded');
  const sent = (operation: string, index = 0): string => {
    const body = recorded[operation]?.[index];
    if (body === undefined) throw new Error(`Writ made no call ${index} of ${operation}`);
    return body;
  };
  const transaction = (index: number): TransactWriteItemsCommandInput =>
    withoutToken(JSON.parse(sent('TransactWriteItems', index)));
  const batch = (index: number): BatchGetItemCommandInput => JSON.parse(sent('BatchGetItem', index));
  const { writ, intent, openings } = JSON.parse(sent('Invoke'));
  return {
    issuers: {
      corp: { iss: names.corp, aud: 'writ-cli', jwks: `${names.corp}/jwks` },
      ci: { iss: names.ci, aud: names.broker, jwks: `${names.ci}/jwks.json` },
      mdm: { iss: names.mdm, aud: names.broker, jwks: `${names.mdm}/jwks.json` },
    },
    nonceKey: tokens.nonceKey.toString('base64'),
    writ,
    handover: { intent, openings },
    open: transaction(0),
    heads: batch(0),
    settle: transaction(1),
    recheck: batch(1),
    assumeRole: assumeRole(new URLSearchParams(sent('AssumeRole'))),
    question: question(JSON.parse(intent)),
    policies: policy.policies,
  };
}

/** The SDK makes a token for each call; sent twice it would be another call's. */
function withoutToken({ TransactItems }: TransactWriteItemsCommandInput): TransactWriteItemsCommandInput {
  return { TransactItems };
}

/** awsQuery numbers the members of a list from 1. */
function assumeRole(form: URLSearchParams): AssumeRoleCommandInput {
  const list = (prefix: string, suffix = '') => {
    const found: string[] = [];
    for (let at = 1; form.has(`${prefix}.member.${at}${suffix}`); at++) {
      found.push(form.get(`${prefix}.member.${at}${suffix}`) ?? '');
    }
    return found;
  };
  const values = list('Tags', '.Value');
  return {
    RoleArn: form.get('RoleArn') ?? '',
    RoleSessionName: form.get('RoleSessionName') ?? '',
    SourceIdentity: form.get('SourceIdentity') ?? '',
    Tags: list('Tags', '.Key').map((Key, index) => ({ Key, Value: values[index] })),
    TransitiveTagKeys: list('TransitiveTagKeys'),
    Policy: form.get('Policy') ?? '',
    DurationSeconds: Number(form.get('DurationSeconds')),
  };
}

/** What Cedar was asked, told from the record. */
function question(intent: Intent): Floor['question'] {
  const { subject, actor, device, binding, task, permission, parameters, duration } = intent;
  return issueQuestion({
    subject: { ...subject, alias: 'corp' },
    address: '127.0.0.1',
    now: intent.at,
    actor,
    agent: { agent: actor.agent, owner: 'corp:support' },
    device,
    binding,
    chosen: { permission: { permission }, account: { account: 'prod' }, parameters },
    details: { task: task.value, purpose: 'Sort the tickets of the night and draft answers', duration },
  });
}
