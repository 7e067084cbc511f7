/** Rules 1 and 8 in every order in which exchange, mint, who revokes, who reconciles, the sweep and time take turns. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BROKEN_ENDING, ENDING } from './ending-scenarios.ts';
import { explore } from './explore.ts';
import { BROKEN, SCENARIOS } from './scenarios.ts';
import { makeWorld, type World } from './world.ts';

const BOUNDS = { most: 20_000, random: 0, seed: 1, first: true } as const;

let world: World;
let total = 0;
beforeAll(async () => {
  world = await makeWorld();
});
afterAll(() => console.log(`${total} schedules explored`));

describe('in no order does a secret leave that should not', () => {
  test.each(SCENARIOS)('$name', async (scenario) => {
    const explored = await explore(world, scenario, BOUNDS);
    total += explored.schedules;
    expect(explored.found).toEqual([]);
    expect(explored).toMatchObject({ complete: true });
    expect(explored.released).toBeGreaterThan(0);
  });
});

describe('in no order does a revoked session live', () => {
  test.each(ENDING)('$name', async (scenario) => {
    const explored = await explore(world, scenario, BOUNDS);
    total += explored.schedules;
    expect(explored.found).toEqual([]);
    expect(explored).toMatchObject({ complete: true });
    expect(explored.released).toBeGreaterThan(0);
  });
});

test('and those were thousands of orders', () => {
  expect(total).toBeGreaterThan(10_000);
});

describe('the explorer finds what is wrong', () => {
  test.each([...BROKEN, ...BROKEN_ENDING])('$name', async ({ breach, ...scenario }) => {
    const { found } = await explore(world, scenario, BOUNDS);
    expect(found).toContainEqual({ breach, path: expect.anything() });
  });
});

test('the same seed draws the same schedules', async () => {
  const [scenario] = SCENARIOS;
  if (scenario === undefined) throw new Error('no scenario');
  const draw = () => explore(world, scenario, { most: 0, random: 20, seed: 7 });
  expect(await draw()).toEqual(await draw());
});
