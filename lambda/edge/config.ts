import { isAbsolute } from 'node:path';
import type { ScheduleTarget } from '../../adapters/scheduler.ts';
import { isKeyName } from '../../core/evidence/verifier-key.ts';
import { type Environment, refuseLaptopEnvironment, refuseLaptopLog, StartUpFailure } from './start-up.ts';

/** Everything that the environment says, typed. A function reads what it needs and is given nothing else. */
export interface Config {
  /** https, without a trailing slash: the broker's own name in `htu`, metadata and attestations. */
  readonly publicUrl: string;
  readonly bundle: { readonly file: string; readonly sha256: string };
  readonly ledgerTable: string;
  readonly peopleTable: string;
  readonly controlTable: string;
  /** Name or ARN. */
  readonly mintFunction: string;
  /** The server nonce's keys: a secret's ARN, or an absolute path on the laptop. */
  readonly nonceKeys: { readonly secret: string } | { readonly file: string };
  /** KMS key id or ARN. */
  readonly enrolmentKey: string;
  /** KMS key id or ARN: what the prober signs with. */
  readonly probeKey: string;
  /** Where the schedules stand that close writs, and what they call. */
  readonly schedules: ScheduleTarget;
  /** Where the evidence log lies, and what signs it. */
  readonly evidence: EvidenceConfig;
  /** Of the same log, for who only reads it. */
  readonly evidenceBucket: string;
  /** URL of the FIFO queue that wakes reconcilers. */
  readonly reconcileQueue: string;
  /**
   * Where canaries and the prober read: `undefined` is AWS itself. On a laptop functions talk to the database engine directly, which
   * judges nobody; these are there to be judged.
   */
  readonly judgedEndpoint: string | undefined;
  readonly region: string;
}

export interface EvidenceConfig {
  readonly bucket: string;
  /** The log's name (C2SP tlog-checkpoint): no scheme. */
  readonly origin: string;
  /** KMS key id or ARN. A key in a file is for no function: on a laptop, too, it is KMS that signs. */
  readonly key: string;
  readonly lock: { readonly mode: 'GOVERNANCE' | 'COMPLIANCE'; readonly days: number };
}

const READ: { readonly [K in keyof Config]: (env: Environment) => Config[K] } = {
  publicUrl,
  bundle: (env) => ({ file: absolutePath(env, 'WRIT_BUNDLE_FILE'), sha256: bundleHash(env) }),
  ledgerTable: (env) => required(env, 'WRIT_LEDGER_TABLE'),
  peopleTable: (env) => required(env, 'WRIT_PEOPLE_TABLE'),
  controlTable: (env) => required(env, 'WRIT_CONTROL_TABLE'),
  mintFunction: (env) => required(env, 'WRIT_MINT_FUNCTION'),
  nonceKeys,
  enrolmentKey: (env) => required(env, 'WRIT_ENROLMENT_KEY'),
  probeKey: (env) => required(env, 'WRIT_PROBE_KEY'),
  schedules,
  evidence,
  evidenceBucket: (env) => required(env, 'WRIT_EVIDENCE_BUCKET'),
  reconcileQueue: (env) => required(env, 'WRIT_RECONCILE_QUEUE'),
  judgedEndpoint: (env) => env.AWS_ENDPOINT_URL,
  region: (env) => required(env, 'AWS_REGION'),
};

/** What every public endpoint that decides needs. */
export const PUBLIC_SETTINGS = [
  'publicUrl',
  'bundle',
  'ledgerTable',
  'peopleTable',
  'controlTable',
  'nonceKeys',
  'enrolmentKey',
  'region',
] as const satisfies readonly (keyof Config)[];

/**
 * Reads the named settings, once, when a function starts (rule 10).
 *
 * @param env - `process.env`.
 * @throws StartUpFailure naming the variable that is missing, malformed, or only for the laptop.
 */
