import type { IncomingMessage } from 'node:http';

/** A whole request or answer, as UTF-8. */
export const text = async (message: IncomingMessage): Promise<string> =>
  (await bytes(message)).toString('utf8');

export function bytes(message: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    message.on('data', (chunk: Buffer) => chunks.push(chunk));
    message.on('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    message.on('error', reject);
  });
}
