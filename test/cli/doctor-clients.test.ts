import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, test } from 'vitest';
import { doctorClients } from '../../cli/doctor-clients.ts';

const OWN = '444455556666';
const OTHER = '111122223333';
const PLACE = { region: 'eu-central-1', prefix: 'writ-', accountRole: null, local: null };

const sts = mockClient(STSClient);
beforeEach(() => {
  sts.reset();
  sts.on(GetCallerIdentityCommand).resolves({ Account: OWN });
});

test('in the caller’s own account his own credentials serve, and he is asked for once', async () => {
  const { accountConfig } = doctorClients({ ...PLACE, accountRole: 'audit' });
  const first = await accountConfig(OWN, 'eu-west-1');
  await accountConfig(OWN, 'eu-west-1');
  expect([first?.region, first?.credentials]).toEqual(['eu-west-1', undefined]);
  expect(sts.commandCalls(GetCallerIdentityCommand).length).toBe(1);
  expect(sts.commandCalls(AssumeRoleCommand).length).toBe(0);
});

test('in another there are none, unless a role is named', async () => {
  expect(await doctorClients(PLACE).accountConfig(OTHER, 'eu-west-1')).toBeNull();
  expect(await doctorClients(PLACE).iam(OTHER)).toBeNull();
});

test('which is taken there, when it is needed', async () => {
  sts.on(AssumeRoleCommand).resolves({
    Credentials: { AccessKeyId: 'A', SecretAccessKey: 's', SessionToken: 't', Expiration: new Date(0) },
  });
  const config = await doctorClients({ ...PLACE, accountRole: 'team/audit' }).accountConfig(
    OTHER,
    'eu-west-1',
  );
  const { credentials } = config ?? {};
  if (typeof credentials !== 'function') throw new Error('no credentials');
  expect((await credentials()).accessKeyId).toBe('A');
  expect(sts.commandCalls(AssumeRoleCommand)[0]?.args[0].input).toEqual({
    RoleArn: `arn:aws:iam::${OTHER}:role/team/audit`,
    RoleSessionName: 'writ-doctor',
  });
});

test('on a laptop every client has the stack’s endpoint and keys, whatever the shell says', () => {
  const keys = { accessKeyId: 'ASIALOCALA', secretAccessKey: 's', sessionToken: 't' };
  const local = { endpoint: 'http://127.0.0.1:8472', credentials: keys };
  const { config } = doctorClients({ ...PLACE, local });
  expect(config('us-east-1')).toMatchObject({ ...local, region: 'us-east-1' });
});
