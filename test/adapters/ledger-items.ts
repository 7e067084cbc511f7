/** What a test puts into the ledger: each test has a writ of its own, so that none sees another's. */
import type { LedgerItem, Openings, Spend } from '../../core/ports.ts';
import { NOW } from '../support/clock.ts';

let made = 0;
/** A word that no other test of this file has. */
export const unique = (): string => {
  made += 1;
  return `n${made}`;
};

/** As `intentItem` makes it; NOW is 2025-06-15T15:06:40Z. */
export const intentOf = (id: string, body = `{"type":"intent","writ":"${id}"}`): LedgerItem => ({
  pk: `WRIT#${id}`,
  sk: '00#intent',
  body,
  due: '2025-06-15T15',
  dueAt: `2025-06-15T15:06:50Z#${id}`,
});

export const outcomeOf = (id: string, body: string): LedgerItem => ({
  pk: `WRIT#${id}`,
  sk: '10#outcome',
  body,
});

export const pointerOf = (accessKeyId: string, id: string): LedgerItem => ({
  pk: `KEY#${accessKeyId}`,
  sk: '00#key',
  body: `{"type":"key","writ":"${id}"}`,
});

export const OPENINGS: Openings = {
  purpose: { salt: 'AAAAAAAAAAAAAAAAAAAAAA', value: 'Summarise the Q3 figures' },
  email: { salt: 'BBBBBBBBBBBBBBBBBBBBBB', value: 'alice@example.com' },
};
/** `jcs(OPENINGS)`. */
export const OPENINGS_TEXT =
  '{"email":{"salt":"BBBBBBBBBBBBBBBBBBBBBB","value":"alice@example.com"},"purpose":{"salt":"AAAAAAAAAAAAAAAAAAAAAA","value":"Summarise the Q3 figures"}}';

export const openingsOf = (subject = 'corp:alice') => ({ subject, values: OPENINGS });

export const spendOf = (id: string): Required<Spend> => ({
  by: id,
  proof: { jkt: `jkt-${id}`, jti: `proof-${id}`, until: NOW + 125 },
  actorToken: { iss: 'https://agents.example', jti: `actor-${id}`, jkt: `jkt-${id}`, until: NOW + 300 },
});
