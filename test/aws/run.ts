/** `npm run test:aws`: the checks on a real account; `-- --sweep`: removes what earlier runs left behind. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startVitest } from 'vitest/node';
import { openAccount } from './account.ts';
import { CHECKS } from './checks.ts';
import { destroy } from './clients.ts';
import { merged, PROVEN_FILE, proven } from './proven.ts';
import { LEFT_AFTER_SECONDS, leftovers, sweep } from './sweep.ts';

const USAGE = `npm run test:aws [-- OPTIONS]
  (none)          run every check; asks for WRIT_AWS_TEST=1, WRIT_AWS_ACCOUNT, AWS_REGION and credentials
  --only ID       run one check, by its id in test/aws/README.md; may be given again
  --record        write what passed into test/aws/proven.json
  --sweep         remove what runs of more than two hours ago left behind
  --all           with --sweep: of any age. Not while somebody else runs the tests in that account
  --dry-run       with --sweep: say what would be removed
Exit: 0 all held, or nobody asked for an account; 1 usage; 3 nothing to sweep; 4 something did not hold or was not removed.`;

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

async function main(args: string[]): Promise<number> {
  const options = read(args);
  if (options === null) {
    process.stderr.write(`${USAGE}\n`);
    return 1;
  }
  if (options.help) {
    say(USAGE);
    return 0;
  }
  return options.sweep ? sweepAccount(options) : runChecks(options);
}

function read(args: string[]) {
  try {
    const flag = { type: 'boolean', default: false } as const;
    const { values } = parseArgs({
      args,
      options: {
        ...{ sweep: flag, all: flag, 'dry-run': flag, record: flag, help: flag },
        only: { type: 'string', multiple: true, default: [] },
      },
    });
    const known = values.only.every((id) => CHECKS.some((check) => check.id === id));
    const alone = values.sweep || !(values.all || values['dry-run']);
    return known && alone ? values : null;
  } catch {
    return null;
  }
}

async function sweepAccount(options: {
  readonly all: boolean;
  readonly 'dry-run': boolean;
}): Promise<number> {
  const lab = await openAccount(process.env, { say });
  if ('skipped' in lab) {
    say(`nothing swept: ${lab.skipped}`);
    return 0;
  }
  const found = await leftovers(lab.clients, lab.patience);
  const { removed, failed } = await sweep(found, {
    now: Math.floor(lab.now() / 1000),
    olderThanSeconds: options.all ? 0 : LEFT_AFTER_SECONDS,
    dryRun: options['dry-run'],
    say,
  });
  destroy(lab.clients);
  say(`${found.length} found, ${removed} removed, ${failed} not removed`);
  if (failed > 0) return 4;
  return found.length === 0 ? 3 : 0;
}

async function runChecks(options: {
  readonly only: readonly string[];
  readonly record: boolean;
}): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'writ-test-aws-'));
  const passed = join(folder, 'passed');
  process.env.WRIT_AWS_RECORD = options.record ? passed : '';
  try {
    const root = join(import.meta.dirname, '..', '..');
    const vitest = await startVitest('test', ['test/aws/account.test.ts'], {
      ...{ root, config: false, run: true, watch: false, reporters: ['verbose'] },
      ...{ include: ['test/aws/account.test.ts'], fileParallelism: false, passWithNoTests: false },
      ...(options.only.length > 0 && { testNamePattern: new RegExp(`(?:${options.only.join('|')}):`) }),
    });
    await vitest.close();
    if (existsSync(passed)) {
      const text = `${JSON.stringify(merged(proven(), readFileSync(passed, 'utf8')), null, 2)}\n`;
      writeFileSync(PROVEN_FILE, text);
      say('test/aws/proven.json is written: now npm run docs');
    }
    return vitest.state.getCountOfFailedTests() > 0 || vitest.state.getUnhandledErrors().length > 0 ? 4 : 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

process.exitCode = await main(process.argv.slice(2));
