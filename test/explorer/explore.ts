/**
 * Goes through the orders in which things can happen. Each schedule is run from the beginning on real code; where it
 * comes to a state that was seen before, everything after it has been explored already, and it is left there.
 */
import { createHash } from 'node:crypto';
import { begin, finish } from './actors.ts';
import { breachesOf } from './properties.ts';
import { rememberCrypto } from './remembered-crypto.ts';
import type { Move } from './scheduler.ts';
import { isDeath, isMishap, type Scenario, type Stage, stateOf } from './stage.ts';
import type { World } from './world.ts';

export interface Found {
  readonly breach: string;
  /** The moves that lead there, in order: enough to run it again. */
  readonly path: readonly string[];
}

export interface Explored {
  readonly scenario: string;
  /** Schedules run, those that were left early among them. */
  readonly schedules: number;
  /** Schedules that came to an end of their own. */
  readonly ends: number;
  readonly states: number;
  /** Whether nothing was left out. */
  readonly complete: boolean;
  /** How often a secret left: an explorer in whose schedules none ever does has shown nothing. */
  readonly released: number;
  readonly found: readonly Found[];
}

/** Which move is next; `null`: this schedule need not go on. */
type Next = (stage: Stage, moves: readonly Move[]) => Move | null;

export interface Bounds {
  /** Schedules in order, depth first; then so many at random. */
  readonly most: number;
  readonly random: number;
  readonly seed: number;
  /** Ends at the first breach. */
  readonly first?: boolean;
}

export async function explore(world: World, scenario: Scenario, bounds: Bounds): Promise<Explored> {
  const crypto = rememberCrypto();
  const seen = new Set<string>();
  const found: Found[] = [];
  let schedules = 0;
  let ends = 0;
  let released = 0;
  const todo: (readonly string[])[] = [[]];
  try {
    while (todo.length > 0 && schedules < bounds.most && !(bounds.first === true && found.length > 0)) {
      await runOne(todo.pop() ?? [], systematic);
    }
    const complete = todo.length === 0;
    const random = lottery(bounds.seed);
    if (!complete && found.length === 0) {
      for (let drawn = 0; drawn < bounds.random; drawn += 1) await runOne([], anyOf(random));
    }
    return { scenario: scenario.name, schedules, ends, states: seen.size, complete, released, found };
  } finally {
    crypto.restore();
  }

  /** Follows the given moves, then asks which is next. */
  async function runOne(prefix: readonly string[], next: Next): Promise<void> {
    schedules += 1;
    const stage = begin(world, scenario);
    for (;;) {
      await quiet(crypto.underWay);
      const at = stage.scheduler.path.length;
      const moves = allowed(stage, scenario);
      if (moves.length === 0) return judge(stage);
      const given = prefix[at];
      const move = given === undefined ? next(stage, moves) : moves.find(({ name }) => name === given);
      if (move === null) return;
      if (move === undefined) throw new Error(`${given} is not ready: the run is not the same twice`);
      move.fire();
    }
  }

  function systematic(stage: Stage, moves: readonly Move[]): Move | null {
    const state = createHash('sha1').update(stateOf(stage)).digest('base64');
    if (seen.has(state)) return null;
    seen.add(state);
    const [first = null, ...others] = moves;
    for (const { name } of others.reverse()) todo.push([...stage.scheduler.path, name]);
    return first;
  }

  async function judge(stage: Stage): Promise<void> {
    ends += 1;
    released += stage.released.length;
    await finish(stage);
    for (const breach of breachesOf(stage)) found.push({ breach, path: [...stage.scheduler.path] });
  }
}

/** Mishaps are rare: at most so many in one schedule. */
function allowed({ scheduler }: Stage, { mishaps = 0, dying }: Scenario): readonly Move[] {
  const gone = scheduler.path.filter(isMishap).length;
  const all = scheduler.ready();
  const aside = all.find((move) => move.aside !== null)?.aside;
  return all.filter(
    (move) =>
      (aside === undefined || move.aside === aside) &&
      (!move.mishap || (gone < mishaps && (dying === undefined || isDeath(move.name)))),
  );
}

/** Every actor has come to its next call, or to its end. What they do in between waits for nobody but WebCrypto. */
async function quiet(underWay: () => number): Promise<void> {
  do await new Promise((resolve) => setImmediate(resolve));
  while (underWay() > 0);
}

const anyOf =
  (random: () => number) =>
  (_: Stage, moves: readonly Move[]): Move | null =>
    moves[Math.floor(random() * moves.length)] ?? null;

/** Numbers from 0 to 1 that are the same for the same seed (a linear congruential generator; nothing secret). */
function lottery(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
