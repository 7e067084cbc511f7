/**
 * The `writ` command, with every HTTP message kept beside the person's home, in `<home>/../messages.jsonl`: stands in
 * for `dist/writ.js` where a test must know the secrets that a story used.
 */
import { appendFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { recording } from './recording.ts';

const command = join(import.meta.dirname, '..', '..', 'dist', 'writ.js');
const messages = join(dirname(process.env.HOME ?? ''), 'messages.jsonl');

globalThis.fetch = recording(fetch, (message) => appendFileSync(messages, `${JSON.stringify(message)}\n`));
process.argv[1] = command;
await import(command);
