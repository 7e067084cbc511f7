/** The child's side of a measured process: listens on the loopback, and answers its parent's questions. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** CPU in microseconds since the process began, user and system; memory in bytes. */
export interface Usage {
  readonly cpu: number;
  readonly rss: number;
}

export interface Question {
  readonly id: number;
  readonly ask: string;
  readonly with: unknown;
}
export interface Reply {
  readonly id: number;
  readonly reply: unknown;
}

/** What a process can be asked, besides `usage`. */
export type Answers = { readonly [ask: string]: (given: unknown) => unknown };

/** Resolves when all listen and the parent has been told the ports, in the servers' order. */
export async function serve(servers: readonly Server[], answers: Answers = {}): Promise<void> {
  const ports = await Promise.all(servers.map(listening));
  const known: Answers = { ...answers, usage };
  process.on('message', ({ id, ask, with: given }: Question) => {
    const reply: Reply = { id, reply: known[ask]?.(given) ?? null };
    process.send?.(reply);
  });
  process.on('disconnect', () => process.exit(0));
  process.send?.({ id: 0, reply: ports } satisfies Reply);
}

function usage(): Usage {
  const { user, system } = process.cpuUsage();
  return { cpu: user + system, rss: process.memoryUsage.rss() };
}

function listening(server: Server): Promise<number> {
  // A connection that pauses between two rounds is still the same connection.
  server.keepAliveTimeout = 0;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}
