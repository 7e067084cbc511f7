/** What a deploy does at AWS, on the laptop: configuration, the functions with their settings, roles, what they guard. */
import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RELEASE, RELEASE_SETTING } from '../core/release.ts';
import { functionArn } from './aws/lambda.ts';
import { createRegistry } from './aws/registry.ts';
import { type LocalAws, startAws } from './aws/server.ts';
import { queueUrl } from './aws/sqs-queues.ts';
import type { Folder } from './folder.ts';
import { putRoles } from './function-roles.ts';
import { type FunctionSpec, type LocalFunctions, startFunctions } from './functions.ts';
import {
  CLOSE_DEAD_LETTERS,
  ENROLMENT_ALIAS,
  EVIDENCE_ALIAS,
  EVIDENCE_BUCKET,
  EVIDENCE_ORIGIN,
  functionName,
  PROBE_ALIAS,
  queueArn,
  RECONCILE_DEAD_LETTERS,
  RECONCILE_QUEUE,
  REGION,
  roleArn,
  SCHEDULE_GROUP,
  STREAM_FAILURES,
  TABLES,
} from './names.ts';
import type { Outside } from './outside.ts';
import type { Parts } from './parts.ts';
import { buildLocalPolicy, type LocalBundle } from './policy.ts';
import { seed } from './seed.ts';
import { takeRole } from './take-role.ts';

/** As deployed; above what the slowest, exchange with its mint, may take. */
const FUNCTION_TIMEOUT_SECONDS = 15;
/** Reconcile waits for IAM to spread what it wrote. */
const RECONCILE_TIMEOUT_SECONDS = 60;
/** What takes longer than an answer may. */
const TIMEOUT_SECONDS: { readonly [duty: string]: number } = {
  reconcile: RECONCILE_TIMEOUT_SECONDS,
  probe: 120,
  // A gap sweep waits for what the stream may be telling just now.
  archive: 240,
};

/**
 * Longer than its function may take. A message that was not done blocks its account for so long; but every account is
 * looked at every minute anyway.
 */
const RECONCILE_VISIBILITY_SECONDS = RECONCILE_TIMEOUT_SECONDS + 10;
const RECONCILE_TRIES = 10;

/** Dead letters first: SQS wants a queue to be there before another one names it. */
const QUEUES = [
  { name: CLOSE_DEAD_LETTERS },
  { name: STREAM_FAILURES },
  { name: RECONCILE_DEAD_LETTERS },
  {
    name: RECONCILE_QUEUE,
    visibilitySeconds: RECONCILE_VISIBILITY_SECONDS,
    redrive: { maxReceiveCount: RECONCILE_TRIES, deadLetterQueue: RECONCILE_DEAD_LETTERS },
  },
];

export interface Deployed {
  readonly aws: LocalAws;
  readonly functions: LocalFunctions;
  readonly bundle: LocalBundle;
}

export async function deploy(
  options: {
    /** The repository. */
    readonly root: string;
    readonly folder: Folder;
    /** Where the local AWS listens. */
    readonly port: number;
    /** The broker's public URL. */
    readonly broker: string;
    readonly outside: Outside;
  },
  parts: Parts,
): Promise<Deployed> {
  const { root, folder, port, broker, outside } = options;
  const { endpoint, dynamodb } = outside.database;
  const bundle = await buildLocalPolicy(root, folder.bundles, {
    LOCAL_BROKER: broker,
    LOCAL_ISSUER: outside.idp.issuer,
    LOCAL_MDM: outside.mdm.issuer,
    LOCAL_CI: outside.ci.issuer,
  });
  await writeFile(folder.nonceKeys, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600 });

  const functions = startFunctions({
    region: REGION,
    logsDir: folder.logs,
    credentials: (name, roleArn) => takeRole(aws, name, roleArn),
    functions: functionSpecs(root, {
      [RELEASE_SETTING]: RELEASE,
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
      AWS_ENDPOINT_URL_DYNAMODB: endpoint,
      WRIT_PUBLIC_URL: broker,
      WRIT_BUNDLE_FILE: bundle.file,
      WRIT_BUNDLE_SHA256: bundle.hash,
      WRIT_LEDGER_TABLE: TABLES.ledger,
      WRIT_PEOPLE_TABLE: TABLES.people,
      WRIT_CONTROL_TABLE: TABLES.control,
      WRIT_MINT_FUNCTION: functionName('mint'),
      WRIT_NONCE_KEYS: `file:${folder.nonceKeys}`,
      WRIT_ENROLMENT_KEY: `alias/${ENROLMENT_ALIAS}`,
      WRIT_PROBE_KEY: `alias/${PROBE_ALIAS}`,
      WRIT_EVIDENCE_KEY: `alias/${EVIDENCE_ALIAS}`,
      WRIT_EVIDENCE_BUCKET: EVIDENCE_BUCKET,
      WRIT_EVIDENCE_ORIGIN: EVIDENCE_ORIGIN,
      WRIT_EVIDENCE_LOCK: 'GOVERNANCE:1',
      WRIT_SCHEDULE_GROUP: SCHEDULE_GROUP,
      WRIT_CLOSE_FUNCTION: functionArn(REGION, functionName('close')),
      WRIT_SCHEDULE_ROLE: roleArn('scheduler'),
      WRIT_CLOSE_DEAD_LETTERS: queueArn(CLOSE_DEAD_LETTERS),
      WRIT_RECONCILE_QUEUE: queueUrl(`http://127.0.0.1:${port}`, RECONCILE_QUEUE),
    }),
  });
  const registry = createRegistry({ now: Date.now, random: randomBytes });
  const aws: LocalAws = parts.keep(
    await startAws({
      port,
      region: REGION,
      cloudtrailDir: folder.cloudtrail,
      registry,
      now: Date.now,
      random: randomBytes,
      dynamodbEndpoint: endpoint,
      functions,
      queues: QUEUES,
      scheduleGroups: [SCHEDULE_GROUP],
      kms: {
        ...{ keyFile: folder.enrolmentKey, alias: ENROLMENT_ALIAS },
        others: [
          { keyFile: folder.probeKey, alias: PROBE_ALIAS },
          { keyFile: folder.evidenceKey, alias: EVIDENCE_ALIAS, spec: 'ECC_NIST_EDWARDS25519' },
        ],
      },
    }),
  );
  parts.keep(functions);
  putRoles(registry, bundle.bundle, aws.kmsKeys);
  aws.objects.createBucket(EVIDENCE_BUCKET, { folder: folder.evidence, locks: true });
  await seed(aws.objects, dynamodb);
  return { aws, functions, bundle };
}

/** One process per function from `dist/functions`, all with the same settings; roles tell them apart. */
function functionSpecs(root: string, env: FunctionSpec['env']): { readonly [name: string]: FunctionSpec } {
  const built = join(root, 'dist', 'functions');
  return Object.fromEntries(
    readdirSync(built).map((duty) => [
      functionName(duty),
      {
        bundle: join(built, duty, 'index.mjs'),
        roleArn: roleArn(duty),
        env,
        timeoutSeconds: TIMEOUT_SECONDS[duty] ?? FUNCTION_TIMEOUT_SECONDS,
        // While one waits for the stream another reads it.
        ...(duty === 'archive' ? { concurrency: 2 } : {}),
      },
    ]),
  );
}
