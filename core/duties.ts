/** What is deployed: the handlers of `lambda/`, one function each. */
export const DUTIES = [
  'exchange',
  'mint',
  'permissions',
  'enroll',
  'metadata',
  'revoke',
  'reconcile',
  'writs',
  'status',
  'sweep',
  'schedule',
  'close',
  'archive',
  'receipts',
  'probe',
  'probe-keys',
] as const;
export type Duty = (typeof DUTIES)[number];
