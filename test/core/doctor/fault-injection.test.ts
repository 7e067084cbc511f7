import { expect, test } from 'vitest';
import { CHECKS } from '../../../core/doctor/checks.ts';
import { COMPILES } from '../../../core/doctor/configuration.ts';
import { examine, examineUncompiled } from '../../../core/doctor/examine.ts';
import { type Facts, unknown } from '../../../core/doctor/facts.ts';
import { sourcesOf } from '../../../core/doctor/needs.ts';
import { FAULTS, faulty } from './faults.ts';
import { type Draft, goodStack } from './good-stack.ts';

const faultsIn = (facts: Facts) =>
  examine(facts)
    .filter(({ verdict }) => verdict === 'fault')
    .map(({ check }) => check.id);

test('a good stack has no fault, nothing that cannot be told, and nothing that was not looked at', () => {
  const notOk = examine(goodStack()).filter(({ verdict }) => verdict !== 'ok');
  expect(notOk.map(({ check, judgements }) => [check.id, judgements])).toEqual([]);
});

test.each(FAULTS)('$fault is named by $check, and by no other', (planted) => {
  expect(faultsIn(faulty(planted))).toEqual([planted.check]);
});

test('each check has its fault, and each fault its check', () => {
  const planted = [...new Set(FAULTS.map(({ check }) => check))];
  expect([COMPILES, ...planted].sort()).toEqual(CHECKS.map(({ id }) => id).sort());
});

test.each(FAULTS)('$fault is told with what, proof and fix', (planted) => {
  const [found] = examine(faulty(planted)).flatMap(({ judgements }) =>
    judgements.flatMap((one) => (one.verdict === 'fault' ? [one] : [])),
  );
  expect(found?.what).toMatch(/\.$/);
  expect(found?.proof).toMatch(/\S/);
  expect(found?.fix).toMatch(/\S/);
});

/** Everything that can be looked at, not looked at. */
function blind(): Facts {
  const facts = structuredClone(goodStack()) as Draft<Facts>;
  const hide = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if ('known' in value) return unknown('Nobody looked.');
    if (Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, hide(inner)]));
  };
  return {
    ...facts,
    ...(hide({ ...facts, policy: null, issuers: {} }) as Facts),
    policy: facts.policy,
    now: facts.now,
  };
}

test('what cannot be looked at is told so, and is never ok', () => {
  const told = new Map(examine(blind()).map(({ check, verdict }) => [check.id, verdict]));
  const fromConfigurationAlone = [
    'config.compiles',
    'permission.cases',
    'agent.review',
    'agent.expiry',
    'issuer.client',
  ];
  // An issuer is asked over the network: no answer is a fault, and here nobody asked.
  const issuers = [...told.keys()].filter((id) => id.startsWith('issuer.') && id !== 'issuer.audience');
  for (const [id, verdict] of told) {
    if (fromConfigurationAlone.includes(id)) expect([id, verdict]).toEqual([id, 'ok']);
    else if (issuers.includes(id) || id === 'clock.issuer') expect([id, verdict]).toEqual([id, 'nothing']);
    else expect([id, verdict]).toEqual([id, 'cannot_tell']);
  }
});

test.each(CHECKS.map(({ id }) => id))('%s needs no other facts than are gathered for it', (id) => {
  const sources = sourcesOf([id]);
  const nobody = blind();
  const good = goodStack();
  const facts: Facts = {
    ...good,
    ...(sources.has('clock') ? {} : { clock: nobody.clock }),
    ...(sources.has('issuers') ? {} : { issuers: {} }),
    ...(sources.has('broker') ? {} : { broker: nobody.broker }),
    ...(sources.has('accounts') ? {} : { accounts: {} }),
    ...(sources.has('organization') ? {} : { organization: nobody.organization }),
  };
  expect(examine(facts, [id]).map(({ verdict }) => verdict)).toEqual(['ok']);
});

test('a laptop in a tunnel is no fault of anybody’s', () => {
  const facts = structuredClone(goodStack()) as Draft<Facts>;
  facts.clock = unknown('It does not answer.');
  const unreachable = { ok: false, problem: 'cannot be reached' } as const;
  for (const one of Object.values(facts.issuers)) {
    Object.assign(one, { clock: facts.clock, discovery: unreachable, keys: unreachable });
  }
  const told = new Map(examine(facts).map(({ check, verdict }) => [check.id, verdict]));
  expect([told.get('issuer.keys'), told.get('issuer.discovery')]).toEqual(['cannot_tell', 'cannot_tell']);
  expect(faultsIn(facts)).toEqual([]);
});

test('a configuration that does not compile is one fault, and nothing else can be told', () => {
  const examined = examineUncompiled(['config/accounts.yaml:2: must be twelve digits in quotes']);
  expect(examined.filter(({ verdict }) => verdict === 'fault').map(({ check }) => check.id)).toEqual([
    COMPILES,
  ]);
  expect(new Set(examined.map(({ verdict }) => verdict))).toEqual(new Set(['fault', 'cannot_tell']));
});

test('checks have ids of their own, and each says what it relies on', () => {
  expect(new Set(CHECKS.map(({ id }) => id)).size).toBe(CHECKS.length);
  for (const { id, what, fault, reliesOn } of CHECKS) {
    expect(id).toMatch(/^[a-z]+\.[a-z-]+$/);
    expect(
      [what, fault].every((words) => /^[A-Z].*\.$/.test(words)),
      id,
    ).toBe(true);
    expect(reliesOn, id).not.toBe('');
  }
});
