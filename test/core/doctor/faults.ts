/** One fault for each check, as it is found in real life, planted into the facts of a good stack. */

import type { AccountFacts, Facts, RoleFacts, TrailFacts } from '../../../core/doctor/facts.ts';
import { known } from '../../../core/doctor/facts.ts';
import { type Draft, goodStack, NOW, seen } from './good-stack.ts';

export interface PlantedFault {
  readonly check: string;
  readonly fault: string;
  readonly plant: (facts: Draft<Facts>) => void;
}

const DAY = 24 * 3600;

const prod = (facts: Draft<Facts>): Draft<AccountFacts> => {
  const found = facts.accounts.prod;
  if (found === undefined) throw new Error('no account');
  return found;
};
const issuer = (facts: Draft<Facts>, alias = 'corp') => {
  const found = facts.issuers[alias];
  if (found === undefined) throw new Error('no issuer');
  return found;
};
const configured = (facts: Draft<Facts>, alias = 'corp') => {
  const found = facts.policy.bundle.issuers.find((one) => one.alias === alias);
  if (found === undefined) throw new Error('no issuer');
  return found;
};
const discovery = (facts: Draft<Facts>): Record<string, unknown> => {
  const read = issuer(facts).discovery;
  if (!read.ok || read.value === null) throw new Error('no document');
  return read.value;
};
const functions = (facts: Draft<Facts>) => seen(facts.broker.functions);
const named = (facts: Draft<Facts>, name: string) => {
  const found = functions(facts).find((one) => one.name === name);
  if (found === undefined) throw new Error('no function');
  return found;
};
const role = (facts: Draft<Facts>, name = 'reports-read'): Draft<RoleFacts> => {
  const found = seen(prod(facts).roles).find((one) => one.name === name);
  if (found === undefined) throw new Error('no role');
  return found;
};
const without = (facts: Draft<Facts>, name: string): void => {
  const { roles } = prod(facts);
  if (roles.known) roles.value = roles.value.filter((one) => one.name !== name);
};
const trail = (facts: Draft<Facts>): Draft<TrailFacts> => {
  const [found] = seen(prod(facts).trails);
  if (found === undefined) throw new Error('no trail');
  return found;
};
/** A document with one word changed. */
const reworded = (text: string, from: string, to: string): string => {
  if (!text.includes(from)) throw new Error(`the document has no ${from}`);
  return text.replace(from, to);
};
const unrailed = (facts: Draft<Facts>, name: string): void => {
  const organization = seen(facts.organization);
  organization.serviceControl = organization.serviceControl.filter((rail) => rail.name !== name);
  organization.resourceControl = organization.resourceControl.filter((rail) => rail.name !== name);
};

const fault = (check: string, fault: string, plant: PlantedFault['plant']): PlantedFault => ({
  check,
  fault,
  plant,
});

