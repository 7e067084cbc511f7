import type { Bundle } from '../../../core/policy/bundle.ts';
import { exampleRoles, writ } from '../example.ts';
import type { JudgeCase } from '../judge-case.ts';
import { MINT } from '../roles.ts';
import type { ServiceCall } from '../service-call.ts';

const HOUR = 3600;

/**
 * The example's permissions, asked for with several parameters, and what their sessions try.
 *
 * @param now - NumericDate.
 */
export function writCases(bundle: Bundle, now: number): JudgeCase[] {
  const roles = [MINT, ...exampleRoles(bundle)];
  type Wanted = Omit<Parameters<typeof writ>[1], 'deadline'> & { readonly deadline?: number };
  /** @param allowed - Which of the calls must go through; no other may. */
  const session = (name: string, wanted: Wanted, calls: Calls, allowed: readonly string[]): JudgeCase[] =>
    Object.entries(calls).map(([what, call]) => ({
      name: `${name}: ${what}`,
      roles,
      caller: { role: MINT.name },
      assume: writ(bundle, { deadline: now + HOUR, ...wanted }),
      call,
      allowed: allowed.includes(what),
    }));

  const reports = (prefix: string) => ({ permission: 'reports-read', parameters: { prefix } });
  const tickets = { permission: 'tickets-write' };
  const elsewhere = { permission: 'reports-elsewhere', parameters: { prefix: 'q3' } };
  const past = { deadline: now - HOUR };
  const justPast = { deadline: now - 1 };
  const foreign = { address: '192.0.2.7' };
  return [
    ...session('reports-read of q3', reports('q3'), REPORTS, [
      ...Object.keys(READS),
      'GetObject q3/deep/figures.csv',
      'ListObjectsV2 q3/deep/',
    ]),
    ...session('reports-read of q4', reports('q4'), REPORTS, [
      'GetObject q4/figures.csv',
      'ListObjectsV2 q4/',
    ]),
    ...session('reports-read of q3-salaries', reports('q3-salaries'), REPORTS, [
      'GetObject q3-salaries/all.csv',
    ]),
    ...session('tickets-write', tickets, TABLES, [
      ...Object.keys(WRITES),
      'UpdateItem tickets',
      'Query tickets',
      'TransactWriteItems on tickets',
    ]),
    ...session('summaries-run', { permission: 'summaries-run' }, FOREIGN, []),
    ...session('reports-read past its deadline', { ...reports('q3'), ...past }, READS, []),
    ...session('reports-read a second past its deadline', { ...reports('q3'), ...justPast }, READS, []),
    ...session('tickets-write past its deadline', { ...tickets, ...justPast }, WRITES, []),
    ...session('reports-read from elsewhere', { ...reports('q3'), ...foreign }, READS, []),
    ...session('reports-read from another loopback', { ...reports('q3'), address: '127.0.0.2' }, READS, []),
    ...session('tickets-write from elsewhere', { ...tickets, ...foreign }, WRITES, []),
    ...session('reports-elsewhere, whose place is a network', elsewhere, READS, []),
  ];
}

interface Calls {
  readonly [what: string]: ServiceCall;
}

const object = (Key: string, operation: 'GetObject' | 'PutObject' = 'GetObject'): ServiceCall => ({
  operation,
  Bucket: 'example-reports',
  Key,
});
const list = (Prefix?: string): ServiceCall => ({
  operation: 'ListObjectsV2',
  Bucket: 'example-reports',
  ...(Prefix !== undefined && { Prefix }),
});

const READS: Calls = {
  'GetObject q3/figures.csv': object('q3/figures.csv'),
  'ListObjectsV2 q3/': list('q3/'),
};

const REPORTS: Calls = {
  ...READS,
  'GetObject q3/deep/figures.csv': object('q3/deep/figures.csv'),
  'GetObject q4/figures.csv': object('q4/figures.csv'),
  'GetObject q3-salaries/all.csv': object('q3-salaries/all.csv'),
  'GetObject of another bucket': { operation: 'GetObject', Bucket: 'payroll', Key: 'x' },
  'PutObject q3/figures.csv': object('q3/figures.csv', 'PutObject'),
  'ListObjectsV2 q3/deep/': list('q3/deep/'),
  'ListObjectsV2 q4/': list('q4/'),
  'ListObjectsV2 q3': list('q3'),
  'ListObjectsV2 of everything': list(),
};

const on = (
  operation: 'GetItem' | 'PutItem' | 'UpdateItem' | 'DeleteItem' | 'Query' | 'Scan',
  TableName: string,
) => ({
  [`${operation} ${TableName}`]: { operation, TableName },
});

const WRITES: Calls = { ...on('GetItem', 'tickets'), ...on('PutItem', 'tickets') };

const TABLES: Calls = {
  ...WRITES,
  ...on('UpdateItem', 'tickets'),
  ...on('Query', 'tickets'),
  ...on('DeleteItem', 'tickets'),
  ...on('Scan', 'tickets'),
  ...on('GetItem', 'invoices'),
  ...on('PutItem', 'invoices'),
  ...on('UpdateItem', 'invoices'),
  ...on('Query', 'invoices'),
  ...on('DeleteItem', 'invoices'),
  'Query of an index of tickets': { operation: 'Query', TableName: 'tickets', IndexName: 'by-day' },
  'TransactWriteItems on tickets': { operation: 'TransactWriteItems', TableNames: ['tickets'] },
  'TransactWriteItems on tickets and invoices': {
    operation: 'TransactWriteItems',
    TableNames: ['tickets', 'invoices'],
  },
  'GetObject of a report': object('q3/figures.csv'),
};

const FOREIGN: Calls = { ...on('GetItem', 'tickets'), 'GetObject of a report': object('q3/figures.csv') };
