import { obtain, openAsking, sharedKey } from './asking.ts';
import { cachedSession } from './credential-cache.ts';
import { sdkSettings } from './exec-environment.ts';
import { usage } from './failure.ts';
import { renewalDue } from './held.ts';
import type { Io } from './io.ts';
import { placeOf } from './place.ts';
import { serveEndpoint } from './serve-endpoint.ts';
import { serveSession } from './serve-session.ts';
import type { WantedFlags } from './wanted.ts';

export interface ServeFlags extends WantedFlags {
  readonly region?: string;
  readonly port?: string;
  readonly json?: boolean;
}

/** What a person's shell may have that an SDK would take before the endpoint. */
const FIRST_TAKEN = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_PROFILE',
  'AWS_DEFAULT_PROFILE',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
  'AWS_ENDPOINT_URL',
];

/** An address of one service comes before the one for all: whoever set it would be sent signed requests. */
const OF_ONE_SERVICE = /^AWS_ENDPOINT_URL_[A-Z0-9_]{1,60}$/;

/**
 * `writ serve`: a container credential endpoint on 127.0.0.1, until a signal ends it. Its session is shared with
 * whoever asks here for the same, and outlives it.
 *
 * @throws Failure where the first session is refused: then there is nothing to serve.
 */
export async function serve(flags: ServeFlags, io: Io): Promise<void> {
  const port = portOf(flags.port);
  const asking = await openAsking(flags, io);
  const place = await placeOf(flags, io);
  const { profile, agent, details } = asking;
  const asked = { key: sharedKey(asking), for: { agent, ...details } };
  const session = await serveSession(
    () => cachedSession(profile, asked, io.clock, () => obtain(asking, io), renewalDue),
    io.clock,
  );
  const endpoint = await serveEndpoint(session, port);
  const settings = sdkSettings(endpoint, place);
  // Before anybody can know that it serves.
  const end = ended();
  io.stdout.write(flags.json ? `${JSON.stringify(settings)}\n` : forShell(settings, io.env));
  if (io.stdout.isTerminal) io.stderr.write('Serves until it is ended, by Ctrl-C; see writ serve --help.\n');
  await end;
  await endpoint.close();
  await session.stop();
}

const forShell = (settings: { readonly [name: string]: string }, env: Io['env']): string =>
  [
    `unset ${[...FIRST_TAKEN, ...Object.keys(env).filter((name) => OF_ONE_SERVICE.test(name))].join(' ')}`,
    ...Object.entries(settings).map(([name, value]) => `export ${name}='${value}'`),
    '',
  ].join('\n');

const ended = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });

function portOf(flag: string | undefined): number {
  if (flag === undefined) return 0;
  if (/^(?:[1-9]\d{3,4})$/.test(flag) && Number(flag) <= 65_535 && Number(flag) >= 1024) return Number(flag);
  throw usage('--port is a number, 1024 to 65535.');
}
