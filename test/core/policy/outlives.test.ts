import { expect, test } from 'vitest';
import { whyOutlives } from '../../../core/policy/outlives.ts';

test.each([
  ['ecr:GetAuthorizationToken', 'token'],
  ['secretsmanager:GetSecretValue', 'secret'],
  ['rds-db:connect', 'connection'],
  ['kms:Sign', 'signature'],
  ['s3:PutBucketPolicy', 'access'],
  ['lambda:CreateFunction', 'runs on'],
])('%s outlives the deadline, however it is spelled: %s', (action, why) => {
  for (const spelled of [action, action.toLowerCase(), action.toUpperCase()]) {
    expect(whyOutlives(spelled)).toContain(why);
  }
});

test.each(['s3:GetObject', 'kms:Decrypt', 'GetAuthorizationToken', '', 'ecr:*'])('%s does not', (action) => {
  expect(whyOutlives(action)).toBeNull();
});
