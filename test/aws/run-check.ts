import { randomBytes } from 'node:crypto';
import { WRIT_ID_RANDOM_BYTES, writId } from '../../core/writ-id.ts';
import type { Check } from './check.ts';
import type { Laboratory } from './laboratory.ts';

/**
 * Runs one check, and undoes what it made whatever came of it.
 *
 * @returns what could not be undone. @throws what the check throws, after it has said what to change.
 */
export async function runCheck(check: Check, lab: Laboratory): Promise<readonly string[]> {
  const say = (line: string) => lab.say(`${check.id}: ${line}`);
  let left: readonly string[] = [];
  try {
    // A run of its own: checks use the same names.
    await check.run({ ...lab, run: writId(lab.now(), randomBytes(WRIT_ID_RANDOM_BYTES)), say });
  } catch (error) {
    say(`what to change: ${check.otherwise}`);
    say(`relied on by: ${check.reliedOnBy.join(', ')}`);
    throw error;
  } finally {
    left = await lab.cleanup.undoAll();
    for (const line of left) say(`NOT removed: ${line}; npm run test:aws -- --sweep`);
  }
  return left;
}
