/** Rule 4b: an agent acts only for whom it is registered, or whom the user's own token lets it act for. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { attempt, issuedWith, refusedAs } from '../support/attempt.ts';
import { type Ask, type Broker, openBroker } from '../support/broker.ts';
import { FILES } from '../support/installation.ts';
import { corp, platform } from '../support/tokens.ts';

/** An agent for which the device's key may speak, or a platform's workload of the same name. */
const agent = (name: string, registration: object) => ({
  [`agents/${name}.yaml`]: {
    ...Object(FILES['agents/helper.yaml']),
    identities: [{ issuer: 'platform', subject: `workload/${name}` }],
    users: [],
    groups: [],
    permissions: [],
    ...registration,
  },
});

let broker: Broker;
beforeAll(async () => {
  broker = await openBroker({
    'issuers/partner.yaml': { ...Object(FILES['issuers/corp.yaml']), iss: 'https://login.partner.example' },
    ...agent('of-nobody', {}),
    ...agent('of-alice', { users: ['corp:alice'] }),
    ...agent('of-bob', { users: ['corp:bob'] }),
    ...agent('of-namesake', { users: ['partner:alice'] }),
    ...agent('of-finance', { groups: ['corp:finance'] }),
    ...agent('of-legal', { groups: ['corp:legal'] }),
    ...agent('of-partners', { groups: ['partner:finance'] }),
    ...agent('of-reading', { permissions: ['reports-read'] }),
    ...agent('of-secrets', { permissions: ['reports-secret'] }),
  });
});
afterAll(() => broker.close());

const send = async (change: Ask) => attempt(broker, await broker.ask(change));
const as = (name: string): Ask => ({ actor: { claims: { sub: name } } });
const workload = (name: string): Ask => ({
  actor: broker.world.actorToken({ claims: { sub: `workload/${name}`, jti: `of ${name}` } }),
});
const notFor = (name: string) => refusedAs({ reason: 'actor_not_for_subject', agent: name });

describe('Alice’s good token in the hands of an agent that is registered', () => {
  test.each([
    ['for nobody', 'of-nobody'],
    ['for another user', 'of-bob'],
    ['for a user of her name at another issuer', 'of-namesake'],
    ['for a group that she is not in', 'of-legal'],
    ['for a group of that name at another issuer', 'of-partners'],
    ['for another permission', 'of-secrets'],
  ])('%s: refused', async (_, name) => {
    expect(await send(as(name))).toMatchObject(notFor(name));
  });

  test.each([
    ['user', 'of-alice'],
    ['group', 'of-finance'],
    ['permission', 'of-reading'],
  ])('for this %s: issued, and recorded', async (actor, name) => {
    expect(await send(as(name))).toMatchObject(
      issuedWith({ binding: { actor }, actor: { kind: 'enrolled', agent: name } }),
    );
  });

  test('for one permission, asking for another: refused', async () => {
    const details = { permission: 'reports-bound' };
    expect(await send({ ...as('of-reading'), details })).toMatchObject(notFor('of-reading'));
  });

  test('for her, as another workload of its platform than was registered: refused', async () => {
    expect(await send(workload('of-alice-2'))).toMatchObject(refusedAs({ reason: 'actor_unknown' }));
  });
});

describe('an agent that is registered for nobody, and named by the token’s may_act', () => {
  const named = (may_act: unknown): Ask => ({
    ...workload('of-nobody'),
    subject: { claims: { may_act } },
  });
  const sub = 'workload/of-nobody';

  test('is issued a session, and the record says by what', async () => {
    expect(await send(named({ iss: platform.iss, sub }))).toMatchObject(
      issuedWith({ binding: { actor: 'may_act' } }),
    );
  });

  test.each([
    ['of another issuer', { iss: 'https://platform.example.net', sub }],
    ['of the issuer with a slash', { iss: `${platform.iss}/`, sub }],
    ['of the user’s own issuer', { iss: corp.iss, sub }],
    ['of no issuer', { sub }],
    ['as another workload', { iss: platform.iss, sub: 'workload/of-alice' }],
    ['by the name it has here', { iss: platform.iss, sub: 'of-nobody' }],
  ])('%s: refused', async (_, may_act) => {
    expect(await send(named(may_act))).toMatchObject(notFor('of-nobody'));
  });

  test.each([
    ['as a text', sub],
    ['as a list', [{ iss: platform.iss, sub }]],
    ['without a subject', { iss: platform.iss }],
  ])('%s: the token is refused', async (_, may_act) => {
    expect(await send(named(may_act))).toMatchObject({
      refusal: { reason: 'token_claim', token: 'subject_token', claim: 'may_act' },
      sessions: 0,
    });
  });
});

test('the device’s key speaks for an agent that only a platform may attest: refused', async () => {
  expect(await send(as('reporter'))).toMatchObject(refusedAs({ reason: 'actor_unknown' }));
});
