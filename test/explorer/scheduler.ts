/**
 * Holds every call of every actor, and lets one go at a time: what ran beside each other becomes an order that
 * somebody chose. A call is two moves: it takes effect; its answer arrives.
 */
export interface Move {
  /** Unique among the moves that are ready, and the same in every run of the same order. */
  readonly name: string;
  /** A call that is lost on its way, or carried out without an answer, or a death, is one of the run's few mishaps. */
  readonly mishap: boolean;
  /** The call whose effect it is, where that is nobody else's business: in no order does it make a difference. */
  readonly aside: string | null;
  readonly fire: () => void;
}

export interface Call<T> {
  readonly actor: string;
  readonly what: string;
  readonly effect: () => T;
  /** How the call ends where no answer comes. Absent: this one cannot fail. */
  readonly failure?: () => T;
  /** The answer arrives in the same moment. */
  readonly atOnce?: boolean;
  /** Nobody else sees the effect: it happens before anything else does, and no order of it is tried. */
  readonly aside?: boolean;
  /** The caller may die here: the call takes effect, and of the caller nothing is heard again. Called when it has died. */
  readonly onDeath?: () => void;
}

export interface Scheduler {
  hold<T>(call: Call<T>): Promise<T>;
  /** What may happen next, by name. */
  ready(): readonly Move[];
  /** What each actor has been told, and what is on its way to it: with the tables, all that its next step depends on. */
  told(): string;
  /** Notes something that an actor saw without a call: its clock. */
  note(actor: string, seen: string): void;
  /** It has come to its end: what it was told decides nothing any more. */
  forget(actor: string): void;
  /** All that has been fired, in order. */
  readonly path: string[];
}

/** @param words - Makes a short word of an answer; the same word for the same answer. */
export function makeScheduler(words: (answer: unknown) => string | number): Scheduler {
  const moves = new Map<string, Move>();
  const underWay = new Map<string, string>();
  const seen = new Map<string, string>();
  const path: string[] = [];
  const note = (actor: string, what: string): void =>
    void seen.set(actor, `${seen.get(actor) ?? ''} ${what}`);

  function offer(name: string, mishap: boolean, run: () => void, aside: string | null = null): void {
    if (moves.has(name)) throw new Error(`${name} is under way already`);
    const fire = (): void => {
      path.push(name);
      run();
    };
    moves.set(name, { name, mishap, aside, fire });
  }

  return {
    path,
    note,
    forget: (actor) => void seen.delete(actor),
    hold({ actor, what, effect, failure, atOnce = false, aside = false, onDeath }) {
      const name = `${actor}: ${what}`;
      const call = aside ? name : null;
      return new Promise((resolve, reject) => {
        /** @param end - Gives the answer, or throws what the caller is to catch. */
        const answer = (end: () => Parameters<typeof resolve>[0]): void => {
          try {
            const value = end();
            note(actor, `${what}=${words(value)}`);
            resolve(value);
          } catch (error) {
            note(actor, `${what}!`);
            reject(error);
          }
        };
        const begin = (): void => {
          for (const variant of ['', ' lost', ' unanswered', ' and dies']) moves.delete(name + variant);
        };
        const later = (end: () => Parameters<typeof resolve>[0]): void => {
          if (atOnce) {
            answer(end);
            return;
          }
          underWay.set(name, wordsOf(end, words));
          offer(`${name} answered`, false, () => {
            moves.delete(`${name} answered`);
            underWay.delete(name);
            answer(end);
          });
        };
        const begins = (variant: string, run: () => void): void =>
          offer(
            name + variant,
            variant !== '',
            () => {
              begin();
              run();
            },
            call,
          );
        begins('', () => later(attempt(effect)));
        if (onDeath !== undefined) {
          begins(' and dies', () => {
            attempt(effect);
            for (const other of moves.keys()) if (other.startsWith(`${actor}: `)) moves.delete(other);
            seen.delete(actor);
            onDeath();
          });
        }
        if (failure === undefined) return;
        begins(' lost', () => later(failure));
        begins(' unanswered', () => {
          const end = attempt(effect);
          later(() => {
            end();
            return failure();
          });
        });
      });
    },
    ready: () => [...moves.values()].sort((one, other) => (one.name < other.name ? -1 : 1)),
    told: () =>
      [...seen, ...underWay, ...[...moves.keys()].map((name) => [name, 'ready'] as const)]
        .map(([who, what]) => `${who}:${what}`)
        .sort()
        .join('\n'),
  };
}

/** Runs it now; the end, good or bad, is for whoever asks. */
function attempt<T>(effect: () => T): () => T {
  try {
    const value = effect();
    return () => value;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

function wordsOf(end: () => unknown, words: (answer: unknown) => string | number): string {
  try {
    return `${words(end())} on its way`;
  } catch {
    return 'a failure on its way';
  }
}
