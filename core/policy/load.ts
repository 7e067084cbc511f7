import { sha256Hex } from '../encoding/hash.ts';
import { Fault } from '../fault.ts';
import type { Bundle, LoadedBundle } from './bundle.ts';

/**
 * Reads a compiled bundle. Its hash is the whole check: `policy build` made these bytes, or nothing loads.
 *
 * @param bytes - The bundle's file.
 * @param expectedHash - SHA-256 of those bytes, hex, from the function's configuration.
 * @throws Fault `bundle_mismatch`: during a deploy file and hash can differ for a moment, and a retry succeeds.
 */
export function loadBundle(bytes: Uint8Array, expectedHash: string): LoadedBundle {
  const hash = sha256Hex(bytes);
  if (hash !== expectedHash) throw new Fault('bundle_mismatch');
  const bundle = JSON.parse(new TextDecoder().decode(bytes)) as Bundle;
  if (bundle.v !== 1) throw new Fault('bundle_mismatch');
  return { hash, bundle };
}
