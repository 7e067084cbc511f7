/**
 * How big what is deployed may be, in bytes. A bundle that grows beyond this is slower to start, and mostly it has grown
 * by something that nobody meant to deploy: look at what weighs before you raise a number.
 */
const CODE: { readonly [duty: string]: number } = {
  /** With a Lambda client, whose model of Lambda is 70 kB. */
  exchange: 500_000,
  /** With an S3 client, 140 kB: its model is written so that no bundler can leave out what is not used. */
  archive: 480_000,
  /** As well. */
  receipts: 440_000,
  mint: 450_000,
  reconcile: 450_000,
};
const CODE_OF_OTHERS = 400_000;

/** Of code and policy engine together, where a function has one. */
export const WITH_ENGINE = 5_000_000;

/** @returns bytes of a function's minified code, all packages included; a policy engine lies beside it. */
export const ceilingOf = (duty: string): number => CODE[duty] ?? CODE_OF_OTHERS;
