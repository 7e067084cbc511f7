import { Agent, request } from 'node:http';
import { text } from './body.ts';
import type { Request } from './tokens.ts';

export interface Load {
  /** Milliseconds of each exchange, as its client saw it. */
  readonly latencies: readonly number[];
  /** Seconds from the first request to the last answer. */
  readonly seconds: number;
}

export interface Client {
  /** @throws Error with the status and the answer, for anything but 200. */
  send(port: number, asked: Request, path?: string): Promise<string>;
  close(): void;
}

/** Keeps its connections: each caller at the broker has its own, and none of them is measured. */
export function openClient(): Client {
  const agent = new Agent({ keepAlive: true });
  return {
    send: (port, { headers, body }, path = '/token') =>
      new Promise((resolve, reject) => {
        const sent = request(
          {
            host: '127.0.0.1',
            port,
            path,
            method: 'POST',
            agent,
            headers: { ...headers, 'content-length': Buffer.byteLength(body) },
          },
          (message) => {
            text(message).then((said) => {
              if (message.statusCode === 200) resolve(said);
              else reject(new Error(`status ${message.statusCode}: ${said}`));
            }, reject);
          },
        );
        sent.on('error', reject);
        sent.end(body);
      }),
    close: () => agent.destroy(),
  };
}

/** Sends `count` requests, `concurrency` at a time: each caller asks again as soon as it has its answer. */
export async function load(count: number, concurrency: number, ask: () => Promise<unknown>): Promise<Load> {
  const latencies: number[] = [];
  let left = count;
  const caller = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const began = performance.now();
      await ask();
      latencies.push(performance.now() - began);
    }
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: concurrency }, caller));
  return { latencies, seconds: (performance.now() - began) / 1000 };
}
