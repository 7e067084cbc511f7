/** The evidence of the sessions that are in a made-up trail, as a log in a folder. */
import { evidenceFolder } from '../adapters/evidence-folder.ts';
import { commit } from '../core/archive/commit.ts';
import { sha256Hex } from '../core/encoding/hash.ts';
import { jcs } from '../core/encoding/jcs.ts';
import type { LedgerRecord } from '../core/ledger/records.ts';
import { writId } from '../core/writ-id.ts';
import { INTENT, ISSUED } from '../test/core/ledger/fixture.ts';
import { commitPorts, leafOfRecord, testSigner, vkeyOf } from '../test/support/evidence-log.ts';
import { numbers } from './audit-numbers.ts';
import { type Session, TRAIL_ACCOUNT, TRAIL_FROM } from './audit-trail.ts';

/** What is put into the log at once. */
const BATCH = 100;

/** @param folder - Of the log. @returns the log's key. */
export async function writeEvidence(folder: string, sessions: readonly Session[]): Promise<string> {
  const ports = commitPorts({ log: evidenceFolder(folder) });
  for (let from = 0; from < sessions.length; from += BATCH) {
    await commit(
      sessions
        .slice(from, from + BATCH)
        .flatMap(recordsOf)
        .map(leafOfRecord),
      ports,
    );
  }
  return vkeyOf(testSigner());
}

/** Sessions of a quarter of an hour each, spread over the first hour of the trail. */
export function sessionsOf(count: number): readonly Session[] {
  const random = numbers(11);
  return Array.from({ length: count }, (_, at) => {
    const issuedAt = TRAIL_FROM + random.below(3600);
    const role = random.below(5);
    return {
      ...{ handle: 'alice', issuedAt, deadline: issuedAt + 900 },
      writ: writId(issuedAt * 1000, Buffer.from(random.hex(8), 'hex')),
      role: `arn:aws:iam::${TRAIL_ACCOUNT}:role/writ/permission-${role}`,
      roleId: `AROABENCHBENCHBENCH${role}`,
      accessKeyId: `ASIABENCH${String(at).padStart(11, '0')}`,
      requestId: random.uuid(),
    };
  });
}

function recordsOf(session: Session): readonly LedgerRecord[] {
  const { writ, issuedAt, deadline, role, roleId, accessKeyId, requestId } = session;
  const place = { kind: 'anywhere' as const };
  const intent = { ...INTENT, ...{ writ, role, deadline, place }, at: issuedAt - 1, account: TRAIL_ACCOUNT };
  const issued = {
    ...ISSUED,
    ...{ writ, issuedAt, accessKeyId, requestId, at: issuedAt + 1, expiration: deadline },
    intent: sha256Hex(jcs(intent)),
    assumedRoleId: `${roleId}:${session.handle}+${writ}`,
    tags: { 'writ:user': INTENT.subject.id, 'writ:task': INTENT.task.value },
  };
  return [intent, issued];
}
