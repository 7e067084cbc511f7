import { describe, expect, test } from 'vitest';
import { type Config, readConfig } from '../../../lambda/edge/config.ts';
import { type Environment, refuseLaptopBundle, StartUpFailure } from '../../../lambda/edge/start-up.ts';

const ALL: readonly (keyof Config)[] = [
  'publicUrl',
  'bundle',
  'ledgerTable',
  'peopleTable',
  'controlTable',
  'mintFunction',
  'nonceKeys',
  'enrolmentKey',
  'reconcileQueue',
  'evidence',
  'region',
];

const VARIABLES = {
  WRIT_PUBLIC_URL: 'https://writ.example',
  WRIT_BUNDLE_FILE: '/var/task/bundle.json',
  WRIT_BUNDLE_SHA256: 'a'.repeat(64),
  WRIT_LEDGER_TABLE: 'writ-ledger',
  WRIT_PEOPLE_TABLE: 'writ-people',
  WRIT_CONTROL_TABLE: 'writ-control',
  WRIT_MINT_FUNCTION: 'writ-mint',
  WRIT_NONCE_KEYS: 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:writ-nonce-AbCdEf',
  WRIT_ENROLMENT_KEY: 'arn:aws:kms:eu-central-1:111122223333:key/1234',
  WRIT_RECONCILE_QUEUE: 'https://sqs.eu-central-1.amazonaws.com/111122223333/writ-reconcile.fifo',
  WRIT_EVIDENCE_BUCKET: 'writ-evidence',
  WRIT_EVIDENCE_ORIGIN: 'writ.example/evidence',
  WRIT_EVIDENCE_KEY: 'arn:aws:kms:eu-central-1:111122223333:key/5678',
  WRIT_EVIDENCE_LOCK: 'COMPLIANCE:400',
  AWS_REGION: 'eu-central-1',
};
const LAMBDA: Environment = { ...VARIABLES, AWS_LAMBDA_FUNCTION_NAME: 'writ-exchange' };

const failure = (act: () => unknown): { setting: string; message: string } => {
  try {
    act();
  } catch (error) {
    if (error instanceof StartUpFailure) return { setting: error.setting, message: error.message };
    throw error;
  }
  throw new Error('it started');
};

test('in Lambda, all of it', () => {
  expect(readConfig(LAMBDA, ALL)).toEqual({
    publicUrl: 'https://writ.example',
    bundle: { file: '/var/task/bundle.json', sha256: 'a'.repeat(64) },
    ledgerTable: 'writ-ledger',
    peopleTable: 'writ-people',
    controlTable: 'writ-control',
    mintFunction: 'writ-mint',
    nonceKeys: { secret: VARIABLES.WRIT_NONCE_KEYS },
    enrolmentKey: VARIABLES.WRIT_ENROLMENT_KEY,
    reconcileQueue: VARIABLES.WRIT_RECONCILE_QUEUE,
    evidence: {
      bucket: 'writ-evidence',
      origin: 'writ.example/evidence',
      key: VARIABLES.WRIT_EVIDENCE_KEY,
      lock: { mode: 'COMPLIANCE', days: 400 },
    },
    region: 'eu-central-1',
  });
});

test('canaries read at AWS, but on a laptop, whose one endpoint judges', () => {
  expect(readConfig(LAMBDA, ['judgedEndpoint'])).toEqual({ judgedEndpoint: undefined });
  const laptop = { ...VARIABLES, AWS_ENDPOINT_URL: 'http://127.0.0.1:8472' };
  expect(readConfig(laptop, ['judgedEndpoint'])).toEqual({ judgedEndpoint: laptop.AWS_ENDPOINT_URL });
});

test('a function is asked only for what it needs', () => {
  expect(readConfig({ WRIT_LEDGER_TABLE: 'writ-ledger' }, ['ledgerTable'])).toEqual({
    ledgerTable: 'writ-ledger',
  });
});

describe.each(Object.keys(VARIABLES))('%s', (variable) => {
  test.each([undefined, '', ' '])('missing (%j) is a start-up failure that names it', (value) => {
    const message = `${variable} is missing`;
    expect(failure(() => readConfig({ ...LAMBDA, [variable]: value }, ALL))).toEqual({
      setting: variable,
      message,
    });
  });
});

test.each([
  ['WRIT_PUBLIC_URL', 'https://writ.example/'],
  ['WRIT_PUBLIC_URL', 'https://writ.example:443'],
  ['WRIT_PUBLIC_URL', 'https://WRIT.example'],
  ['WRIT_PUBLIC_URL', 'https://writ.example?a=b'],
  ['WRIT_PUBLIC_URL', 'https://user:word@writ.example'],
  ['WRIT_PUBLIC_URL', 'ftp://writ.example'],
  ['WRIT_BUNDLE_FILE', 'bundle.json'],
  ['WRIT_BUNDLE_SHA256', 'A'.repeat(64)],
  ['WRIT_NONCE_KEYS', 'file:nonce.key'],
  ['WRIT_NONCE_KEYS', 'c2VjcmV0LWtleS1tYXRlcmlhbA'],
])('%s = %s is a start-up failure that does not quote it', (variable, value) => {
  const failed = failure(() => readConfig({ ...LAMBDA, [variable]: value }, ALL));
  expect(failed.setting).toBe(variable);
  expect(failed.message).not.toContain(value);
});