export const FAULTS: readonly PlantedFault[] = [
  fault('permission.cases', 'a statement that lets too much through', (facts) => {
    const permission = facts.policy.bundle.permissions.find(
      ({ permission }) => permission === 'reports-read',
    );
    const denied = permission?.denies[0];
    // Of a case, so that the role's own documents stay as they are.
    if (denied !== undefined) denied.resource = 'arn:aws:s3:::example-reports/q3/figures.csv';
  }),
  fault('agent.review', 'a review in ten days', (facts) => {
    const [agent] = facts.policy.bundle.agents;
    if (agent !== undefined) agent.reviewBy = NOW + 10 * DAY;
  }),
  fault('agent.review', 'a review that was due yesterday', (facts) => {
    const [agent] = facts.policy.bundle.agents;
    if (agent !== undefined) agent.reviewBy = NOW - DAY;
  }),
  fault('agent.expiry', 'a registration that ends in three weeks', (facts) => {
    const [agent] = facts.policy.bundle.agents;
    if (agent !== undefined) agent.expires = NOW + 21 * DAY;
  }),
  fault('issuer.client', 'another client signs people in', (facts) => {
    const { login } = configured(facts);
    if (login !== undefined) login.client_id = 'another';
  }),
  fault('issuer.audience', 'attestations for another broker', (facts) => {
    configured(facts, 'mdm').audiences = ['https://old.example.com'];
  }),

  fault('issuer.keys', 'a key set that is not there', (facts) => {
    issuer(facts, 'ci').keys = { ok: false, problem: 'answered 404' };
  }),
  fault('issuer.usable-keys', 'keys of another curve only', (facts) => {
    const { keys } = issuer(facts, 'mdm');
    if (keys.ok) keys.value = [{ kty: 'EC', crv: 'P-384', x: 'AA', y: 'AA' }];
  }),
  fault('issuer.key-size', 'an RSA key of 1024 bits', (facts) => {
    const { keys } = issuer(facts, 'ci');
    const n = Buffer.alloc(128, 0xc3).toString('base64url');
    if (keys.ok) keys.value = [...keys.value, { kty: 'RSA', n, e: 'AQAB' }];
  }),
  fault('issuer.key-size', 'no other key than one of 1024 bits', (facts) => {
    const { keys } = issuer(facts, 'ci');
    const n = Buffer.alloc(128, 0xc3).toString('base64url');
    if (keys.ok) keys.value = [{ kty: 'RSA', n, e: 'AQAB' }];
  }),
  fault('issuer.discovery', 'no discovery document', (facts) => {
    issuer(facts).discovery = { ok: true, value: null };
  }),
  fault('issuer.iss', 'a slash at the end', (facts) => {
    discovery(facts).issuer = 'https://login.example.com/';
  }),
  fault('issuer.jwks-uri', 'keys that have moved', (facts) => {
    discovery(facts).jwks_uri = 'https://login.example.com/v2/keys';
  }),
  fault('issuer.algorithms', 'an issuer that signs otherwise', (facts) => {
    discovery(facts).id_token_signing_alg_values_supported = ['PS256'];
  }),
  fault('issuer.scope', 'a scope that there is not', (facts) => {
    discovery(facts).scopes_supported = ['openid', 'profile', 'email', 'groups'];
  }),
  fault('issuer.pkce', 'plain PKCE alone', (facts) => {
    discovery(facts).code_challenge_methods_supported = ['plain'];
  }),

  fault('clock.here', 'a laptop that is five seconds slow', (facts) => {
    facts.clock = known({ ahead: 5_000, within: 520 });
    // So it is for whatever is looked at from it.
    for (const one of Object.values(facts.issuers)) one.clock = known({ ahead: 4_800, within: 540 });
  }),
  fault('clock.issuer', 'an issuer that is four seconds fast', (facts) => {
    issuer(facts, 'mdm').clock = known({ ahead: 4_000, within: 540 });
  }),

  fault('function.present', 'no sweep', (facts) => {
    const { functions } = facts.broker;
    if (functions.known) functions.value = functions.value.filter(({ name }) => name !== 'writ-sweep');
  }),
  fault('function.runtime', 'an old runtime', (facts) => {
    named(facts, 'writ-status').runtime = 'nodejs20.x';
  }),
  fault('function.state', 'an update that failed', (facts) => {
    named(facts, 'writ-mint').lastUpdate = 'Failed';
  }),
  fault('function.timeout', 'three seconds for an exchange', (facts) => {
    named(facts, 'writ-exchange').timeoutSeconds = 3;
  }),
  fault('function.bundle', 'one function with the bundle of last week', (facts) => {
    const { settings } = named(facts, 'writ-mint');
    settings.WRIT_BUNDLE_SHA256 = '0'.repeat(64);
  }),
  fault('function.settings', 'one function with another table', (facts) => {
    named(facts, 'writ-mint').settings.WRIT_CONTROL_TABLE = 'control-2';
  }),
  fault('function.release', 'one function of the release before', (facts) => {
    named(facts, 'writ-mint').settings.WRIT_RELEASE = '0.0.9';
  }),
  fault('release.deployed', 'a command that was upgraded, and a broker that was not', (facts) => {
    facts.release = '99.0.0';
  }),
  fault('configuration.deployed', 'a configuration that was changed and not deployed', (facts) => {
    facts.policy.hash = '1'.repeat(64);
  }),
  fault('broker.metadata', 'a public URL where another broker answers', (facts) => {
    facts.broker.metadata = known({ ok: true, value: { issuer: 'https://old.example.com' } });
  }),

  fault('table.present', 'no table of people', (facts) => {
    facts.broker.tables.people = known(null);
  }),
  fault('table.keys', 'a table of somebody else', (facts) => {
    seen(facts.broker.tables.people).keys = ['id'];
  }),
  fault('table.stream', 'a stream of new images only', (facts) => {
    seen(facts.broker.tables.ledger).stream = 'NEW_IMAGE';
  }),
  fault('table.index', 'an index that is still being made', (facts) => {
    const [index] = seen(facts.broker.tables.ledger).indexes;
    if (index !== undefined) index.state = 'CREATING';
  }),
  fault('table.recovery', 'no recovery of the ledger', (facts) => {
    seen(facts.broker.tables.ledger).pointInTimeRecovery = known(false);
  }),
  fault('table.deletion-protection', 'a ledger that can be deleted', (facts) => {
    seen(facts.broker.tables.ledger).deletionProtection = known(false);
  }),
  fault('table.expiry', 'no time to live of control', (facts) => {
    seen(facts.broker.tables.control).timeToLive = known(null);
  }),
  fault('table.permanence', 'records that expire', (facts) => {
    seen(facts.broker.tables.ledger).timeToLive = known('dueAt');
  }),

  fault('queue.present', 'no queue of dead letters', (facts) => {
    facts.broker.deadLetters.close = known(null);
  }),
  fault('queue.order', 'a standard queue', (facts) => {
    seen(facts.broker.reconcileQueue).fifo = false;
  }),
  fault('queue.redrive', 'no redrive policy', (facts) => {
    seen(facts.broker.reconcileQueue).deadLetters = null;
  }),
  fault('queue.visibility', 'half a minute hidden', (facts) => {
    seen(facts.broker.reconcileQueue).visibilitySeconds = 30;
  }),
  fault('queue.dead-letters', 'an end that was not delivered', (facts) => {
    seen(facts.broker.deadLetters.close).messages = 1;
  }),
  fault('schedule.group', 'no schedule group', (facts) => {
    facts.broker.scheduleGroup = known(null);
  }),

  fault('key.state', 'a key that waits to be deleted', (facts) => {
    seen(facts.broker.enrolmentKey).state = 'PendingDeletion';
  }),
  fault('key.spec', 'an RSA key', (facts) => {
    seen(facts.broker.enrolmentKey).spec = 'RSA_2048';
  }),
  fault('key.usage', 'a key for agreeing on keys', (facts) => {
    seen(facts.broker.enrolmentKey).usage = 'KEY_AGREEMENT';
  }),
  fault('nonce.present', 'no secret', (facts) => {
    facts.broker.nonceSecret = known(null);
  }),
  fault('nonce.rotation', 'a key that is older than a year', (facts) => {
    seen(facts.broker.nonceSecret).stages = ['AWSCURRENT'];
  }),

  fault('account.region', 'a Region that is not enabled', (facts) => {
    prod(facts).region = known({ ok: false, problem: 'answered InvalidClientTokenId' });
  }),
  fault('role.present', 'a role that was not deployed', (facts) => without(facts, 'tickets-write')),
  fault('role.unknown', 'a role that somebody made below /writ/', (facts) => {
    const { roles, deny } = prod(facts);
    if (roles.known) roles.value.push({ ...role(facts), name: 'mine' });
    seen(deny).attachedTo.push('mine');
  }),
  fault('role.trust', 'an account that is trusted, too', (facts) => {
    role(facts).trust = reworded(role(facts).trust, ':role/writ-mint', ':root');
  }),
  fault('role.trust', 'a condition that was taken out', (facts) => {
    role(facts).trust = reworded(role(facts).trust, '"aws:RequestTag/writ:task":"?*",', '');
  }),
  fault('role.permissions', 'a wider permission', (facts) => {
    const permissions = role(facts).inline.find(({ name }) => name === 'permissions');
    if (permissions !== undefined) permissions.text = reworded(permissions.text, 's3:GetObject', 's3:*');
  }),
  fault('role.fence', 'no fence', (facts) => {
    role(facts).inline = role(facts).inline.filter(({ name }) => name !== 'fence');
  }),
  fault('role.boundary', 'no boundary', (facts) => {
    role(facts).boundary = null;
  }),
  fault('role.max-session', 'twelve hours', (facts) => {
    role(facts).maxSessionSeconds = 43_200;
  }),
  fault('role.other-policies', 'an administrator’s policy', (facts) => {
    role(facts).attached.push('arn:aws:iam::aws:policy/AdministratorAccess');
  }),

  fault('part.present', 'no canary', (facts) => without(facts, 'canary')),
  fault('part.trust', 'a reconciler that trusts the account', (facts) => {
    role(facts, 'reconciler').trust = reworded(
      role(facts, 'reconciler').trust,
      ':role/writ-reconcile',
      ':root',
    );
  }),
  fault('part.permissions', 'a reconciler that may detach', (facts) => {
    const [policy] = role(facts, 'reconciler').inline;
    if (policy !== undefined) policy.text = reworded(policy.text, 'iam:GetPolicy"', 'iam:DetachRolePolicy"');
  }),
  fault('part.boundary', 'a canary without boundary', (facts) => {
    role(facts, 'canary').boundary = null;
  }),

  fault('deny.present', 'no deny policy', (facts) => {
    prod(facts).deny = known(null);
  }),
  fault('deny.valid', 'a version of somebody’s that allows', (facts) => {
    const deny = seen(prod(facts).deny);
    deny.text = reworded(deny.text, '"Deny"', '"Allow"');
  }),
  fault('deny.attached', 'a role from which it was detached', (facts) => {
    const deny = seen(prod(facts).deny);
    deny.attachedTo = deny.attachedTo.filter((name) => name !== 'reports-read');
  }),
  fault('deny.room', 'a document of 5,000 characters', (facts) => {
    const deny = seen(prod(facts).deny);
    deny.text = reworded(deny.text, 'canary+1', `canary+${'1'.repeat(4_900)}`);
  }),
  fault('deny.direct', 'a deny of last night’s', (facts) => {
    prod(facts).directDenies = known(['end.all']);
  }),
  fault('deny.verified', 'a reconciler that stands still', (facts) => {
    seen(prod(facts).health).verifiedAt = NOW - 601;
  }),
  fault('deny.verified', 'an account that was never verified', (facts) => {
    prod(facts).health = known(null);
  }),

  fault('trail.present', 'no trail', (facts) => {
    prod(facts).trails = known([]);
  }),
  fault('trail.regions', 'one Region', (facts) => {
    trail(facts).multiRegion = false;
  }),
  fault('trail.logging', 'a trail that was stopped', (facts) => {
    trail(facts).logging = false;
  }),
  fault('trail.validation', 'no digests', (facts) => {
    trail(facts).logFileValidation = false;
  }),
  fault('trail.management', 'data events only', (facts) => {
    trail(facts).selectors = trail(facts).selectors.filter(({ category }) => category === 'Data');
  }),
  fault('trail.read-write', 'writes only', (facts) => {
    for (const selector of trail(facts).selectors) {
      if (selector.category === 'Management') selector.only = 'WriteOnly';
    }
  }),
  fault('trail.data-events', 'a bucket that is left out', (facts) => {
    for (const selector of trail(facts).selectors) {
      if (selector.resourceType === 'AWS::S3::Object') selector.startsWith = ['arn:aws:s3:::another/'];
    }
  }),
  fault('trail.data-events', 'writes of a table only', (facts) => {
    for (const selector of trail(facts).selectors) {
      if (selector.resourceType === 'AWS::DynamoDB::Table') selector.only = 'WriteOnly';
    }
  }),
  fault('cluster.access', 'a cluster that lets a target role in', (facts) => {
    const [cluster] = seen(prod(facts).clusters);
    cluster?.principals.push('arn:aws:iam::111122223333:role/writ/reports-read');
  }),

  fault('guard.tags', 'no policy about tags', (facts) => unrailed(facts, 'tags')),
  fault('guard.roles', 'no policy about roles', (facts) => unrailed(facts, 'roles')),
  fault('guard.deny-policy', 'no policy about the deny policy', (facts) => unrailed(facts, 'policies')),
  fault('guard.assume', 'no resource control policy', (facts) => unrailed(facts, 'assume')),
];

/** A good stack with one fault. */
export function faulty({ plant }: PlantedFault): Facts {
  const facts = structuredClone(goodStack()) as Draft<Facts>;
  plant(facts);
  return facts;
}
