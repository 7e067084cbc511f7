/** A record of a file to an event: what is taken, and that nothing of the wrong type gets through or stops the run. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readEvent } from '../../../adapters/trail/read-event.ts';
import { eventTime, spelledTime } from '../../../adapters/trail/trail-time.ts';
import { assumeRole, envelope, getObject, type Json } from './records.ts';

const AT = Date.UTC(2026, 4, 28, 20, 5, 0) / 1000;
const eventOf = (record: unknown) => {
  const read = readEvent(record, 'trail.json.gz', 7);
  if (!('event' in read)) throw new Error(`${read.damage} ${read.field}`);
  return read.event;
};

test('a use', () => {
  expect(eventOf(getObject())).toEqual({
    eventId: 'e0000000-0000-4000-8000-000000000001',
    eventTime: AT,
    eventSource: 's3.amazonaws.com',
    eventName: 'GetObject',
    region: 'eu-central-1',
    account: '444455556666',
    sourceAddress: '192.0.2.7',
    vpcEndpointId: 'vpce-0a1b2c3d',
    userAgent: '[aws-cli/2.31.0]',
    errorCode: null,
    errorMessage: null,
    requestId: 'QY9EXAMPLE',
    sharedEventId: 's0000000-0000-4000-8000-000000000001',
    readOnly: true,
    eventType: 'AwsApiCall',
    eventCategory: 'Data',
    identity: {
      type: 'AssumedRole',
      principalId: 'AROAREPORTSREPORTS1:code-agent+01jd3v9q2m8x7c4b',
      arn: 'arn:aws:sts::444455556666:assumed-role/reports/code-agent+01jd3v9q2m8x7c4b',
      account: '444455556666',
      accessKeyId: 'ASIAREPORTSREPORTS1',
      userName: null,
      role: 'arn:aws:iam::444455556666:role/writ/reports',
      roleId: 'AROAREPORTSREPORTS1',
      createdAt: AT - 60,
      sourceIdentity: 'alice+01jd3v9q2m8x7c4b',
      signInSession: null,
      invokedBy: null,
    },
    mint: null,
    resources: ['arn:aws:s3:::figures/may.csv', 'arn:aws:s3:::figures'],
    resourcesLeftOut: 0,
    file: 'trail.json.gz',
    position: 7,
  });
});

test('a mint: what was asked and what came of it, and never the token', () => {
  const event = eventOf(assumeRole());
  expect(event.mint).toEqual({
    role: 'arn:aws:iam::444455556666:role/writ/reports',
    sessionName: 'code-agent+01jd3v9q2m8x7c4b',
    sourceIdentity: 'alice+01jd3v9q2m8x7c4b',
    tags: Object.fromEntries([
      ['writ:user', 'idp:alice'],
      ['__proto__', 'a key like any other'],
    ]),
    accessKeyId: 'ASIAREPORTSREPORTS1',
    assumedRoleId: 'AROAREPORTSREPORTS1:code-agent+01jd3v9q2m8x7c4b',
    expiration: AT - 60 + 900,
  });
  expect(JSON.stringify(event)).not.toContain('SECRET');
});

test('a refused mint has no request', () => {
  const refused = assumeRole({ errorCode: 'AccessDenied', requestParameters: null, responseElements: null });
  expect(eventOf(refused).mint).toEqual({
    ...{ role: null, sessionName: null, sourceIdentity: null, tags: {} },
    ...{ accessKeyId: null, assumedRoleId: null, expiration: null },
  });
});

test('an envelope stands for what is in it', () => {
  expect(eventOf(envelope(getObject()))).toEqual(eventOf(getObject()));
  expect(readEvent(envelope('text'), 'f', 0)).toEqual({ damage: 'not_an_object', field: null });
});

test.each<readonly [what: string, change: Json, expected: object]>([
  [
    'no type of identity',
    { userIdentity: { invokedBy: 'ec2.amazonaws.com' } },
    { identity: { type: 'AWSService' } },
  ],
  ['no identity', { userIdentity: undefined }, { identity: { type: 'Unknown', arn: null } }],
  ['no recipient', { recipientAccountId: undefined }, { account: '444455556666' }],
  ['no category', { eventCategory: undefined }, { eventCategory: 'Data' }],
  ['an old event', { eventCategory: undefined, managementEvent: undefined }, { eventCategory: 'Management' }],
  [
    'an insight',
    { eventCategory: 'Insight', eventSource: undefined, eventName: undefined },
    { eventName: '' },
  ],
  ['an error of a kilobyte and more', { errorMessage: 'x'.repeat(5000) }, { errorMessage: 'x'.repeat(1024) }],
  ['resources without an ARN', { resources: [{ ARNPrefix: 'arn:aws:s3:::figures/' }] }, { resources: [] }],
  [
    'many resources',
    { resources: Array.from({ length: 23 }, (_, at) => ({ ARN: `arn:${at}` })) },
    { resources: Array.from({ length: 20 }, (_, at) => `arn:${at}`), resourcesLeftOut: 3 },
  ],
  [
    'a web identity: its issuer is no role',
    {
      userIdentity: {
        type: 'WebIdentityUser',
        sessionContext: { sessionIssuer: { type: 'Other', arn: 'arn:x' } },
      },
    },
    { identity: { role: null, roleId: null } },
  ],
  [
    'a console session',
    { userIdentity: { type: 'AssumedRole', sessionContext: { signInSessionArn: 'arn:aws:signin:1' } } },
    { identity: { signInSession: 'arn:aws:signin:1' } },
  ],
])('%s', (_, change, expected) => {
  expect(eventOf(getObject(change))).toMatchObject(expected);
});

describe('what is of another type than AWS gives it', () => {
  test.each<readonly [field: string, change: Json]>([
    ['eventID', { eventID: undefined }],
    ['eventID', { eventID: '' }],
    ['eventID', { eventID: 7 }],
    ['eventTime', { eventTime: '2026-02-30T00:00:00Z' }],
    ['eventTime', { eventTime: '2026-05-28 20:05:00' }],
    ['eventName', { eventName: null }],
    ['eventSource', { eventSource: ['s3.amazonaws.com'] }],
    ['awsRegion', { awsRegion: undefined }],
    ['userIdentity', { userIdentity: 'root' }],
    ['sessionContext', { userIdentity: { sessionContext: [] } }],
    ['sourceIdentity', { userIdentity: { sessionContext: { sourceIdentity: { toString: 1 } } } }],
    ['resources', { resources: {} }],
    ['resources', { resources: ['arn'] }],
    ['readOnly', { readOnly: 'true' }],
    ['errorCode', { errorCode: 403 }],
    ['requestID', { requestID: 'x'.repeat(2049) }],
  ])('%s is named, and the event is unreadable', (field, change) => {
    expect(readEvent(getObject(change), 'f', 0)).toEqual({ damage: 'field', field });
  });

  test('whatever JSON can hold: an event or its damage, and no text of it in the damage', async () => {
    await fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(...Object.keys(assumeRole())), (value, name) => {
        for (const record of [value, assumeRole({ [name]: value })]) {
          const read = readEvent(record, 'f', 0);
          if ('event' in read) continue;
          expect(read.field === null || /^[a-zA-Z]+$/.test(read.field)).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

test.each<readonly [text: string, millis: number | null]>([
  ['2026-05-28T20:05:00Z', AT * 1000],
  ['2026-05-28T20:05:00.123Z', AT * 1000],
  ['2026-05-28T20:05:00+02:00', null],
  ['2026-05-28T24:05:00Z', null],
  ['2026-05-28T20:0 :00Z', null],
  ['2026-13-28T20:05:00Z', null],
  ['', null],
])('an event’s time: %s', (text, millis) => {
  expect(eventTime(text)).toBe(millis === null ? null : millis / 1000);
});

test('what is no time leaves nothing behind', () => {
  for (const text of ['2026-05-29T20:05:00Z', '2', '2026-05-', '2026-05-30', '2026-05-3XT20:05:00Z', ''])
    eventTime(text);
  expect(eventTime('2026-05-28T20:05:00Z')).toBe(AT);
  expect(eventTime('2026-05-30T20:05:00Z')).toBe(AT + 2 * 86_400);
});

test.each<readonly [text: string, time: string | null]>([
  ['Jul 10, 2023, 1:05:33 PM', '2023-07-10T13:05:33Z'],
  ['Oct 2, 2019 11:12:29 PM', '2019-10-02T23:12:29Z'],
  ['Oct 2, 2019, 12:00:00\u202fAM', '2019-10-02T00:00:00Z'],
  ['Oct 2, 2019, 12:00:00 PM', '2019-10-02T12:00:00Z'],
  ['Okt 2, 2019, 12:00:00 PM', null],
  ['Feb 30, 2019, 12:00:00 PM', null],
  ['Oct 2, 2019, 13:00:00 PM', null],
])('a time in STS’s answer: %s', (text, time) => {
  expect(spelledTime(text)).toBe(time === null ? null : Date.parse(time) / 1000);
});
