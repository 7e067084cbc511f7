/**
 * Schemathesis, an independent reader of docs/openapi.json, against the laptop stack: whatever it sends, the answer is
 * a documented one and no fault of ours, and another method is 405 with `Allow`.
 *
 *     node test/conformance/schemathesis.ts <path of the schemathesis command>
 *
 * CI runs it (`.ci/run`); its seed is fixed, so that what it found is found again.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../support/source-tree.ts';
import { openStack } from '../support/stack.ts';

const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
  'unsupported_method',
  'allow_header_conformance',
  'missing_required_header',
];
const EXAMPLES_PER_OPERATION = 60;
const SEED = 20_26;

async function run(command: string): Promise<number> {
  const running = await openStack();
  // It leaves its own database of examples where it runs.
  const cwd = await mkdtemp(join(tmpdir(), 'writ-schemathesis-'));
  try {
    const args = [
      'run',
      join(ROOT, 'docs', 'openapi.json'),
      ...['--url', running.stack.local.broker],
      ...['--phases', 'examples,coverage,fuzzing'],
      ...['--checks', CHECKS.join()],
      ...['--max-examples', String(EXAMPLES_PER_OPERATION)],
      ...['--seed', String(SEED)],
      // Without a token most of what it makes is refused, which it would say each time.
      ...['--warnings', 'off'],
      '--continue-on-failure',
      '--no-color',
    ];
    const exit = await exitOf(command, args, cwd);
    for (const trouble of running.troubles) process.stderr.write(`${trouble}\n`);
    return exit;
  } finally {
    await running.close();
    await rm(cwd, { recursive: true });
  }
}

const exitOf = (command: string, args: readonly string[], cwd: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] });
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });

const [command] = process.argv.slice(2);
if (command === undefined) {
  process.stderr.write('Usage: node test/conformance/schemathesis.ts <path of the schemathesis command>\n');
  process.exitCode = 1;
} else {
  process.exitCode = await run(command);
}
