/**
 * The whole of Writ on one machine: real parts wherever there are any, `local/aws` where AWS would be.
 *
 * All that it writes is below one folder: CloudTrail files, logs, the bundle, keys and `local.json` (both 0600).
 */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { LocalAws } from './aws/server.ts';
import { deploy } from './deploy.ts';
import { freshFolder } from './folder.ts';
import { openFrontDoor } from './front-door.ts';
import type { FunctionSpec } from './function-spec.ts';
import type { Invoke } from './invoke.ts';
import { describe, type LocalFile, writeLocalFile } from './local-file.ts';
import type { Mdm } from './mdm.ts';
import { functionName } from './names.ts';
import { startOutside } from './outside.ts';
import { noParts, type Parts } from './parts.ts';
import type { Platform } from './platform.ts';
import type { Ports } from './ports.ts';

export interface StackOptions {
  /** The repository: where `config/`, `local/config/` and `dist/` are. */
  readonly root: string;
  /** Where it writes; what an earlier run left there is removed. */
  readonly dir: string;
  readonly ports: Ports;
  readonly env: NodeJS.ProcessEnv;
  /** Told, in a sentence, of what goes wrong in the background. */
  readonly onTrouble: (what: string) => void;
}

export interface Stack {
  readonly local: LocalFile;
  /** Path of `local.json`. */
  readonly file: string;
  readonly aws: LocalAws;
  readonly dynamodb: DynamoDBClient;
  readonly mdm: Mdm;
  readonly ci: Platform;
  /** Invokes a function that no stranger reaches, such as the sweep, which also runs every minute. */
  readonly invoke: Invoke;
  /** A switch for bad days: a function that is down answers nothing, and what it was doing is cut off. */
  readonly setDown: (duty: string, down: boolean) => void;
  /** What a deploy does to one function; tables, roles, queues, schedules and the deny policy stay as they are. */
  readonly redeploy: (duty: string, change: Partial<Pick<FunctionSpec, 'bundle' | 'env'>>) => void;
  /** Stops what was started, newest first. */
  readonly close: () => Promise<void>;
}

export async function startStack(options: StackOptions): Promise<Stack> {
  const parts = noParts();
  try {
    return { ...(await start(options, parts)), close: parts.close };
  } catch (error) {
    await parts.close();
    throw error;
  }
}

async function start(options: StackOptions, parts: Parts): Promise<Omit<Stack, 'close'>> {
  const { root, dir, ports, env, onTrouble } = options;
  const broker = `http://127.0.0.1:${ports.broker}`;

  const folder = await freshFolder(dir);
  const outside = await startOutside(ports, env, parts);
  const deployed = await deploy({ root, folder, port: ports.aws, broker, outside }, parts);
  const { database, mdm, ci } = outside;
  const { aws, functions } = deployed;
  const invoke = await openFrontDoor({ port: ports.broker, aws, database, onTrouble }, parts);
  // As after a deploy: an account that nobody has verified gets no writs.
  await invoke('reconcile', {});
  // And what nobody would archive is not begun.
  await invoke('archive', {});

  const local = await describe({ root, folder, broker, outside, deployed });
  await writeLocalFile(folder.localFile, local);
  const setDown = (duty: string, down: boolean): void => functions.setDown(functionName(duty), down);
  const redeploy: Stack['redeploy'] = (duty, change) => functions.update(functionName(duty), change);
  return {
    local,
    file: folder.localFile,
    aws,
    dynamodb: database.dynamodb,
    mdm,
    ci,
    invoke,
    setDown,
    redeploy,
  };
}
