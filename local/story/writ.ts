import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { quoted, shown, shownWhole, typed } from './shell.ts';

/** Somebody at a laptop: a folder with that person's own keys, tokens and AWS profiles. */
export interface Person {
  readonly home: string;
  readonly env: { readonly [name: string]: string | undefined };
  /** Runs the `writ` command as that person would. */
  writ(...args: readonly string[]): Promise<Ran>;
  /** The same, for a reader to type. */
  types(...args: readonly string[]): string;
}

export interface Ran {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

export async function person(
  home: string,
  stack: { readonly file: string; readonly command: string },
): Promise<Person> {
  await mkdir(home, { recursive: true, mode: 0o700 });
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    XDG_STATE_HOME: join(home, 'state'),
    AWS_CONFIG_FILE: join(home, 'aws-config'),
    WRIT_LOCAL_FILE: stack.file,
    NO_COLOR: '1',
  };
  return {
    home,
    env,
    writ: (...args) =>
      new Promise((resolve) => {
        execFile(process.execPath, [stack.command, ...args], { env, cwd: home }, (error, stdout, stderr) => {
          const exit = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
          resolve({ exit, stdout, stderr });
        });
      }),
    types: (...args) =>
      typed([
        `XDG_STATE_HOME=${shownWhole(env.XDG_STATE_HOME)}`,
        // Where the command would not find it by itself.
        ...(shown(stack.file) === '.writ/local.json' ? [] : [`WRIT_LOCAL_FILE=${shown(stack.file)}`]),
        ...['node', shown(stack.command), ...args.map(quoted)],
      ]),
  };
}

/** What a command said, on one line. */
export const said = ({ stdout, stderr }: Ran): string => (stdout + stderr).trim().replaceAll('\n', ' ');
