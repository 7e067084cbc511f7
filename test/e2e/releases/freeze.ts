/**
 * `node test/e2e/releases/freeze.ts`: runs the laptop stack of this release through one of each thing that can become of a
 * writ, and keeps all that it left in its tables in `test/e2e/releases/<version of package.json>/`.
 *
 * Run it once, when a release is about to be tagged, and check in what it wrote: from then on every later release must
 * read it (`test/e2e/upgrade-data.test.ts`). It takes about half a minute, and overwrites what an earlier run left there.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { dynamodbLedger } from '../../../adapters/dynamodb-ledger.ts';
import { writKey } from '../../../core/ledger/keys.ts';
import { recordIn } from '../../../core/ledger/read-item.ts';
import type { LedgerRecord } from '../../../core/ledger/records.ts';
import { ISSUE_WITHIN_SECONDS } from '../../../core/limits.ts';
import { RELEASE } from '../../../core/release.ts';
import { type Asked, ask, FIGURES, type Wanted } from '../../../local/story/ask.ts';
import type { Person } from '../../../local/story/writ.ts';
import { allItems, RELEASES, recordShapes, say, TABLE_NAMES } from '../../support/releases.ts';
import { ROOT } from '../../support/source-tree.ts';
import { openStack } from '../../support/stack.ts';

const PATIENCE_MILLIS = 60_000;
const TICKETS: Wanted = {
  permission: 'tickets-write',
  agent: 'ticket-triage',
  task: 'T-1',
  purpose: 'Sort a ticket',
};

const running = await openStack();
try {
  await live();
} finally {
  await running.close();
}

async function live(): Promise<void> {
  const { stack } = running;
  const tables = stack.local.tables;
  const ledger = dynamodbLedger(stack.dynamodb, tables);
  const [alice, bob, carol] = await Promise.all([
    running.signIn('alice'),
    running.signIn('bob'),
    running.signIn('carol'),
  ]);

  const tries = (who: Person, wanted: Wanted): Promise<Asked> => ask(stack, who, wanted);
  async function issue(who: Person, wanted: Wanted): Promise<string> {
    const { granted, said } = await tries(who, wanted);
    if (granted === null) throw new Error(said);
    return granted.writ;
  }
  const revoke = async (who: Person, exit: number, ...args: readonly string[]): Promise<void> => {
    const ran = await who.writ('revoke', ...args, '--profile', 'local', '--reason', 'To be frozen');
    if (ran.exit !== exit)
      throw new Error(`writ revoke ${args.join(' ')} exited with ${ran.exit}: ${ran.stderr}`);
  };
  const has = async (pk: string, is: (record: LedgerRecord) => boolean): Promise<void> => {
    const end = Date.now() + PATIENCE_MILLIS;
    while (!(await ledger.story(pk)).map(recordIn).some((record) => record !== null && is(record))) {
      if (Date.now() > end) throw new Error(`${pk} never came to it`);
      await pause(200);
    }
  };
  const tell = (what: string): void => console.log(`· ${what}`);

  tell('an intent whose mint is down, for the sweep');
  stack.setDown('mint', true);
  await refused(tries(alice, { ...FIGURES, task: 'F-orphan' }));
  const orphanDue = Date.now() + (ISSUE_WITHIN_SECONDS + 1) * 1000;
  stack.setDown('mint', false);

  tell('a writ that is live, one of five seconds, one of each that is ended early');
  await issue(alice, { ...FIGURES, task: 'F-live', duration: 3600 });
  const short = await issue(alice, { ...FIGURES, task: 'F-deadline', duration: 5 });
  const taken = await issue(bob, { ...TICKETS, task: 'F-revoked' });
  await revoke(carol, 0, taken);
  await has(writKey(taken), ({ type }) => type === 'ended');
  await issue(alice, { ...FIGURES, task: 'F-task', duration: 3600 });
  await revoke(carol, 0, 'F-task', '--kind', 'task');

  tell('a block, and who runs into it; what policy refuses; what nobody may end');
  await revoke(carol, 0, 'F-block', '--kind', 'task', '--block');
  await refused(tries(alice, { ...FIGURES, task: 'F-block' }));
  await refused(tries(bob, { ...FIGURES, task: 'F-refused' }));
  await revoke(bob, 3, await issue(alice, { ...FIGURES, task: 'F-not-bobs', duration: 3600 }));

  tell('a role that STS refuses');
  const { registry } = stack.aws;
  const role = registry.roleByName('reports-read');
  if (role === null) throw new Error('no role');
  registry.putRole({ ...role, trust: { Version: '2012-10-17', Statement: [] } });
  await refused(tries(alice, { ...FIGURES, task: 'F-failed' }));
  registry.putRole(role);

  tell('the ends that come by themselves');
  await has(writKey(short), ({ type }) => type === 'ended');
  await pause(Math.max(0, orphanDue - Date.now()));
  await stack.invoke('sweep', {});
  await stack.invoke('reconcile', {});

  tell('an intent that is open');
  stack.setDown('mint', true);
  await refused(tries(alice, { ...FIGURES, task: 'F-open' }));

  // What still comes of it by itself would come between the items and what is said of them.
  for (const duty of ['schedule', 'close', 'sweep', 'reconcile']) stack.setDown(duty, true);
  const at = Math.floor(Date.now() / 1000);
  const items = await allItems(stack.dynamodb, tables);
  const said = await say(stack.dynamodb, tables, at);

  const folder = join(RELEASES, RELEASE);
  mkdirSync(folder, { recursive: true });
  for (const table of TABLE_NAMES) {
    writeFileSync(
      join(folder, `${table}.jsonl`),
      items[table].map((item) => `${JSON.stringify(item)}\n`).join(''),
    );
  }
  const frozen = { release: RELEASE, at, said, records: recordShapes() };
  writeFileSync(join(folder, 'release.json'), JSON.stringify(frozen));
  execFileSync(join(ROOT, 'node_modules', '.bin', 'biome'), ['format', '--write', folder], {
    stdio: 'ignore',
  });
  tell(`${TABLE_NAMES.map((table) => `${items[table].length} items of ${table}`).join(', ')} in ${folder}`);
}

async function refused(asked: Promise<Asked>): Promise<void> {
  if ((await asked).granted !== null) throw new Error('it was granted');
}
