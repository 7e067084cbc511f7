/** Which facts the checks look at: what nobody asks for is not gathered, and needs no credentials. */
export const SOURCES = ['clock', 'issuers', 'broker', 'accounts', 'organization'] as const;
export type Source = (typeof SOURCES)[number];

const BY_GROUP: { readonly [group: string]: readonly Source[] } = {
  config: [],
  permission: [],
  agent: [],
  issuer: ['clock', 'issuers', 'broker'],
  clock: ['clock', 'issuers'],
  function: ['broker'],
  configuration: ['broker'],
  release: ['broker'],
  broker: ['broker'],
  table: ['broker'],
  queue: ['broker'],
  schedule: ['broker'],
  key: ['broker'],
  nonce: ['broker'],
  account: ['accounts'],
  role: ['broker', 'accounts'],
  part: ['broker', 'accounts'],
  deny: ['broker', 'accounts'],
  trail: ['accounts'],
  cluster: ['accounts'],
  guard: ['organization'],
};

/** @param ids - Of checks; of a group that is not in the table everything. */
export const sourcesOf = (ids: readonly string[]): ReadonlySet<Source> =>
  new Set(ids.flatMap((id) => BY_GROUP[id.split('.')[0] ?? ''] ?? SOURCES));
