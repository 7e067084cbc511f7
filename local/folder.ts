import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

export type Folder = Awaited<ReturnType<typeof freshFolder>>;

/**
 * The stack's own folder: everything that it writes is in here.
 *
 * What an earlier run left is removed, but only what the stack itself writes: the folder may be somebody's.
 */
export async function freshFolder(dir: string) {
  const folder = {
    dir,
    bundles: join(dir, 'bundles'),
    cloudtrail: join(dir, 'cloudtrail'),
    evidence: join(dir, 'evidence'),
    logs: join(dir, 'logs'),
    nonceKeys: join(dir, 'nonce-keys'),
    enrolmentKey: join(dir, 'enrolment-key.pem'),
    probeKey: join(dir, 'probe-key.pem'),
    evidenceKey: join(dir, 'evidence-key.pem'),
    localFile: join(dir, 'local.json'),
  };
  const { cloudtrail, evidence, logs, nonceKeys, enrolmentKey, probeKey, evidenceKey, localFile } = folder;
  // The head of the log stands in control, which begins anew: so do its objects, and its key.
  const ours = [cloudtrail, evidence, logs, nonceKeys, enrolmentKey, probeKey, evidenceKey, localFile];
  for (const path of ours) {
    await rm(path, { recursive: true, force: true });
  }
  for (const path of [dir, folder.bundles, cloudtrail, folder.evidence, logs]) {
    await mkdir(path, { recursive: true, mode: 0o700 });
  }
  return folder;
}
