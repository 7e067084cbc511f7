/**
 * Woken by the queue for the accounts that messages name, and every minute for all. Decisions live in core/reconcile.ts.
 */
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { Fault } from '../core/fault.ts';
import { reconcile } from '../core/reconcile.ts';
import { loadPolicy, reconciler } from './edge/compose.ts';
import { readConfig } from './edge/config.ts';
import { invocation } from './edge/invocation.ts';
import { logFault, logReconciled } from './edge/log.ts';
import { startOnce } from './edge/once.ts';
import { sideBySide } from './edge/side-by-side.ts';
import { wokenBy } from './edge/woken.ts';

const config = readConfig(process.env, [
  'bundle',
  'ledgerTable',
  'peopleTable',
  'controlTable',
  'judgedEndpoint',
  'region',
]);
const started = startOnce(() => reconciler(config, loadPolicy(config, process.env)));

/** Most of an account's time is waiting. */
const ACCOUNTS_AT_ONCE = 16;

/** Messages of an account where something failed come again; those of no account of ours are dropped, and told. */
export const handler = invocation(async (event: Partial<SQSEvent>): Promise<SQSBatchResponse> => {
  const { ports, accounts, accountPorts } = started();
  const woken = wokenBy(event, accounts);
  const failed = new Set<string>();
  await sideBySide(woken.accounts, ACCOUNTS_AT_ONCE, async (account) => {
    const here = accountPorts(account);
    if (here === null) return logFault(new Fault('misconfigured'), 'reconcile');
    try {
      const reconciled = await reconcile(here, ports);
      logReconciled(reconciled);
      if (reconciled.fault !== null) failed.add(account);
    } catch (error) {
      // An error of ours in one account is no reason to leave the others alone.
      logFault(error, 'reconcile');
      failed.add(account);
    }
  });
  return woken.failures(failed);
}, 'reconcile');
