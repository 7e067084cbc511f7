/** Brings up what is measured: the stubs, Writ’s two functions from their bundles, and the floors. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bundle } from '../core/policy/bundle.ts';
import { buildLocalPolicy } from '../local/policy.ts';
import { bundleEntries } from './bundles.ts';
import type { Floor } from './floor.ts';
import { type Client, openClient } from './load.ts';
import { recordFloor } from './record-floor.ts';
import type { Counts } from './stubs.ts';
import { makeTokens, type Names, type Tokens } from './tokens.ts';
import { startWorker, type Worker } from './worker.ts';

type FloorEntry = 'floor-minimal' | 'floor-bare' | 'floor-equal-exchange' | 'floor-equal-mint';

/** Floors that are called as Writ's functions are; the others listen by themselves. */
const HANDLERS: ReadonlySet<FloorEntry> = new Set(['floor-equal-exchange', 'floor-equal-mint']);

export const SYSTEMS = ['writ', 'equal', 'minimal', 'bare'] as const;
export type System = (typeof SYSTEMS)[number];

/** One system: who is asked, and whose CPU and memory count. */
export interface Measured {
  readonly port: number;
  readonly workers: readonly Worker[];
}

export interface Bench {
  readonly client: Client;
  readonly tokens: Tokens;
  /** Of the example installation, under the laptop's overlay. */
  readonly policy: Bundle;
  readonly entries: Awaited<ReturnType<typeof bundleEntries>>;
  /** Path of a function's bundle. */
  readonly bundleOf: (duty: string) => string;
  readonly systems: { readonly [name in System]: Measured };
  /** Starts a function that calls the stubs, and whatever `env` says instead. */
  readonly startFunction: (duty: string, env?: { readonly [name: string]: string }) => Promise<Worker>;
  /** Starts a floor's process. */
  readonly startFloor: (name: FloorEntry) => Promise<Worker>;
  /** Points an invoked name at a process. */
  readonly route: (name: string, mint: Worker) => Promise<void>;
  readonly counts: () => Promise<Counts>;
  readonly stubs: Worker;
  readonly floor: Floor;
  readonly close: () => Promise<void>;
}

/**
 * @param root - The repository.
 * @param functions - Folder of the built functions.
 * @param folder - Where everything temporary goes.
 */
export async function openBench(root: string, functions: string, folder: string): Promise<Bench> {
  await mkdir(folder, { recursive: true });
  const log = join(folder, 'log');
  const workers: Worker[] = [];
  const keep = (worker: Worker): Worker => {
    workers.push(worker);
    return worker;
  };
  const entries = await bundleEntries(folder);
  const stubs = keep(await startWorker({ entry: entries.stubs.path, env: {}, log }));
  const [dynamodb, sts, lambda, issuers, scheduler, sqs] = stubs.ports;
  const at = (port: number | undefined, path = '') => `http://127.0.0.1:${port}${path}`;
  const names: Names = {
    broker: 'http://127.0.0.1:8470',
    corp: at(issuers, '/corp'),
    ci: at(issuers, '/ci'),
    mdm: at(issuers, '/mdm'),
  };
  const tokens = await makeTokens(names);
  await stubs.ask('jwks', tokens.jwks);
  const bundle = await buildLocalPolicy(root, join(folder, 'bundles'), {
    LOCAL_BROKER: names.broker,
    LOCAL_ISSUER: names.corp,
    LOCAL_CI: names.ci,
    LOCAL_MDM: names.mdm,
  });
  const nonceKeys = join(folder, 'nonce-keys');
  await writeFile(nonceKeys, tokens.nonceKey.toString('base64'), { mode: 0o600 });

  const sdk = {
    AWS_REGION: 'us-east-1',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ACCESS_KEY_ID: 'ASIABENCH',
    AWS_SECRET_ACCESS_KEY: 'not-a-secret',
    AWS_SESSION_TOKEN: 'not-a-token'.repeat(80),
    AWS_ENDPOINT_URL_DYNAMODB: at(dynamodb),
    AWS_ENDPOINT_URL_STS: at(sts),
    AWS_ENDPOINT_URL_LAMBDA: at(lambda),
    AWS_ENDPOINT_URL_SCHEDULER: at(scheduler),
    AWS_ENDPOINT_URL_SQS: at(sqs),
  };
  const writ = {
    ...sdk,
    WRIT_PUBLIC_URL: names.broker,
    WRIT_BUNDLE_FILE: bundle.file,
    WRIT_BUNDLE_SHA256: bundle.hash,
    WRIT_LEDGER_TABLE: 'writ-ledger',
    WRIT_PEOPLE_TABLE: 'writ-people',
    WRIT_CONTROL_TABLE: 'writ-control',
    WRIT_MINT_FUNCTION: 'writ-mint',
    WRIT_NONCE_KEYS: `file:${nonceKeys}`,
    WRIT_ENROLMENT_KEY: 'alias/none',
    WRIT_SCHEDULE_GROUP: 'writ',
    WRIT_CLOSE_FUNCTION: 'arn:aws:lambda:us-east-1:000000000000:function:writ-close',
    WRIT_SCHEDULE_ROLE: 'arn:aws:iam::000000000000:role/writ-scheduler',
    WRIT_RECONCILE_QUEUE: at(sqs, '/000000000000/writ-reconcile.fifo'),
    WRIT_CLOSE_DEAD_LETTERS: 'arn:aws:sqs:us-east-1:000000000000:writ-close-dead-letters',
  };
  const bundleOf = (duty: string) => join(functions, duty, 'index.mjs');
  const startFunction: Bench['startFunction'] = (duty, env = {}) =>
    startWorker({ entry: entries.host.path, args: [bundleOf(duty)], env: { ...writ, ...env }, log });
  const route: Bench['route'] = async (name, mint) => {
    await stubs.ask('mints', { [name]: mint.ports[0] });
  };
  const client = openClient();

  const mint = keep(await startFunction('mint'));
  await route('writ-mint', mint);
  const exchange = keep(await startFunction('exchange'));
  const portOf = (worker: Worker) => worker.ports[0] ?? 0;

  const floor = await recordFloor({
    client,
    stubs,
    tokens,
    port: portOf(exchange),
    names,
    policy: bundle.bundle,
  });
  const floorFile = join(folder, 'floor.json');
  await writeFile(floorFile, JSON.stringify(floor));
  const startFloor: Bench['startFloor'] = (name) => {
    const { path } = entries[name];
    const started = HANDLERS.has(name) ? { entry: entries.host.path, args: [path] } : { entry: path };
    return startWorker({ ...started, env: { ...sdk, BENCH_FLOOR: floorFile }, log });
  };
  const equalMint = keep(await startFloor('floor-equal-mint'));
  await route('floor-mint', equalMint);
  const equal = keep(await startFloor('floor-equal-exchange'));
  const minimal = keep(await startFloor('floor-minimal'));
  const bare = keep(await startFloor('floor-bare'));

  return {
    client,
    tokens,
    policy: bundle.bundle,
    entries,
    bundleOf,
    systems: {
      writ: { port: portOf(exchange), workers: [exchange, mint] },
      equal: { port: portOf(equal), workers: [equal, equalMint] },
      minimal: { port: portOf(minimal), workers: [minimal] },
      bare: { port: portOf(bare), workers: [bare] },
    },
    startFunction,
    startFloor,
    route,
    counts: () => stubs.ask<Counts>('counts'),
    stubs,
    floor,
    async close() {
      client.close();
      await Promise.all(workers.map((worker) => worker.stop()));
    },
  };
}
