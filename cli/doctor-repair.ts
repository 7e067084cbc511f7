import { InvokeCommand } from '@aws-sdk/client-lambda';
import { nameOf } from '../adapters/doctor-answer.ts';
import { attachDeny } from '../adapters/doctor-roles.ts';
import { expireItems, protectTable, recoverTable } from '../adapters/doctor-tables.ts';
import type { Repair } from '../core/doctor/check.ts';
import type { Examined } from '../core/doctor/examine.ts';
import type { DoctorClients } from './doctor-clients.ts';
import type { Mended } from './doctor-output.ts';

/** Does each repair once, one after the other. One that fails stops none of the others. */
export async function mend(
  examined: readonly Examined[],
  clients: DoctorClients,
): Promise<readonly Mended[]> {
  const repairs = new Map<string, { readonly repair: Repair; readonly check: string }>();
  for (const { check, judgements } of examined) {
    for (const judgement of judgements) {
      if (judgement.verdict !== 'fault' || judgement.repair === undefined) continue;
      const { repair } = judgement;
      const name = JSON.stringify(repair);
      if (!repairs.has(name)) repairs.set(name, { repair, check: check.id });
    }
  }
  const mended: Mended[] = [];
  for (const { repair, check } of repairs.values()) {
    const did = inWords(repair);
    try {
      await done(repair, clients);
      mended.push({ check, did, failed: null });
    } catch (error) {
      mended.push({ check, did, failed: nameOf(error) });
    }
  }
  return mended;
}

async function done(repair: Repair, clients: DoctorClients): Promise<unknown> {
  switch (repair.do) {
    case 'attach_deny': {
      const iam = await clients.iam(repair.account);
      if (iam === null) throw new Error('no credentials');
      return attachDeny(iam, repair.account, repair.role);
    }
    case 'reconcile': {
      const Payload = Buffer.from('{}');
      const { FunctionError } = await clients.lambda.send(
        new InvokeCommand({ FunctionName: repair.function, Payload }),
      );
      if (FunctionError !== undefined) throw new Error('the function failed');
      return undefined;
    }
    case 'protect_table':
      return protectTable(clients.dynamodb, repair.table);
    case 'recover_table':
      return recoverTable(clients.dynamodb, repair.table);
    case 'expire_items':
      return expireItems(clients.dynamodb, repair.table);
  }
}

function inWords(repair: Repair): string {
  switch (repair.do) {
    case 'attach_deny':
      return `attached the deny policy to role ${repair.role} in account ${repair.account}`;
    case 'reconcile':
      return `invoked ${repair.function}, which puts the deny policy back`;
    case 'protect_table':
      return `turned deletion protection on for ${repair.table}`;
    case 'recover_table':
      return `turned point-in-time recovery on for ${repair.table}`;
    case 'expire_items':
      return `turned time to live on for ${repair.table}`;
  }
}
