/** For each check an AWS that does otherwise than its sentence says: the check has to notice. */
import { STSServiceException } from '@aws-sdk/client-sts';
import { type Answers, text } from './answers.ts';

export interface Otherwise {
  readonly what: string;
  /** In the check's error: a check that fails for another reason has noticed nothing. */
  readonly says: RegExp;
  readonly answers: Answers;
  /** Where the check has to get past T' first. */
  readonly withinMillis?: number;
}

type Input = Parameters<Answers[string]>[0];

const changed =
  (member: string, change: (value: string) => string): Answers[string] =>
  (input, pass) =>
    pass(input[member] === undefined ? input : { ...input, [member]: change(text(input, member)) });

/** What hides from whoever reads the document: it is stored otherwise than it came. */
const storedAs = (change: (value: string) => string): Answers => ({
  CreatePolicyVersionCommand: changed('PolicyDocument', change),
});

const readAs =
  (change: (document: string) => string): Answers[string] =>
  async (input, pass) => {
    const { PolicyVersion } = (await pass(input)) as {
      readonly PolicyVersion: { readonly Document: string };
    };
    const Document = encodeURIComponent(change(decodeURIComponent(PolicyVersion.Document)));
    return { PolicyVersion: { ...PolicyVersion, Document } };
  };

const withoutConditions = (document: string): string =>
  JSON.stringify(JSON.parse(document), (key, value) => (key === 'Condition' ? undefined : value));

const trimmed = (input: Input): Input => ({
  ...input,
  Tags: (input.Tags as readonly { readonly Key: string; readonly Value: string }[] | undefined)?.map(
    ({ Key, Value }) => ({ Key, Value: Value.trim() }),
  ),
});

