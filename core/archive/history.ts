/** Whether the head and the published log are of one history: a control table can be lost, or put back from a copy. */
import { CHECKPOINT_PATH, openCheckpoint } from '../evidence/checkpoint.ts';
import { rootOf } from '../evidence/merkle.ts';
import type { LogHead, LogHeads, LogReader, LogSigner } from '../evidence/ports.ts';
import { ed25519Key, type VerifierKey } from '../evidence/verifier-key.ts';
import { Fault } from '../fault.ts';

export interface HistoryPorts {
  readonly origin: string;
  readonly log: LogReader;
  readonly heads: Pick<LogHeads, 'read'>;
  readonly signer: Pick<LogSigner, 'publicKey'>;
}

/** The log's own. @throws Fault `signing_unavailable`: what the signer calls its public key is none. */
export function keyOfLog({ origin, signer }: Pick<HistoryPorts, 'origin' | 'signer'>): VerifierKey {
  const key = ed25519Key(origin, signer.publicKey);
  if (key === null) throw new Fault('signing_unavailable');
  return key;
}

/**
 * Compares a head with the newest checkpoint under the log's own key. A head comes before the checkpoint of its size, so that
 * a checkpoint of more leaves than the head has, while the head stays as it is, tells of a head that was lost: whoever went on
 * from there would sign a second history. A checkpoint that the key did not sign says nothing, and is replaced.
 *
 * @returns `false`: somebody faster has moved the head since it was read.
 * @throws Fault `evidence_forked`, `evidence_unavailable`, `signing_unavailable`.
 */
export async function isCurrent(head: LogHead, ports: HistoryPorts): Promise<boolean> {
  const bytes = await ports.log.read(CHECKPOINT_PATH);
  const opened = bytes === null ? null : openCheckpoint(bytes, keyOfLog(ports));
  if (opened === null || 'flaw' in opened) return true;
  const { size, root } = opened.checkpoint;
  if (head.version > 0 && size < head.size) return true; // the head's edge tells nothing of an earlier root
  if (head.version > 0 && size === head.size && Buffer.compare(root, rootOf(head.edge)) === 0) return true;
  if ((await ports.heads.read()).version === head.version) throw new Fault('evidence_forked');
  return false;
}
