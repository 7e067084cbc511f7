/**
 * The explorer runs the same few tokens through the pipeline thousands of times. WebCrypto's answers are pure, so each
 * question is asked once and its answer remembered; without that nothing is left of a second but signature checks.
 */
import type { CryptoKey as Key } from 'jose';

type Question = 'verify' | 'digest' | 'importKey';
type Ask = (...of: unknown[]) => Promise<unknown>;

/** @returns what is under way, and how to put WebCrypto back. */
export function rememberCrypto(): { readonly underWay: () => number; restore(): void } {
  const { subtle } = globalThis.crypto;
  const remembered = new Map<string, Promise<unknown>>();
  const keys = new WeakMap<Key, number>();
  let count = 0;
  let underWay = 0;

  const spell = (part: unknown): string => {
    if (part instanceof CryptoKey) {
      const number = keys.get(part) ?? ++count;
      keys.set(part, number);
      return `key ${number}`;
    }
    if (part instanceof ArrayBuffer) return Buffer.from(part).toString('base64');
    if (ArrayBuffer.isView(part)) {
      return Buffer.from(part.buffer, part.byteOffset, part.byteLength).toString('base64');
    }
    return JSON.stringify(part);
  };
  const questions: readonly Question[] = ['verify', 'digest', 'importKey'];
  for (const question of questions) {
    const ask = Reflect.get(subtle, question).bind(subtle) as Ask;
    const answer: Ask = (...of) => {
      const key = [question, ...of.map(spell)].join(' ');
      const known = remembered.get(key);
      if (known !== undefined) return known;
      underWay += 1;
      const asked = ask(...of).finally(() => {
        underWay -= 1;
      });
      remembered.set(key, asked);
      return asked;
    };
    Object.defineProperty(subtle, question, { value: answer, configurable: true, writable: true });
  }
  return {
    underWay: () => underWay,
    restore() {
      for (const question of questions) Reflect.deleteProperty(subtle, question);
    },
  };
}
