/** What is not Writ's, here as at any company: who signs in, who vouches for devices and workloads, a database. */
import { connect, type Database, freshTables } from './database.ts';
import { startDynamoDb } from './dynoxide.ts';
import { type Idp, startIdp } from './idp.ts';
import { type Mdm, startMdm } from './mdm.ts';
import { TABLES } from './names.ts';
import type { Parts } from './parts.ts';
import { type Platform, startPlatform } from './platform.ts';
import type { Ports } from './ports.ts';

export interface Outside {
  readonly idp: Idp;
  readonly mdm: Mdm;
  readonly ci: Platform;
  /** With Writ's tables in it, empty. */
  readonly database: Database;
}

export async function startOutside(ports: Ports, env: NodeJS.ProcessEnv, parts: Parts): Promise<Outside> {
  const idp = parts.keep(await startIdp({ port: ports.idp }));
  const mdm = parts.keep(await startMdm({ port: ports.mdm }));
  const ci = parts.keep(await startPlatform({ port: ports.ci }));
  const engine = parts.keep(await startDynamoDb(ports.dynamodb, env));
  const database = connect(engine.endpoint, parts);
  await freshTables(database.dynamodb, TABLES);
  return { idp, mdm, ci, database };
}
