import { spawn } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import type { WrittenLog } from './fsck-log.ts';

/** It may wait for ever once it has found something wrong: its workers stop, and nobody empties their queue. */
const LIMIT_SECONDS = 60;
/** What it prints when it got through. Its exit code says too little: releases to v1.0.4 end with 0 on failure as well. */
const SUCCESS = "Successfully fsck'd log";

export interface Judgement {
  readonly accepted: boolean;
  /** Its last lines. */
  readonly said: string;
}

/** Tessera's fsck over a log in a folder. @param program - Its path. */
export function fsck(program: string, { folder, keyFile }: WrittenLog): Promise<Judgement> {
  const flags = [
    '--N=16',
    '--ui=false',
    `--storage_url=${pathToFileURL(folder).href}/`,
    `--public_key=${keyFile}`,
  ];
  return new Promise((resolve, reject) => {
    const child = spawn('timeout', ['--kill-after=1', String(LIMIT_SECONDS), program, ...flags]);
    let said = '';
    child.stdout.on('data', (text: Buffer) => (said += text.toString()));
    child.stderr.on('data', (text: Buffer) => (said += text.toString()));
    child.on('error', reject);
    child.on('close', (exit) =>
      resolve({
        accepted: exit === 0 && said.includes(SUCCESS),
        said: said.split('\n').slice(-4).join('\n'),
      }),
    );
  });
}
