import { spawn } from 'node:child_process';
import { homedir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Io, Output } from './io.ts';
import { run } from './main.ts';

let lines: AsyncIterator<string, undefined> | undefined;

/** The process as the command's world. */
const io: Io = {
  argv: process.argv.slice(2),
  env: process.env,
  cwd: process.cwd(),
  home: homedir(),
  stdout: output(process.stdout),
  stderr: output(process.stderr),
  readLine,
  fetch,
  clock: Date.now,
  openBrowser: browserOpener(),
  node: process.execPath,
  script: path.resolve(process.argv[1] ?? ''),
};

process.exitCode = await run(io);
// An unread standard input would keep the process waiting.
process.stdin.destroy();

function output(stream: NodeJS.WriteStream): Output {
  return {
    write: (text) => void stream.write(text),
    isTerminal: stream.isTTY === true,
    columns: stream.columns,
  };
}

/** One reader for all lines: a second one would miss what the first has already taken in. */
async function readLine(): Promise<string | null> {
  lines ??= createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  const { value, done } = await lines.next();
  return done === true ? null : value;
}

/** Only where somebody sits in front of a desktop of this machine. */
function browserOpener(): Io['openBrowser'] {
  const { DISPLAY, WAYLAND_DISPLAY, SSH_CONNECTION } = process.env;
  const mac = process.platform === 'darwin';
  const desktop = mac || (process.platform === 'linux' && (DISPLAY || WAYLAND_DISPLAY));
  if (!desktop || SSH_CONNECTION) return null;
  return (url) => {
    const child = spawn(mac ? 'open' : 'xdg-open', [url], { stdio: 'ignore', detached: true });
    child.on('error', () => undefined);
    child.unref();
  };
}
