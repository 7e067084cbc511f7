import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { Failure } from './failure.ts';

/** What a terminal sends to its whole foreground, the child included: a second one would be one too many. */
const OF_TERMINAL = ['SIGINT', 'SIGQUIT'] as const;
const OTHERS = ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const;

/** Signals to us, handed on to a child. */
export interface Relay {
  /** The first signal that would have ended us while there was no child. */
  readonly early: () => NodeJS.Signals | null;
  readonly to: (child: ChildProcess) => void;
  readonly stop: () => void;
}

/** From here on no signal ends this process: what it has begun must be ended with the child. */
export function relaySignals(isTerminal: boolean): Relay {
  let child: ChildProcess | null = null;
  let early: NodeJS.Signals | null = null;
  const heard = [...OF_TERMINAL, ...OTHERS].map((signal) => {
    const ofTerminal = isTerminal && OF_TERMINAL.some((each) => each === signal);
    const hear = () => {
      if (child === null) early ??= signal;
      else if (!ofTerminal) child.kill(signal);
    };
    process.on(signal, hear);
    return () => process.off(signal, hear);
  });
  return {
    early: () => early,
    to: (started) => {
      child = started;
    },
    stop: () => {
      for (const stop of heard) stop();
    },
  };
}

/**
 * Runs a command on our own standard streams, to its end.
 *
 * @returns its exit code; of one that a signal ended, as shells have it, 128 and the signal's number.
 * @throws Failure where it could not be started.
 */
export function runChild(
  [command = '', ...args]: readonly string[],
  env: { readonly [name: string]: string },
  relay: Relay,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', env });
    relay.to(child);
    const refused = (error: NodeJS.ErrnoException) => reject(notStarted(command, error));
    child.once('error', refused);
    // Afterwards an error is of a signal that could not be handed on (to another user's process): the child lives.
    child.once('spawn', () => child.off('error', refused).on('error', () => undefined));
    child.once('exit', (code, signal) => resolve(code ?? exitCodeOf(signal)));
  });
}

export const exitCodeOf = (signal: NodeJS.Signals | null): number =>
  128 + (signal === null ? 0 : constants.signals[signal]);

function notStarted(command: string, { code }: NodeJS.ErrnoException): Failure {
  const isMissing = code === 'ENOENT';
  return new Failure({
    exit: 1,
    error: isMissing ? 'command_not_found' : 'command_not_started',
    what: 'The command was not started.',
    why: isMissing ? `There is no ${command} on this machine.` : `${command} cannot be run (${code}).`,
    next: 'Check what stands behind --.',
  });
}
