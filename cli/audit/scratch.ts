/** A folder for what does not fit in memory: nobody else reads it, and it is gone afterwards, however the run ends. */
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Scratch {
  readonly folder: string;
  readonly remove: () => void;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Mode 0700: events in it are as clear as in the trail. */
export async function openScratch(): Promise<Scratch> {
  const folder = await mkdtemp(join(tmpdir(), 'writ-audit-'));
  const remove = () => {
    for (const signal of SIGNALS) process.removeListener(signal, onSignal);
    rmSync(folder, { recursive: true, force: true });
  };
  function onSignal(signal: NodeJS.Signals): void {
    remove();
    // Without a listener it now does what it does to any process: whoever waits for this one sees by what it ended.
    process.kill(process.pid, signal);
  }
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return { folder, remove };
}
