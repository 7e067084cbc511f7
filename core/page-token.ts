/**
 * Where a list goes on, as a word to hand out. It stands behind a writ that the reader may not be allowed to know of, so
 * the writ's id is in it as an HMAC only; and it is good for one reader and one question, and for nothing else.
 */
import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';
import { decodeBase64url } from './encoding/base64url.ts';
import { Fault } from './fault.ts';

/** Behind this one the list goes on. */
export interface Position {
  /** NumericDate. */
  readonly deadline: number;
  readonly writ: string;
}

/** A token that was ours. */
export interface Opened {
  readonly deadline: number;
  /** Whether this is the writ behind which the list goes on. */
  readonly isIt: (writ: string) => boolean;
}

const TOKEN = /^([0-9a-z]{1,10})\.([\w-]{43})\.([\w-]{43})$/;

/**
 * @param context - Who asks for what: the token is good for nothing else.
 * @param keys - Of the server nonce, current one first.
 * @returns `<deadline, base36>.<HMAC of the id>.<HMAC of it all>`.
 * @throws Fault `nonce_keys_unavailable` without a key.
 */
export function makePageToken(
  { deadline, writ }: Position,
  context: string,
  keys: readonly KeyObject[],
): string {
  const [key] = keys;
  if (key === undefined) throw new Fault('nonce_keys_unavailable');
  const place = `${deadline.toString(36)}.${ofWrit(key, writ)}`;
  return `${place}.${ofAll(key, place, context).toString('base64url')}`;
}

/** @returns `null`: not ours, another reader's, or of another question; or its key has been replaced since. */
export function openPageToken(token: string, context: string, keys: readonly KeyObject[]): Opened | null {
  const [, time = '', writHash = '', tag = ''] = TOKEN.exec(token) ?? [];
  const given = decodeBase64url(tag);
  if (given === null || time === '') return null;
  const key = keys.find((each) => timingSafeEqual(ofAll(each, `${time}.${writHash}`, context), given));
  if (key === undefined) return null;
  return { deadline: Number.parseInt(time, 36), isIt: (writ) => ofWrit(key, writ) === writHash };
}

/** The labels keep these HMACs apart from the nonce's and from each other. */
const ofWrit = (key: KeyObject, writ: string): string =>
  createHmac('sha256', key).update(`writ page behind ${writ}`).digest('base64url');

const ofAll = (key: KeyObject, place: string, context: string): Buffer =>
  createHmac('sha256', key).update(`writ page ${place} ${context}`).digest();
