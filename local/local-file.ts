import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Tables } from '../adapters/tables.ts';
import { VERIFIER_KEY_PATH } from '../core/evidence/checkpoint.ts';
import { ACCOUNT } from './aws/account.ts';
import type { Deployed } from './deploy.ts';
import type { Folder } from './folder.ts';
import { RESPONDER_SECONDS } from './function-roles.ts';
import { TEST_USERS, type TestUser } from './idp.ts';
import { functionName, REGION, roleArn, TABLES } from './names.ts';
import type { Outside } from './outside.ts';
import { type ReadyDevice, readyDevice } from './ready-device.ts';
import { takeRole } from './take-role.ts';

/** `.writ/local.json`: every address, file and ready-made name that a script needs to drive the stack from outside. */
export interface LocalFile {
  /** Whatever speaks of this origin is no evidence of anything. */
  readonly origin: 'local.invalid';
  readonly broker: string;
  readonly token_endpoint: string;
  /** The identity provider's. */
  readonly issuer: string;
  readonly aws_endpoint: string;
  readonly dynamodb_endpoint: string;
  readonly mdm: string;
  readonly ci: string;
  readonly region: string;
  readonly account: string;
  readonly tables: Tables;
  readonly bundle: string;
  readonly cloudtrail_dir: string;
  /** The evidence log, as C2SP tlog-tiles below this folder; and its verifier key. */
  readonly evidence_dir: string;
  readonly evidence_vkey: string;
  readonly logs_dir: string;
  readonly users: readonly TestUser[];
  /** An agent that a device's own key may speak for. */
  readonly agent: string;
  /** A device of the first user's, ready to make proofs with. */
  readonly device: ReadyDevice;
  /** AWS credentials of a responder's, for `writ revoke --responder` and `--direct`; a working day long. */
  readonly responder: {
    readonly AWS_ACCESS_KEY_ID: string;
    readonly AWS_SECRET_ACCESS_KEY: string;
    readonly AWS_SESSION_TOKEN: string;
  };
  /** AWS credentials that may look at everything, for `writ doctor`; as long. */
  readonly doctor: LocalFile['responder'];
  /** AWS credentials that may forget people, for `writ forget`; and that may read evidence, and nothing else. As long. */
  readonly privacy: LocalFile['responder'];
  readonly auditor: LocalFile['responder'];
  /** AWS credentials that may read what opens personal fields, for `writ openings`. As long. */
  readonly openings: LocalFile['responder'];
  /** Absolute path of the `writ` command. */
  readonly writ: string;
  readonly pid: number;
}

/** What the file says of a stack that is up; makes the ready device, too. */
export async function describe(stack: {
  readonly root: string;
  readonly folder: Folder;
  readonly broker: string;
  readonly outside: Outside;
  readonly deployed: Deployed;
}): Promise<LocalFile> {
  const { root, folder, broker, outside, deployed } = stack;
  const { idp, mdm, ci, database } = outside;
  const alice = { iss: idp.issuer, sub: 'alice' };
  return {
    origin: 'local.invalid',
    broker,
    token_endpoint: `${broker}/token`,
    issuer: idp.issuer,
    aws_endpoint: deployed.aws.endpoint,
    dynamodb_endpoint: database.endpoint,
    mdm: mdm.issuer,
    ci: ci.issuer,
    region: REGION,
    account: ACCOUNT,
    tables: TABLES,
    bundle: deployed.bundle.file,
    cloudtrail_dir: folder.cloudtrail,
    evidence_dir: folder.evidence,
    evidence_vkey: await readFile(join(folder.evidence, VERIFIER_KEY_PATH), 'utf8'),
    logs_dir: folder.logs,
    users: TEST_USERS,
    agent: 'report-writer',
    device: await readyDevice(folder.dir, mdm, { aud: broker, user: alice }),
    responder: keysOf('responder', deployed),
    doctor: keysOf('doctor', deployed),
    privacy: keysOf('privacy', deployed),
    auditor: keysOf('auditor', deployed),
    openings: keysOf('openings', deployed),
    writ: join(root, 'dist', 'writ.js'),
    pid: process.pid,
  };
}

function keysOf(
  who: 'responder' | 'doctor' | 'privacy' | 'auditor' | 'openings',
  { aws }: Deployed,
): LocalFile['responder'] {
  const session = takeRole(aws, functionName(who), roleArn(who), RESPONDER_SECONDS);
  return {
    AWS_ACCESS_KEY_ID: session.accessKeyId,
    AWS_SECRET_ACCESS_KEY: session.secretAccessKey,
    AWS_SESSION_TOKEN: session.sessionToken,
  };
}

/** Owner only: it holds the test users' passwords. */
export const writeLocalFile = (path: string, local: LocalFile): Promise<void> =>
  writeFile(path, `${JSON.stringify(local, null, 2)}\n`, { mode: 0o600 });
