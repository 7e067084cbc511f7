import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { billOf, eventsOf, totalOf, UNITS } from '../../docs/cost/compute.ts';
import list from '../../docs/cost/prices.json' with { type: 'json' };
import { costPage } from '../../docs/generate-cost.ts';
import { brokenLinks } from '../support/links.ts';

const PAGE = join(import.meta.dirname, '../../docs/cost.md');

test('docs/cost.md is what `npm run docs` writes', () => {
  expect(readFileSync(PAGE, 'utf8')).toBe(costPage());
});

test('its links lead somewhere', () => {
  expect(brokenLinks(PAGE)).toEqual([]);
});

describe('a bill', () => {
  const month = { writs: 1_000, accounts: 2, prober: false };
  const usdOf = (what: string, of: Parameters<typeof billOf>[0]) =>
    billOf(of).find((line) => line.what.startsWith(what))?.usd ?? Number.NaN;

  test('has each event as often as it comes', () => {
    expect(eventsOf(month)).toEqual({
      exchange: 1_000,
      enrolment: 50,
      deadline: 1_000,
      revocation: 10,
      reconcileMinute: 87_600,
      sweepMinute: 43_800,
      probe: 0,
    });
    expect(eventsOf({ ...month, prober: true }).probe).toBe(43_800);
  });

  test('is counts times prices: requests of the front door, by hand', () => {
    const asked = (event: keyof typeof UNITS): number =>
      Object.entries(UNITS[event].invocations)
        .filter(([duty]) => ['exchange', 'enroll', 'revoke', 'metadata'].includes(duty))
        .reduce((sum, [, times = 0]) => sum + times, 0);
    const requests = 1_000 * asked('exchange') + 50 * asked('enrolment') + 10 * asked('revocation');
    expect(usdOf('API Gateway', month)).toBeCloseTo((requests * (3.5 + 0.6)) / 1_000_000, 10);
  });

  test('of the tables’ requests, by hand', () => {
    const unitsOf = (of: 'readUnits' | 'writeUnits'): number =>
      1_000 * (UNITS.exchange[of] + UNITS.deadline[of]) +
      (50 * UNITS.enrolment[of] + 10 * UNITS.revocation[of]) +
      (87_600 * UNITS.reconcileMinute[of] + 43_800 * UNITS.sweepMinute[of]);
    expect(usdOf('DynamoDB: requests', month)).toBeCloseTo(
      (unitsOf('writeUnits') * 0.625 + unitsOf('readUnits') * 0.125) / 1_000_000,
      10,
    );
  });

  test('grows with writs, with accounts and with a prober', () => {
    const total = (change: Partial<typeof month>) => totalOf(billOf({ ...month, ...change }));
    expect(total({ writs: 2_000 })).toBeGreaterThan(total({}));
    expect(total({ accounts: 3 })).toBeGreaterThan(total({}));
    expect(total({ prober: true })).toBeGreaterThan(total({}));
  });

  test('has no line that comes to nothing where all is used, and no price that is not used', () => {
    const all = billOf({ writs: 100_000, accounts: 40, prober: true });
    expect(all.filter(({ usd }) => !(usd > 0))).toEqual([]);
    const source = readFileSync(join(import.meta.dirname, '../../docs/cost/compute.ts'), 'utf8');
    expect(
      Object.keys(list.prices).filter((price) => !new RegExp(`cost\\(\\s*'${price}'`).test(source)),
    ).toEqual([]);
  });
});
