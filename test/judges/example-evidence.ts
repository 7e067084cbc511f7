/**
 * `node test/judges/example-evidence.ts FOLDER`: a small log, its key, an older checkpoint, and a record with its receipt, for
 * whoever tries the commands of docs/guides/verify-without-writ.md.
 */
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { evidenceFolder } from '../../adapters/evidence-folder.ts';
import { loadLeaves } from '../../core/evidence/load.ts';
import { nodeReader } from '../../core/evidence/node-reader.ts';
import { proveInclusion } from '../../core/evidence/proofs.ts';
import { formatTlogProof } from '../../core/evidence/tlog-proof.ts';
import { keyFor, testSigner } from '../support/evidence-log.ts';
import { chanceFrom, writeLog } from './fsck-log.ts';

const SIZE = 600;
const INDEX = 321;

const [to = '.'] = process.argv.slice(2);
const written = await writeLog(to, { size: SIZE, longest: 100, often: 0.05, chance: chanceFrom(7) });
const log = evidenceFolder(written.folder);
const proof = await proveInclusion(INDEX, SIZE, nodeReader(log, SIZE));
const checkpoint = (await log.read('checkpoint')) ?? new Uint8Array();
const { leaves } = await loadLeaves(log, keyFor(testSigner()));
await writeFile(join(to, 'record.json'), leaves[INDEX]?.body ?? '');
await writeFile(join(to, 'record.tlog-proof'), formatTlogProof({ index: INDEX, proof, checkpoint }));
const [first = ''] = await log.list('checkpoints/');
await copyFile(join(written.folder, first), join(to, 'before.checkpoint'));
console.log(`${SIZE} leaves in ${written.folder}`);
