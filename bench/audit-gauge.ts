/** Loaded before what is measured: says at its end what the process took, threads and all. */
import { writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const file = process.env.BENCH_GAUGE;
if (isMainThread && file !== undefined) {
  process.on('exit', () => {
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
    const took = {
      seconds: performance.now() / 1000,
      cpu: (userCPUTime + systemCPUTime) / 1e6,
      rss: maxRSS * 1024,
    };
    writeFileSync(file, JSON.stringify(took));
  });
}
