/** Scenarios with the real revoker and the real reconciler; after each of them the reconciler runs once more. */
import type { Asked } from './endings.ts';
import type { Scenario } from './stage.ts';

const USER: Asked = { kind: 'user', request: 'r-1' };
const ALSO_USER: Asked = { kind: 'user', request: 'r-2' };
const WRIT: Asked = { kind: 'writ', request: 'r-1' };
const DEVICE: Asked = { kind: 'device', request: 'r-1' };

/** Small enough for every run of the tests, and each of them whole. Times as in `scenarios.ts`. */
export const ENDING: readonly Scenario[] = [
  {
    name: 'a user is ended, all clocks apart',
    start: 7,
    ticks: [9],
    ending: [USER],
    reconcilers: 1,
    stsAhead: 1,
    ahead: { revoker: -1, reconciler: 1, mint: -2 },
  },
  {
    name: 'a user is ended, STS 2 s behind',
    start: 8,
    ticks: [9, 4],
    ending: [USER],
    stsAhead: -2,
  },
  { name: 'a user is blocked', ticks: [10], ending: [{ ...USER, mode: 'block' }] },
  { name: 'a user is ended twice at once', ticks: [10], ending: [USER, ALSO_USER] },
  { name: 'one request, tried twice at once', ending: [USER, USER] },
  {
    name: 'the revoker dies beside a reconciler',
    start: 7,
    ending: [USER],
    dying: 'revoker',
    mishaps: 1,
    reconcilers: 1,
    stsAhead: 2,
  },
  {
    name: 'the revoker dies, and nobody asks again',
    start: 7,
    ticks: [9],
    ending: [USER],
    dying: 'revoker',
    mishaps: 1,
    stsAhead: 2,
  },
  {
    name: 'the revoker dies, and is asked again',
    start: 7,
    ticks: [9],
    ending: [USER],
    dying: 'revoker',
    repeated: true,
    mishaps: 1,
    stsAhead: 2,
  },
  { name: 'a user is ended, and a call goes wrong', ticks: [10], ending: [USER], mishaps: 1 },
  { name: 'a writ is ended', ending: [WRIT], reconcilers: 1 },
  {
    name: 'a writ’s revoker dies, is asked again',
    ending: [WRIT],
    dying: 'revoker',
    repeated: true,
    mishaps: 1,
    reconcilers: 1,
  },
  // Its sessions bear the MDM's name for it: the key is another name of the same machine.
  { name: 'a device by its key, at that moment', ending: [DEVICE] },
];

/** For `run.ts --all`. */
export const LARGE_ENDING: readonly Scenario[] = [
  {
    name: 'a user is ended, STS 2 s ahead, and time to ask again',
    start: 7,
    ticks: [9, 4],
    ending: [USER],
    reconcilers: 1,
    stsAhead: 2,
  },
  { name: 'two revocations and a reconciler', ticks: [10], ending: [USER, ALSO_USER], reconcilers: 1 },
  { name: 'one request twice and a reconciler', ticks: [10], ending: [USER, USER], reconcilers: 1 },
  {
    name: 'the revoker dies, is asked again, and a reconciler is at work',
    start: 7,
    ticks: [9],
    ending: [USER],
    dying: 'revoker',
    repeated: true,
    mishaps: 1,
    reconcilers: 1,
    stsAhead: 2,
  },
  {
    name: 'the reconciler dies',
    ticks: [10],
    ending: [USER],
    dying: 'reconciler',
    mishaps: 1,
    reconcilers: 1,
  },
  { name: 'a call goes wrong beside a reconciler', ticks: [10], ending: [USER], mishaps: 1, reconcilers: 1 },
  { name: 'a user is ended, and the sweep', ticks: [11], ending: [USER], sweeping: true, reconcilers: 1 },
  { name: 'a writ is ended, and the sweep', ticks: [11], ending: [WRIT], sweeping: true, reconcilers: 1 },
  { name: 'a writ and its user are ended', ending: [WRIT, ALSO_USER], reconcilers: 1 },
  { name: 'a user is ended, two reconcilers', ending: [USER], reconcilers: 2 },
  { name: 'a writ is ended, two reconcilers', ending: [WRIT], reconcilers: 2 },
];

/** What the explorer must find. */
export const BROKEN_ENDING: readonly (Scenario & { readonly breach: string })[] = [
  {
    name: 'the real revoker, clocks 3 s apart',
    start: 7,
    ending: [USER],
    stsAhead: 3,
    breach: 'a revoked session is not denied',
  },
];
