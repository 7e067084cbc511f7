import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, test, vi } from 'vitest';
import { openAccount } from './account.ts';
import { destroy } from './clients.ts';
import { optIn } from './opt-in.ts';

const ASKED = { WRIT_AWS_TEST: '1', WRIT_AWS_ACCOUNT: '111122223333', AWS_REGION: 'eu-central-1' };

describe('a real account is touched only where somebody', () => {
  test('asked for it, named it, and said where', () => {
    expect(optIn(ASKED)).toEqual({
      ...{ ok: true, account: '111122223333', region: 'eu-central-1', organization: null },
    });
  });

  test.each([
    ['asked for it', { WRIT_AWS_TEST: undefined }],
    ['asked for it in these words', { WRIT_AWS_TEST: 'true' }],
    ['named it', { WRIT_AWS_ACCOUNT: undefined }],
    ['named one', { WRIT_AWS_ACCOUNT: '1111222233334' }],
    ['named a real one', { WRIT_AWS_ACCOUNT: '000000000000' }],
    ['said where', { AWS_REGION: undefined }],
    ['has no other endpoint in the environment', { AWS_ENDPOINT_URL: 'http://127.0.0.1:8472' }],
    ['has none for one service', { AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:8472' }],
    ['named a root that is none', { WRIT_AWS_ROOT: 'ou-abcd-11111111', WRIT_AWS_MEMBER: '444455556666' }],
    ['named root and member', { WRIT_AWS_ROOT: 'r-abcd' }],
  ])('%s', (_, change: NodeJS.ProcessEnv) => {
    expect(optIn({ ...ASKED, ...change })).toEqual({ ok: false, why: expect.stringMatching(/\w/) });
  });

  test('an organisation is its root and a member', () => {
    const organization = { root: 'r-abcd', member: '444455556666' };
    const env = { ...ASKED, WRIT_AWS_ROOT: organization.root, WRIT_AWS_MEMBER: organization.member };
    expect(optIn(env)).toMatchObject({ ok: true, organization });
  });
});

describe('whose credentials they are', () => {
  const say = () => undefined;
  const accessKeyId = 'ASIAEXAMPLE';
  const sts = (credentials: () => Promise<{ accessKeyId: string; secretAccessKey: string }>) => {
    const client = new STSClient({ region: 'eu-central-1', credentials });
    return { client, mock: mockClient(client) };
  };
  const good = async () => ({ accessKeyId, secretAccessKey: 'none' });

  test('nothing is resolved and nobody asked before it was asked for', async () => {
    const stsOf = vi.fn();
    expect(await openAccount({}, { say, stsOf })).toEqual({ skipped: 'WRIT_AWS_TEST is not 1' });
    expect(stsOf).not.toHaveBeenCalled();
  });

  test('where there are none, it is skipped with a line', async () => {
    const { client, mock } = sts(() => Promise.reject(new Error('none')));
    expect(await openAccount(ASKED, { say, stsOf: () => client })).toEqual({
      skipped: 'there are no credentials',
    });
    expect(mock.calls()).toEqual([]);
  });

  test('where they are another account’s, it fails', async () => {
    const { client, mock } = sts(good);
    mock.on(GetCallerIdentityCommand).resolves({ Account: '444455556666', UserId: 'AIDAEXAMPLE' });
    await expect(openAccount(ASKED, { say, stsOf: () => client })).rejects.toThrow('nothing was touched');
  });

  test('where they are the named account’s, that is the laboratory', async () => {
    const { client, mock } = sts(good);
    mock.on(GetCallerIdentityCommand).resolves({ Account: '111122223333', UserId: 'AIDAEXAMPLE' });
    const lab = await openAccount(ASKED, { say, stsOf: () => client });
    if ('skipped' in lab) throw new Error(lab.skipped);
    expect(lab).toMatchObject({ account: '111122223333', userId: 'AIDAEXAMPLE', region: 'eu-central-1' });
    expect(await lab.clients.iam.config.credentials()).toMatchObject({ accessKeyId });
    destroy(lab.clients);
  });
});
