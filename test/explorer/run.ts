/**
 * `node test/explorer/run.ts`: the schedules of the tests, with their number. `--all` adds the large scenarios,
 * `--most N` bounds each, and beyond the bound as many are drawn at random, by `--seed`. `--only TEXT` picks by name.
 */
import { parseArgs } from 'node:util';
import { ENDING, LARGE_ENDING } from './ending-scenarios.ts';
import { explore } from './explore.ts';
import { LARGE, SCENARIOS } from './scenarios.ts';
import { makeWorld } from './world.ts';

const { values } = parseArgs({
  options: {
    all: { type: 'boolean', default: false },
    most: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
  },
});
const most = Number(values.most);
const bounds = { most, random: most, seed: Number(values.seed) };

const world = await makeWorld();
let schedules = 0;
for (const scenario of [...SCENARIOS, ...ENDING, ...(values.all ? [...LARGE, ...LARGE_ENDING] : [])]) {
  if (!scenario.name.includes(values.only)) continue;
  const explored = await explore(world, scenario, bounds);
  schedules += explored.schedules;
  const whole = explored.complete ? 'all' : 'not all';
  console.log(
    `${String(explored.schedules).padStart(7)} schedules, ${whole}, ${explored.released} secrets left, ` +
      `${explored.found.length} breaches  ${scenario.name}`,
  );
  for (const { breach, path } of explored.found.slice(0, 3)) {
    console.log(`        ${breach}:\n        ${path.join(' → ')}`);
    process.exitCode = 1;
  }
}
console.log(`${schedules} schedules explored`);
