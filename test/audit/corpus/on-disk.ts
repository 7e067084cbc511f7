/** The corpus as an auditor gets it: a trail as CloudTrail delivers it, and an evidence log that the archiver wrote. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { evidenceFolder } from '../../../adapters/evidence-folder.ts';
import { commit } from '../../../core/archive/commit.ts';
import { jcs } from '../../../core/encoding/jcs.ts';
import { bundlePath, TILE_WIDTH, widthOf } from '../../../core/evidence/tiles.ts';
import { commitPorts, leafOfRecord, testSigner, vkeyOf } from '../../support/evidence-log.ts';
import { type Chance, UPPER } from './chance.ts';
import type { Corpus } from './corpus.ts';
import type { Raw } from './shapes.ts';

/** @returns the log's verifier key. */
export async function writeEvidence(
  { records, tampered }: Corpus,
  folder: string,
  by: Chance,
): Promise<string> {
  const ports = commitPorts({ log: evidenceFolder(folder) });
  const left = [...records];
  while (left.length > 0) await commit(left.splice(0, by.number(1, 60)).map(leafOfRecord), ports);
  const { size } = await ports.heads.read();
  const bundles = Array.from({ length: Math.ceil(size / TILE_WIDTH) }, (_, at) =>
    join(folder, bundlePath(at, widthOf(0, at, size))),
  );
  for (const record of tampered) await tamper(jcs(record), bundles);
  return vkeyOf(testSigner());
}

/** Another bundle hash than the one that decided: valid JSON, a valid record, and never what was logged. */
async function tamper(body: string, bundles: readonly string[]): Promise<void> {
  const changed = body.replace(/[0-9a-f](?=")/, (digit) => (digit === '0' ? '1' : '0'));
  for (const path of bundles) {
    const bytes = await readFile(path);
    const at = bytes.indexOf(body);
    if (at < 0) continue;
    bytes.write(changed, at);
    return writeFile(path, bytes);
  }
  throw new Error('no such leaf');
}

/** Events of each account and Region in files of some hundreds; `twice` of them are delivered in two files. */
export async function writeTrail(
  events: readonly Raw[],
  twice: number,
  folder: string,
  by: Chance,
): Promise<void> {
  const all = by.shuffled([...events, ...by.shuffled(events).slice(0, twice)]);
  const places = Map.groupBy(
    all,
    ({ recipientAccountId, awsRegion }) => `${recipientAccountId} ${awsRegion}`,
  );
  for (const [place, delivered] of places) {
    const [account = '', region = ''] = place.split(' ');
    while (delivered.length > 0) {
      const name = `${account}_CloudTrail_${region}_20261123T0000Z_${by.text(UPPER, 16)}.json.gz`;
      const path = join(folder, 'AWSLogs', account, 'CloudTrail', region, '2026', '11', '23', name);
      await mkdir(dirname(path), { recursive: true });
      const records = delivered.splice(0, by.number(100, 400));
      await writeFile(path, gzipSync(JSON.stringify({ Records: records })));
    }
  }
}
