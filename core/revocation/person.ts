import { isWrit, type Target } from './target.ts';
import type { Revoker } from './who.ts';

/**
 * Under whom a request's reason, address and user agent are kept. A key is nobody's name: what it said of its own session is its
 * holder's, and is forgotten with him. Of a session that another key got it says nothing, or strangers would write into his
 * partition.
 */
export const personOf = (revoker: Revoker, target: Target | null): string =>
  revoker.road === 'key' &&
  target !== null &&
  isWrit(target) &&
  target.intent.device.jkt === revoker.proof.jkt
    ? target.intent.subject.id
    : revoker.by;
