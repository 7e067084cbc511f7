/**
 * `node test/report/ocsf-older.ts PYTHON`: writes a run as OCSF 1.5, hostile texts in it, and has each line judged by the
 * whole schema of that version. PYTHON is one that has ocsf-json-schema and jsonschema.
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FILES, writeReports } from '../../cli/report/write-reports.ts';
import { hostileText } from './hostile.ts';
import { sampleRun } from './sample-run.ts';

const [python] = process.argv.slice(2);
if (python === undefined) throw new Error('usage: node test/report/ocsf-older.ts PYTHON');
const folder = await mkdtemp(join(tmpdir(), 'writ-ocsf-'));
try {
  await writeReports(sampleRun({ writs: 40, hostile: hostileText() }), folder, ['ocsf'], { ocsf: '1.5' });
  const script = join(import.meta.dirname, 'ocsf_1_5.py');
  const { status } = spawnSync(python, [script, join(folder, FILES.ocsf[0])], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
} finally {
  await rm(folder, { recursive: true });
}
