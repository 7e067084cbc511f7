/** How far a run is, on standard error: a line that is written over on a terminal, else one now and then. */
import type { Io } from '../io.ts';

export interface Progress {
  readonly onFile: (bytes: number, records: number) => void;
  readonly onJudging: (done: number, of: number) => void;
  readonly end: () => void;
}

const SHOW_EVERY_MILLIS = 200;
const TELL_EVERY_MILLIS = 10_000;

/** @param total - Of what is to be read. @param quiet - For a program: nothing is shown. */
export function progressOf(
  io: Io,
  total: { readonly files: number; readonly bytes: number },
  quiet: boolean,
): Progress {
  if (quiet) return { onFile: () => {}, onJudging: () => {}, end: () => {} };
  const { stderr, clock } = io;
  const start = clock();
  let last = start;
  let shown = false;
  const done = { files: 0, bytes: 0, records: 0 };

  function tell(line: () => string): void {
    const now = clock();
    if (now - last < (stderr.isTerminal ? SHOW_EVERY_MILLIS : TELL_EVERY_MILLIS)) return;
    last = now;
    shown = true;
    stderr.write(stderr.isTerminal ? `\r\u001b[K${line()}` : `${line()}\n`);
  }

  return {
    onFile: (bytes, records) => {
      done.files++;
      done.bytes += bytes;
      done.records += records;
      tell(() => reading(done, total, (clock() - start) / 1000));
    },
    onJudging: (partition, of) => tell(() => `judging: ${Math.floor((partition / of) * 100)} %`),
    end: () => {
      if (shown && stderr.isTerminal) stderr.write('\r\u001b[K');
    },
  };
}

function reading(
  done: { readonly files: number; readonly bytes: number; readonly records: number },
  total: { readonly files: number; readonly bytes: number },
  seconds: number,
): string {
  const rate = Math.round(done.records / Math.max(seconds, 0.001));
  const left = Math.ceil((seconds / Math.max(done.bytes, 1)) * (total.bytes - done.bytes));
  return `reading: ${done.files}/${total.files} files, ${done.records} events, ${rate}/s, ${timeLeft(left)} left`;
}

const timeLeft = (seconds: number): string =>
  seconds < 120 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
