/** A fresh process that folds entries into an account's deny document, again and again. */
import { denyDocument } from '../core/revocation/deny-document.ts';
import type { Rung } from '../core/revocation/ports.ts';
import { type Crowd, crowd } from './crowd.ts';
import { serve } from './gauge.ts';

export interface Asked extends Crowd {
  readonly times: number;
}

export interface Folding {
  /** User and system CPU of each fold in its turn, milliseconds: the first one is the process's first. */
  readonly cpu: readonly number[];
  readonly rung: Rung;
  readonly characters: number;
}

/** Any instant: a fold reads no clock. */
const NOW = 1_750_000_000;
const ACCOUNT = '000000000000';

function fold({ times, ...of }: Asked): Folding {
  const entries = crowd(of, NOW);
  const cpu: number[] = [];
  let document = null;
  for (let time = 0; time < times; time++) {
    const before = process.cpuUsage();
    document = denyDocument(entries, NOW, ACCOUNT);
    const { user, system } = process.cpuUsage(before);
    cpu.push((user + system) / 1000);
  }
  if (document === null) throw new Error('nothing was folded');
  return { cpu, rung: document.rung, characters: document.characters };
}

await serve([], { fold: (asked) => fold(asked as Asked) });
