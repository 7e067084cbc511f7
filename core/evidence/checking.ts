import type { OpenLog } from './load.ts';
import type { LogFolder } from './ports.ts';
import type { VerifierKey } from './verifier-key.ts';

/** What each check gets. */
export interface Checking {
  readonly folder: LogFolder;
  readonly log: OpenLog;
  readonly key: VerifierKey;
  readonly progress: (done: number, total: number) => void;
}
