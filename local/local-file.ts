import { writeFile } from 'node:fs/promises';
import type { Tables } from '../adapters/tables.ts';
import type { TestUser } from './idp.ts';
import type { ReadyDevice } from './ready-device.ts';

/** `.writ/local.json`: every address, file and ready-made name that a script needs to drive the stack from outside. */
export interface LocalFile {
  /** Whatever speaks of this origin is no evidence of anything. */
  readonly origin: 'local.invalid';
  readonly broker: string;
  readonly token_endpoint: string;
  /** The identity provider's. */
  readonly issuer: string;
  readonly aws_endpoint: string;
  readonly dynamodb_endpoint: string;
  readonly mdm: string;
  readonly ci: string;
  readonly region: string;
  readonly account: string;
  readonly tables: Tables;
  readonly bundle: string;
  readonly cloudtrail_dir: string;
  readonly evidence_dir: string;
  readonly logs_dir: string;
  readonly users: readonly TestUser[];
  /** An agent that a device's own key may speak for. */
  readonly agent: string;
  /** A device of the first user's, ready to make proofs with. */
  readonly device: ReadyDevice;
  /** Absolute path of the `writ` command. */
  readonly writ: string;
  readonly pid: number;
}

/** Owner only: it holds the test users' passwords. */
export const writeLocalFile = (path: string, local: LocalFile): Promise<void> =>
  writeFile(path, `${JSON.stringify(local, null, 2)}\n`, { mode: 0o600 });