export function readConfig<K extends keyof Config>(env: Environment, names: readonly K[]): Pick<Config, K> {
  refuseLaptopEnvironment(env);
  const config: { [P in K]?: Config[P] } = {};
  for (const name of names) config[name] = READ[name](env);
  return config as Pick<Config, K>;
}

function required(env: Environment, variable: string): string {
  const value = env[variable];
  if (value === undefined || value.trim() === '') throw new StartUpFailure(variable, 'is missing');
  return value;
}

/** Compared character by character with `htu`, so it must have one spelling. */
function publicUrl(env: Environment): string {
  const value = required(env, 'WRIT_PUBLIC_URL');
  const url = URL.parse(value);
  if (url === null || !['https:', 'http:'].includes(url.protocol)) {
    throw new StartUpFailure('WRIT_PUBLIC_URL', 'is not an https URL');
  }
  if (value.endsWith('/') || value !== (url.origin + url.pathname).replace(/\/$/, '')) {
    throw new StartUpFailure(
      'WRIT_PUBLIC_URL',
      'must be origin and path, normalised, without a trailing slash',
    );
  }
  return value;
}

function absolutePath(env: Environment, variable: string): string {
  const path = required(env, variable);
  if (!isAbsolute(path)) throw new StartUpFailure(variable, 'is not an absolute path');
  return path;
}

function bundleHash(env: Environment): string {
  const hash = required(env, 'WRIT_BUNDLE_SHA256');
  if (!/^[0-9a-f]{64}$/.test(hash)) throw new StartUpFailure('WRIT_BUNDLE_SHA256', 'is not SHA-256 in hex');
  return hash;
}

function schedules(env: Environment): ScheduleTarget {
  return {
    group: required(env, 'WRIT_SCHEDULE_GROUP'),
    closeFunction: arn(env, 'WRIT_CLOSE_FUNCTION', 'lambda'),
    role: arn(env, 'WRIT_SCHEDULE_ROLE', 'iam'),
    deadLetters: arn(env, 'WRIT_CLOSE_DEAD_LETTERS', 'sqs'),
  };
}

function evidence(env: Environment): EvidenceConfig {
  return {
    bucket: required(env, 'WRIT_EVIDENCE_BUCKET'),
    origin: origin(env),
    key: required(env, 'WRIT_EVIDENCE_KEY'),
    lock: lock(required(env, 'WRIT_EVIDENCE_LOCK')),
  };
}

function origin(env: Environment): string {
  const value = required(env, 'WRIT_EVIDENCE_ORIGIN');
  refuseLaptopLog(env, value);
  if (!isKeyName(value)) throw new StartUpFailure('WRIT_EVIDENCE_ORIGIN', 'is no name of a log');
  return value;
}

/** `<mode>:<days>`. */
function lock(value: string): EvidenceConfig['lock'] {
  const [, mode, days] = /^(GOVERNANCE|COMPLIANCE):([1-9][0-9]{0,4})$/.exec(value) ?? [];
  if (mode === 'GOVERNANCE' || mode === 'COMPLIANCE') return { mode, days: Number(days) };
  throw new StartUpFailure('WRIT_EVIDENCE_LOCK', 'is not GOVERNANCE or COMPLIANCE, a colon and days');
}

function arn(env: Environment, variable: string, service: 'iam' | 'lambda' | 'sqs'): string {
  const value = required(env, variable);
  if (!new RegExp(`^arn:aws[a-z-]*:${service}:`).test(value)) {
    throw new StartUpFailure(variable, `is not an ARN of ${service}`);
  }
  return value;
}

function nonceKeys(env: Environment): Config['nonceKeys'] {
  const value = required(env, 'WRIT_NONCE_KEYS');
  if (/^arn:aws[a-z-]*:secretsmanager:/.test(value)) return { secret: value };
  if (value.startsWith('file:') && isAbsolute(value.slice('file:'.length))) {
    return { file: value.slice('file:'.length) };
  }
  throw new StartUpFailure(
    'WRIT_NONCE_KEYS',
    'is neither a Secrets Manager ARN nor file: with an absolute path',
  );
}
