/** The checks on a real account, for whoever asked for it in so many words (README.md); else one skipped line. */
import { appendFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { openAccount } from './account.ts';
import { CHECKS } from './checks.ts';
import type { Laboratory } from './laboratory.ts';
import { runCheck } from './run-check.ts';

/** Far beyond what any takes: IAM may need minutes, a stack set many. */
const TIMEOUT_MILLIS = 40 * 60_000;

const say = (line: string): void => {
  process.stdout.write(`      ${line}\n`);
};
const account = await openAccount(process.env, { say });

if ('skipped' in account) test.skip(`no real account: ${account.skipped}`, () => undefined);
else onAccount(account);

function onAccount(lab: Laboratory): void {
  describe(`account ${lab.account}, ${lab.region}`, () => {
    for (const check of CHECKS) {
      const name = `${check.id}: ${check.sentence}`;
      if (check.needs === 'organization' && lab.organization === null) {
        test.skip(`${name} (needs WRIT_AWS_ROOT and WRIT_AWS_MEMBER)`, () => undefined);
        continue;
      }
      test(name, { timeout: TIMEOUT_MILLIS }, async () => {
        const left = await runCheck(check, lab);
        record(check.id, lab.region);
        expect(left).toEqual([]);
      });
    }
  });
}

function record(id: string, region: string): void {
  const file = process.env.WRIT_AWS_RECORD ?? '';
  const on = new Date().toISOString().slice(0, 10);
  if (file !== '') appendFileSync(file, `${JSON.stringify({ id, on, region })}\n`);
}
