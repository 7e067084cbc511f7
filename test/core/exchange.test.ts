import { afterAll, beforeAll, expect, test } from 'vitest';
import { foldWrit } from '../../core/ledger/fold.ts';
import { type Broker, openBroker } from '../support/broker.ts';
import { NOW } from '../support/clock.ts';

let broker: Broker;
beforeAll(async () => {
  broker = await openBroker();
});
afterAll(() => broker.close());

test('a good request gets one session, planned as asked, and leaves intent, outcome and key pointer', async () => {
  const answer = await broker.exchange(await broker.ask());
  if (!answer.ok) throw new Error(JSON.stringify(answer));
  const { writ, credential, grant } = answer.value;
  expect(credential.SecretAccessKey).toBe('secret-of-0001');
  expect(grant.bounds).toMatchObject({ deadline: NOW + 900, durationSeconds: 900 });
  expect(broker.sts.asked).toHaveLength(1);
  expect(broker.sts.asked[0]).toMatchObject({
    RoleArn: 'arn:aws:iam::111122223333:role/writ/reports-read',
    RoleSessionName: `helper+${writ}`,
    SourceIdentity: `alice@corp.example+${writ}`,
    DurationSeconds: 900,
  });
  const items = await broker.items(writ);
  expect(items.map(({ sk }) => sk)).toEqual(['00#intent', '10#outcome']);
  expect(foldWrit(items, NOW)).toMatchObject({ state: 'issued' });
});

test('an attested agent is bound by its registration', async () => {
  const answer = await broker.exchange(await broker.ask({ actor: 'attested' }));
  expect(answer).toMatchObject({
    ok: true,
    value: { grant: { binding: { actor: 'permission', actor_device: null } } },
  });
});
