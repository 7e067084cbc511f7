import type { Adapter, AdapterPayload } from 'oidc-provider';

interface Stored {
  readonly payload: AdapterPayload;
  /** Milliseconds since 1970; infinite for what does not end. */
  readonly until: number;
}

/**
 * What the identity provider remembers, in this process only: a restart signs everyone out.
 *
 * A refresh token is stored without its `nonce`, so that an ID token got with it lacks one, as OIDC Core §12.2
 * allows and strict providers do. A client that counts on the nonce after a refresh fails here first.
 */
export function memoryAdapter(): (model: string) => Adapter {
  const all = new Map<string, Stored>();

  const live = (key: string): AdapterPayload | undefined => {
    const stored = all.get(key);
    if (stored === undefined) return undefined;
    if (stored.until > Date.now()) return stored.payload;
    all.delete(key);
    return undefined;
  };

  return (model) => {
    const prefix = `${model}:`;
    const findWhere = (field: 'uid' | 'userCode', value: string): AdapterPayload | undefined => {
      for (const key of all.keys()) {
        const payload = key.startsWith(prefix) ? live(key) : undefined;
        if (payload?.[field] === value) return payload;
      }
      return undefined;
    };
    return {
      upsert: async (id, payload, expiresIn) => {
        const { nonce: _, ...withoutNonce } = payload;
        all.set(prefix + id, {
          payload: model === 'RefreshToken' ? withoutNonce : payload,
          until: expiresIn === undefined ? Number.POSITIVE_INFINITY : Date.now() + expiresIn * 1000,
        });
      },
      find: async (id) => live(prefix + id),
      findByUid: async (uid) => findWhere('uid', uid),
      findByUserCode: async (userCode) => findWhere('userCode', userCode),
      consume: async (id) => {
        const payload = live(prefix + id);
        if (payload !== undefined) payload.consumed = Math.floor(Date.now() / 1000);
      },
      destroy: async (id) => {
        all.delete(prefix + id);
      },
      revokeByGrantId: async (grantId) => {
        for (const [key, stored] of all) if (stored.payload.grantId === grantId) all.delete(key);
      },
    };
  };
}
