import { expect, test } from 'vitest';
import { isSameDocument } from '../../../core/doctor/same-document.ts';
import type { PolicyDocument } from '../../../core/session/policy-document.ts';
import { trustPolicy } from '../../../core/session/trust.ts';

const WANTED: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'Read',
      Effect: 'Allow',
      Action: ['s3:GetObject', 's3:ListBucket'],
      Resource: 'arn:aws:s3:::reports/*',
      Condition: { StringLike: { 's3:prefix': 'q3/*' } },
    },
    { Effect: 'Deny', NotAction: ['s3:GetObject'], Resource: '*' },
  ],
};
const [first, second] = WANTED.Statement;
const written = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });

test.each([
  ['as it is', JSON.stringify(WANTED, null, 2)],
  ['statements in another order', written({ ...second }, { ...first })],
  ['a list of one', written({ ...first, Resource: ['arn:aws:s3:::reports/*'] }, { ...second })],
  [
    'a list in another order',
    written({ ...first, Action: ['s3:ListBucket', 's3:GetObject'] }, { ...second }),
  ],
  [
    'a key in other letters',
    written({ ...first, Condition: { StringLike: { 'S3:Prefix': ['q3/*'] } } }, { ...second }),
  ],
])('%s is the same', (_, text) => {
  expect(isSameDocument(text, WANTED)).toBe(true);
});

test.each([
  ['nothing', ''],
  ['no object', '[]'],
  ['a name that stands twice', JSON.stringify(WANTED).replace('"Sid"', '"Effect":"Deny","Sid"')],
  [
    'one statement more',
    written({ ...first }, { ...second }, { Effect: 'Allow', Action: '*', Resource: '*' }),
  ],
  ['one less', written({ ...first })],
  ['another effect', written({ ...first, Effect: 'Deny' }, { ...second })],
  ['a wider action', written({ ...first, Action: ['s3:GetObject', 's3:*'] }, { ...second })],
  [
    'Action in place of NotAction',
    written({ ...first }, { Effect: 'Deny', Action: ['s3:GetObject'], Resource: '*' }),
  ],
  ['no condition', written({ ...first, Condition: undefined }, { ...second })],
  ['another value', written({ ...first, Condition: { StringLike: { 's3:prefix': 'q4/*' } } }, { ...second })],
  ['an older version', JSON.stringify({ ...WANTED, Version: '2008-10-17' })],
])('%s is not', (_, text) => {
  expect(isSameDocument(text, WANTED)).toBe(false);
});

test('another principal is another trust policy', () => {
  const mint = trustPolicy('arn:aws:iam::111122223333:role/mint');
  expect(isSameDocument(JSON.stringify(mint), mint)).toBe(true);
  expect(isSameDocument(JSON.stringify(mint).replaceAll('role/mint', 'root'), mint)).toBe(false);
});