describe('what is only for the laptop (rule 10)', () => {
  const LAPTOP: Environment = {
    ...VARIABLES,
    WRIT_PUBLIC_URL: 'http://127.0.0.1:8470',
    WRIT_NONCE_KEYS: 'file:/home/alice/.writ/nonce.key',
    AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:8472',
  };

  test('on the laptop, it is fine', () => {
    expect(readConfig(LAPTOP, ALL)).toMatchObject({
      publicUrl: 'http://127.0.0.1:8470',
      nonceKeys: { file: '/home/alice/.writ/nonce.key' },
    });
  });

  test.each([
    ['AWS_ENDPOINT_URL', 'https://sts.evil.example'],
    ['AWS_ENDPOINT_URL_STS', 'https://sts.evil.example'],
    ['AWS_ENDPOINT_URL_SECRETS_MANAGER', ''],
    ['WRIT_PUBLIC_URL', 'http://writ.example'],
    ['WRIT_PUBLIC_URL', 'HTTP://writ.example'],
    ['WRIT_NONCE_KEYS', 'file:/tmp/nonce.key'],
  ])(
    'in Lambda, %s = %s is a start-up failure, even for a function that does not read it',
    (variable, value) => {
      const failed = failure(() => readConfig({ ...LAMBDA, [variable]: value }, ['ledgerTable']));
      expect(failed.setting).toBe(variable);
    },
  );
});

describe('a laptop’s bundle (rule 10)', () => {
  type Parts = Parameters<typeof refuseLaptopBundle>[1];
  const bundle = (iss: string, keys: object, account = '111122223333') =>
    ({
      issuers: [{ alias: 'corp', iss, keys }],
      accounts: [{ account: 'prod', id: account }],
    }) as unknown as Parts;
  const GOOD = bundle('https://login.example', { jwks_uri: 'https://login.example/keys' });

  test('a real one loads', () => {
    expect(() => refuseLaptopBundle(LAMBDA, GOOD)).not.toThrow();
  });

  test('an issuer whose name is no URL, with a key of ours, loads', () => {
    expect(() => refuseLaptopBundle(LAMBDA, bundle('mdm', { kms: 'alias/mdm' }))).not.toThrow();
  });

  test.each([
    ['http issuer', bundle('http://login.example', { jwks_uri: 'https://login.example/keys' })],
    ['http key set', bundle('https://login.example', { jwks_uri: 'http://login.example/keys' })],
    ['file as key set', bundle('mdm', { jwks_uri: 'file:///tmp/keys' })],
    ['loopback', bundle('https://login.example', { jwks_uri: 'https://127.0.0.1/keys' })],
    ['local name', bundle('https://idp.local.invalid', { kms: 'alias/x' })],
  ])('%s: a start-up failure that names the issuer', (_, parts) => {
    expect(failure(() => refuseLaptopBundle(LAMBDA, parts)).setting).toBe('issuer corp');
    expect(() => refuseLaptopBundle(VARIABLES, parts)).not.toThrow();
  });

  test('the laptop’s account: a start-up failure that names it', () => {
    const parts = bundle('https://login.example', { kms: 'alias/x' }, '000000000000');
    expect(failure(() => refuseLaptopBundle(LAMBDA, parts)).setting).toBe('account prod');
  });
});

describe('the evidence log', () => {
  const read = (change: Environment) => () => readConfig({ ...LAMBDA, ...change }, ['evidence']);

  test.each([
    'GOVERNANCE',
    'governance:400',
    'GOVERNANCE:0',
    'GOVERNANCE:-1',
    'COMPLIANCE:1e3',
    'none:400',
    '',
  ])('locked %j does not start', (lock) => {
    expect(failure(read({ WRIT_EVIDENCE_LOCK: lock })).setting).toBe('WRIT_EVIDENCE_LOCK');
  });

  test.each(['writ example', 'a+b', 'a\nb'])('of the name %j does not start', (origin) => {
    expect(failure(read({ WRIT_EVIDENCE_ORIGIN: origin })).setting).toBe('WRIT_EVIDENCE_ORIGIN');
  });

  test.each(['local.invalid/evidence', 'localhost/evidence', '127.0.0.1'])(
    'of a laptop’s name (%s) does not start in Lambda, and does on a laptop',
    (origin) => {
      expect(read({ WRIT_EVIDENCE_ORIGIN: origin })).toThrow('WRIT_EVIDENCE_ORIGIN is the laptop’s');
      const laptop = { ...VARIABLES, WRIT_EVIDENCE_ORIGIN: origin };
      expect(readConfig(laptop, ['evidence']).evidence.origin).toBe(origin);
    },
  );
});
