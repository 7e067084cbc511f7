import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Failure } from '../../cli/failure.ts';
import { findTaskFile } from '../../cli/task-file.ts';
import { wanted } from '../../cli/wanted.ts';

let root: string;
let home: string;
let project: string;
let deep: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'writ-task-'));
  home = path.join(root, 'home');
  project = path.join(home, 'work', 'project');
  deep = path.join(project, 'src', 'deep');
  await mkdir(deep, { recursive: true });
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** Puts a task file below a folder. */
async function put(folder: string, content: unknown = { task: 'FIN-1', purpose: 'Sum up' }): Promise<string> {
  const file = path.join(folder, '.writ', 'task.json');
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}
const found = async (cwd: string) => (await findTaskFile(cwd, home))?.file ?? null;
const refusal = (cwd: string): Promise<unknown> => findTaskFile(cwd, home).catch((error: unknown) => error);

describe('where it is looked for', () => {
  test('the nearest one, upwards', async () => {
    expect(await found(deep)).toBeNull();
    const outer = await put(path.join(home, 'work'));
    expect(await found(deep)).toBe(outer);
    const inner = await put(project);
    expect(await findTaskFile(deep, home)).toEqual({ task: 'FIN-1', purpose: 'Sum up', file: inner });
  });

  test('not above the project', async () => {
    await put(path.join(home, 'work'));
    await mkdir(path.join(project, '.git'));
    expect(await found(deep)).toBeNull();
    const own = await put(project);
    expect(await found(deep)).toBe(own);
  });

  test('a worktree’s .git is a file, and ends the project as well', async () => {
    await put(path.join(home, 'work'));
    await writeFile(path.join(project, '.git'), 'gitdir: /elsewhere');
    expect(await found(deep)).toBeNull();
  });

  test('not in the home folder itself, nor above it, also where home is named by a link', async () => {
    await put(home);
    await put(root);
    expect(await found(deep)).toBeNull();
    expect(await found(home)).toBeNull();
    await symlink(home, path.join(root, 'link'));
    expect(await findTaskFile(deep, path.join(root, 'link'))).toBeNull();
  });

  test('outside of project and home in this folder alone', async () => {
    const outside = path.join(root, 'outside', 'below');
    await mkdir(outside, { recursive: true });
    await put(path.join(root, 'outside'));
    expect(await found(outside)).toBeNull();
    const here = await put(outside);
    expect(await found(outside)).toBe(here);
  });
});

describe('what is not used', () => {
  test.each([
    ['a third member', { task: 'a', purpose: 'b', permission: 'admin' }],
    ['a broker', { task: 'a', purpose: 'b', broker: 'https://evil.example' }],
    ['a task that is no text', { task: 1 }],
    ['no JSON', '{'],
    ['more than 4 KB', { task: 'x'.repeat(5000) }],
  ])('%s, and none further up in its place', async (_, content) => {
    await put(project);
    const file = await put(deep, content);
    const failure = await refusal(deep);
    expect(failure).toBeInstanceOf(Failure);
    expect((failure as Failure).fields).toMatchObject({ exit: 1, error: 'task_file_refused' });
    expect((failure as Failure).fields.what).toContain(file);
  });

  test('a link, as file and as folder', async () => {
    const elsewhere = await put(root);
    await mkdir(path.join(deep, '.writ'));
    await symlink(elsewhere, path.join(deep, '.writ', 'task.json'));
    expect(await refusal(deep)).toBeInstanceOf(Failure);
    await symlink(path.dirname(elsewhere), path.join(project, '.writ'));
    expect(await refusal(project)).toBeInstanceOf(Failure);
  });

  test('a pipe, which nobody waits for', async () => {
    await mkdir(path.join(deep, '.writ'));
    execFileSync('mkfifo', [path.join(deep, '.writ', 'task.json')]);
    expect(await refusal(deep)).toBeInstanceOf(Failure);
  });

  test.each(['task.json', '.'])('what everybody may write: %s', async (which) => {
    const file = await put(deep);
    await chmod(path.join(path.dirname(file), which), 0o777);
    expect(await refusal(deep)).toBeInstanceOf(Failure);
  });
});

describe('how it is used', () => {
  const FLAGS = { profile: 'work', permission: 'reports-read', account: 'prod', agent: 'analyst' };
  const world = (env: { readonly [name: string]: string } = {}) => ({ env, cwd: deep, home });

  test('for task and purpose where neither flag nor environment says them', async () => {
    await put(project, { task: 'FIN-9', purpose: 'From the file' });
    const said = async (flags: object, env?: { readonly [name: string]: string }) => {
      const { task, purpose } = (await wanted({ ...FLAGS, ...flags }, world(env))).details;
      return [task, purpose];
    };
    expect(await said({})).toEqual(['FIN-9', 'From the file']);
    expect(await said({ task: 'T' })).toEqual(['T', 'From the file']);
    expect(await said({}, { WRIT_PURPOSE: 'P' })).toEqual(['FIN-9', 'P']);
  });

  test('a file that is not to be used does not matter where all is said', async () => {
    await put(project, '{');
    expect((await wanted({ ...FLAGS, task: 'T', purpose: 'P' }, world())).details).toMatchObject({
      task: 'T',
    });
  });

  test('its words are words: no control characters, no marks that turn a line round', async () => {
    for (const task of ['a\nb', 'FIN\u202e1', '', 'x'.repeat(257)]) {
      const file = await put(project, { task, purpose: 'P' });
      await expect(wanted(FLAGS, world())).rejects.toThrow(`The task in ${file}`);
    }
  });

  test('one that says only the task leaves the purpose to be asked for', async () => {
    await put(project, { task: 'FIN-9' });
    await expect(wanted(FLAGS, world())).rejects.toThrow(
      'Say why it is needed: --purpose, WRIT_PURPOSE or .writ/task.json.',
    );
  });
});
