import { NOW } from '../support/clock.ts';
import type { Scenario } from './stage.ts';

/**
 * Heads set by hand, so that each call of mint can be held. Small enough for every run of the tests, and each of them
 * whole. Times are chosen for T′ = T + 3 s rounded up to 10:
 * NOW is a multiple of ten. From 7 s on T′ is as near to T as it can be, and 9 s and 1 s meet it from below; from 8 s
 * on it is as far, and only the margin makes it so.
 */
export const SCENARIOS: readonly Scenario[] = [
  { name: 'an end, STS 2 s ahead', start: 7, ticks: [9, 1], revoking: 'end', stsAhead: 2 },
  { name: 'an end, STS 2 s behind', start: 8, ticks: [9, 4], revoking: 'end', stsAhead: -2 },
  { name: 'an end, and every answer late', ticks: [10], revoking: 'end', lateAnswers: true },
  { name: 'a block that is lifted', ticks: [10], revoking: 'block and lift' },
  { name: 'an end, and a call that goes wrong', ticks: [10], revoking: 'end', mishaps: 1 },
  { name: 'the sweep, and a call that goes wrong', ticks: [11], sweeping: true, mishaps: 1 },
  { name: 'a writ that is handed over twice', revoking: 'end', twice: true },
];

/** For `run.ts --all`: every actor, every answer late, and several mishaps. Beyond the bound, at random. */
export const LARGE: readonly Scenario[] = [
  { name: 'a block and the sweep', ticks: [11], revoking: 'block', sweeping: true },
  ...[-2, 0, 2].flatMap((stsAhead) =>
    [0, 7].map((start) => ({
      name: `an end and the sweep, STS ${stsAhead} s ahead, from ${NOW + start}`,
      start,
      ticks: [9, 1, 1],
      revoking: 'end' as const,
      sweeping: true,
      stsAhead,
    })),
  ),
  {
    name: 'a block that is lifted, the sweep, and every answer late',
    ticks: [11],
    revoking: 'block and lift',
    sweeping: true,
    lateAnswers: true,
  },
  { name: 'twice, and the sweep', ticks: [11], sweeping: true, twice: true },
  { name: 'twice, an end and two mishaps', ticks: [10], revoking: 'end', twice: true, mishaps: 2 },
  {
    name: 'everything at once',
    ticks: [9, 1, 1],
    revoking: 'block and lift',
    sweeping: true,
    twice: true,
    mishaps: 1,
    lateAnswers: true,
    stsAhead: 2,
  },
];

/** What the explorer must find, or it would find nothing in the product either. */
export const BROKEN: readonly (Scenario & { readonly breach: string })[] = [
  {
    name: 'without the second recheck',
    ticks: [10],
    revoking: 'end',
    without: 'the second recheck',
    breach: 'a secret of before the cut-off left after it was committed',
  },
  {
    name: 'without the second recheck, of a block',
    ticks: [10],
    revoking: 'block',
    without: 'the second recheck',
    breach: 'a secret of somebody who was blocked',
  },
  {
    name: 'without the outcome slot',
    ticks: [11],
    sweeping: true,
    without: 'the outcome slot',
    breach: 'a secret left without its issued outcome',
  },
  {
    name: 'without the pending cut-off, as mint reads it',
    ticks: [10],
    revoking: 'end',
    without: 'the pending cut-off',
    breach: 'a secret of before the cut-off left after it was committed',
  },
  {
    name: 'without the pending cut-off, as it is committed',
    ticks: [10],
    revoking: 'end, stamped without committing',
    breach: 'a session that neither the recheck saw nor the denial covers',
  },
  {
    name: 'with clocks 3 s apart, for which the margin is too narrow',
    start: 7,
    revoking: 'end',
    stsAhead: 3,
    breach: 'a session that neither the recheck saw nor the denial covers',
  },
];
