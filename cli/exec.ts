import { WRIT_ID } from '../core/writ-id.ts';
import { openAsking } from './asking.ts';
import { exitCodeOf, type Relay, relaySignals, runChild } from './exec-child.ts';
import { childEnvironment, sdkSettings } from './exec-environment.ts';
import { type OwnSessions, ownSessions } from './exec-session.ts';
import { Failure, report } from './failure.ts';
import type { Io } from './io.ts';
import { placeOf } from './place.ts';
import { serveEndpoint } from './serve-endpoint.ts';
import { serveSession } from './serve-session.ts';
import type { WantedFlags } from './wanted.ts';

export interface ExecFlags extends WantedFlags {
  readonly region?: string;
  readonly json?: boolean;
}

/** As shells and `env` have it. */
const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;

/**
 * `writ exec -- <command>`: runs a command with a session of its own, at an endpoint that only it knows, and ends the
 * session with it.
 *
 * @returns the command's exit code; 126 or 127 where it could not be started.
 * @throws Failure, and then nothing was run.
 */
export async function exec(command: readonly string[], flags: ExecFlags, io: Io): Promise<number> {
  refuseNested(io.env.WRIT_EXEC);
  const asking = await openAsking(flags, io);
  const place = await placeOf(flags, io);
  const relay = relaySignals(process.stdin.isTTY === true);
  const sessions = ownSessions(asking, io);
  let code: number | null = null;
  try {
    code = await withEndpoint(sessions, io, async (endpoint) => {
      const early = relay.early();
      if (early !== null) return exitCodeOf(early);
      const env = childEnvironment(io.env, sdkSettings(endpoint, place), sessions.run() ?? '');
      return started(command, env, relay, { io, json: flags.json === true });
    });
    return code;
  } finally {
    const how = code === null ? 'did not begin' : `exited with ${code}`;
    const untold = await sessions.end(`writ exec: its command ${how}`);
    for (const failure of untold) report(failure, io, flags.json === true);
    relay.stop();
  }
}

async function withEndpoint<T>(
  sessions: OwnSessions,
  { clock }: Io,
  work: (endpoint: Awaited<ReturnType<typeof serveEndpoint>>) => Promise<T>,
): Promise<T> {
  const session = await serveSession(sessions.obtain, clock);
  const endpoint = await serveEndpoint(session);
  try {
    return await work(endpoint);
  } finally {
    await endpoint.close();
    // A session that is being asked for at this moment is one more to end.
    await session.stop();
  }
}

async function started(
  command: readonly string[],
  env: { readonly [name: string]: string },
  relay: Relay,
  { io, json }: { readonly io: Io; readonly json: boolean },
): Promise<number> {
  try {
    return await runChild(command, env, relay);
  } catch (caught) {
    report(caught, io, json);
    const isMissing = caught instanceof Failure && caught.fields.error === 'command_not_found';
    return isMissing ? NOT_FOUND : NOT_EXECUTABLE;
  }
}

function refuseNested(run: string | undefined): void {
  if (!run) return;
  throw new Failure({
    exit: 1,
    error: 'exec_nested',
    what: 'This already runs in a writ exec.',
    why: 'A session within a session would hide which of the two did what.',
    next: 'Run the command itself: it has credentials already (writ whoami). For others, start from outside.',
    writ: WRIT_ID.test(run) ? run : undefined,
  });
}
