/** A thread of the audit: reads files, and looks for duplicates. */
import { parentPort, workerData } from 'node:worker_threads';
import { Jobs } from './jobs.ts';

const port = parentPort;
if (port === null) throw new Error('this file is a thread');
const jobs = new Jobs(workerData);
port.on('message', async (job) => {
  try {
    port.postMessage({ done: await jobs.run(job) });
  } catch (error) {
    // The file system's code says enough, and quotes nothing of the file.
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'defect';
    port.postMessage({ failed: { code, name: error instanceof Error ? error.name : 'Error' } });
  }
});