export const OTHERWISE: {
  readonly [check: string]: readonly Otherwise[];
} = {
  'session-token-fits': [
    {
      what: 'a token has less room',
      says: /refuses Writ’s own plan: PackedPolicyTooLarge/,
      answers: {
        AssumeRoleCommand: (input, pass) => {
          if (text(input, 'Policy').length < 1400) return pass(input);
          throw new STSServiceException({
            ...{ name: 'PackedPolicyTooLargeException', $fault: 'client', $metadata: {} },
          });
        },
      },
    },
  ],
  'names-agree-in-the-trust': [
    {
      what: 'a variable in the trust is a pattern of everything',
      says: /to deeply equal/,
      answers: {
        CreateRoleCommand: changed('AssumeRolePolicyDocument', (trust) =>
          trust.replaceAll('${aws:RequestTag/writ:id}', '*'),
        ),
      },
    },
    {
      what: 'a trust’s keys of tags are not there',
      says: /to deeply equal/,
      answers: {
        CreateRoleCommand: changed('AssumeRolePolicyDocument', (trust) =>
          trust.replaceAll('aws:RequestTag/writ:user', 'aws:RequestTag/writ:id'),
        ),
      },
    },
    {
      what: 'one statement is read for all three actions',
      says: /target can be assumed: not within/,
      answers: {
        CreateRoleCommand: changed('AssumeRolePolicyDocument', (trust) =>
          trust.replace('"sts:TagSession"', '"sts:AssumeRole"'),
        ),
      },
    },
  ],
  'spaces-of-a-tag-stay': [
    {
      what: 'spaces at the ends go',
      says: /differ by a space, those that are revoked are denied: not within/,
      answers: { AssumeRoleCommand: (input, pass) => pass(trimmed(input)) },
    },
  ],
  'via-aws-service-is-always-there': [
    {
      what: 'the key is missing, so that the Deny does not fit',
      says: /to deeply equal/,
      answers: {
        AssumeRoleCommand: changed('Policy', (policy) => policy.replace('aws:ViaAWSService', 'aws:Via')),
      },
    },
  ],
  'a-schedule-fires-once': [
    {
      what: 'nothing fires',
      says: /^it fires: not within/,
      answers: { ReceiveMessageCommand: () => ({ Messages: [] }) },
    },
    {
      what: 'a schedule stays',
      says: /^it is gone: not within/,
      answers: { GetScheduleCommand: () => ({}) },
    },
    {
      what: 'one in the past is taken, and never fires',
      says: /^a past one fires: not within/,
      answers: { CreateScheduleCommand: onlyAhead },
    },
  ],
  'source-identity-ends-one-session': [
    {
      what: 'a pattern is taken for text',
      says: /one writ is denied: not within .*"ended","allowed"/,
      answers: storedAs((text) => text.replace('StringLike', 'StringEquals')),
    },
    {
      what: 'everybody is denied',
      says: /one writ is denied: not within .*"other","refused"/,
      answers: storedAs(withoutConditions),
    },
  ],
  'role-patterns-end-sessions': [
    {
      what: 'a pattern is taken for text',
      says: /every role below a path is denied: not within/,
      answers: storedAs((text) => text.replace('ArnLike', 'StringEquals')),
    },
    {
      what: 'the session’s ARN is compared',
      says: /one role is denied: not within/,
      answers: storedAs((text) => text.replaceAll(':iam:', ':sts:')),
    },
    {
      what: 'the time of issue is not looked at',
      says: /what is issued after T’ is not denied: not within/,
      answers: storedAs(withoutTime),
      withinMillis: 2_500,
    },
    {
      what: '`ArnNotLike` fits nobody',
      says: /the account is denied: not within/,
      answers: storedAs((text) => text.replace('ArnNotLike', 'ArnLike')),
      withinMillis: 2_500,
    },
  ],
  'json-escapes-in-the-deny-policy': [
    {
      what: 'escapes are text',
      says: /names outside ASCII are denied: not within/,
      answers: {
        ...storedAs((text) => text.replaceAll('\\u', '\\\\u')),
        GetPolicyVersionCommand: readAs((text) => text.replaceAll('\\\\u', '\\u')),
      },
    },
    {
      what: 'the document is given back without escapes',
      says: /to be .*Version/,
      answers: { GetPolicyVersionCommand: readAs((text) => JSON.stringify(JSON.parse(text))) },
    },
  ],
  'kms-signs-ed25519': [
    {
      what: 'what is signed is a digest of the message',
      says: /expected false to be true/,
      answers: {
        SignCommand: (input, pass) => pass({ ...input, Message: (input.Message as Uint8Array).subarray(1) }),
      },
    },
  ],
  'a-locked-object-is-written-once': [
    {
      what: 'the condition is not looked at',
      says: /expected 200 to be 412/,
      answers: { PutObjectCommand: ({ IfNoneMatch: _, ...input }, pass) => pass(input) },
    },
    {
      what: 'a lock does not hold',
      says: /expected 200 to be 403/,
      answers: { DeleteObjectCommand: (input, pass) => pass({ ...input, BypassGovernanceRetention: true }) },
    },
  ],
  'a-deploy-leaves-the-deny-policy': [
    {
      what: 'each deploy writes every policy',
      says: /to be .*Version/,
      answers: {
        UpdateStackCommand: changed('TemplateBody', (template) =>
          template.replace('canary+first', 'canary+again'),
        ),
      },
    },
    {
      what: 'a policy goes with its stack',
      says: /deny was not found/,
      answers: {
        CreateStackCommand: changed('TemplateBody', (template) =>
          template.replaceAll('RetainExceptOnCreate', 'Delete'),
        ),
        UpdateStackCommand: changed('TemplateBody', (template) =>
          template.replaceAll('RetainExceptOnCreate', 'Delete'),
        ),
      },
    },
  ],
  'stack-sets-take-the-root': [
    {
      what: 'every account below the root is deployed to',
      says: /to deeply equal/,
      answers: {
        CreateStackCommand: changed('TemplateBody', (template) =>
          template.replaceAll('"111122223333"', '"111122223333","444455556666"'),
        ),
      },
    },
  ],
  'leading-keys-in-a-transaction': [
    {
      what: 'keys are not looked at',
      says: /judged one by one: .*last .*control":"allowed"/,
      answers: { PutRolePolicyCommand: changed('PolicyDocument', withoutConditions) },
    },
    {
      what: 'all items of a transaction are judged by one table’s statement',
      says: /judged one by one: .*last .*own partitions":"refused"/,
      answers: {
        PutRolePolicyCommand: changed('PolicyDocument', (policy) =>
          policy.replaceAll('"PROOF#*"', '"WRIT#*"'),
        ),
      },
    },
  ],
};

function withoutTime(document: string): string {
  return JSON.stringify(JSON.parse(document), (key, value) =>
    key === 'DateLessThanIfExists' ? undefined : value,
  );
}

function onlyAhead(...[input, pass]: Parameters<Answers[string]>): ReturnType<Answers[string]> {
  const at = text(input, 'ScheduleExpression').slice('at('.length, -1);
  return Date.parse(`${at}Z`) > Date.now() ? pass(input) : {};
}
