import { type Audited, auditRows } from './audit.ts';
import type { Cold, First } from './cold.ts';
import type { Deferred } from './deferred.ts';
import type { Growth } from './growth.ts';
import { type EndingResults, endingRows } from './report-ending.ts';
import { CONCURRENCIES, type Turn } from './rounds.ts';
import { median } from './statistics.ts';
import { SYSTEMS, type System } from './systems.ts';
import type { Warm } from './warm.ts';

/** What was measured, and only that. */
export interface Results extends EndingResults {
  readonly machine: { readonly node: string; readonly cpus: number; readonly model: string };
  readonly turns?: readonly Turn[];
  readonly cold?: Cold;
  readonly warm?: Warm;
  readonly growth?: readonly Growth[];
  readonly deferred?: readonly Deferred[];
  readonly audit?: readonly Audited[];
  /** Bytes of each bundle: minified, the SDK in it, Cedar's engine beside it. */
  readonly sizes?: { readonly [bundle: string]: number };
}

/** Medians of a system's turns at one concurrency. */
export function medians(turns: readonly Turn[], system: System, concurrency: number) {
  const own = turns.filter((turn) => turn.system === system && turn.concurrency === concurrency);
  const of = (value: (turn: Turn) => number) => median(own.map(value));
  return {
    perSecond: of((turn) => turn.perSecond),
    p50: of((turn) => turn.p50),
    p99: of((turn) => turn.p99),
    cpu: of((turn) => turn.cpu),
    rss: own[0]?.rss.map((_, index) => of((turn) => turn.rss[index] ?? 0)) ?? [],
  };
}

/** CPU of Writ's exchange over a floor's, round by round, the median. */
export function ratio(turns: readonly Turn[], floor: System, concurrency: number): number {
  const at = turns.filter((turn) => turn.concurrency === concurrency);
  const own = at.filter(({ system }) => system === 'writ');
  return median(
    own.map(({ round, cpu }) => {
      const beside = at.find((turn) => turn.system === floor && turn.round === round);
      return cpu / (beside?.cpu ?? Number.NaN);
    }),
  );
}

/** One table: what was measured, then Writ, equal work, minimal, and minimal without the SDK. */
export function table(results: Results): string {
  const { turns = [], cold, sizes = {}, warm, growth = [], deferred = [] } = results;
  return aligned([
    ...(turns.length === 0 ? [] : turnRows(turns)),
    ...(cold === undefined ? [] : coldRows(cold)),
    ...Object.entries(sizes).map(([name, bytes]) => [`kB, ${name}`, (bytes / 1000).toFixed(0)]),
    ...(warm === undefined
      ? []
      : [
          [`new connections in ${warm.exchanges} warm exchanges`, String(warm.connections)],
          ['key sets fetched in them', String(warm.jwksFetches)],
        ]),
    ...growth.map(growthRow),
    ...deferred.map(({ batch, cpu }) => [`deferred CPU ms/writ, ${batch} in a batch`, cpu.toFixed(3)]),
    ...endingRows(results),
    ...auditRows(results.audit ?? []),
  ]);
}

type Rows = readonly (readonly string[])[];

function turnRows(turns: readonly Turn[]): Rows {
  const rows: string[][] = [['', 'Writ', 'equal work', 'minimal', 'without SDK']];
  for (const concurrency of CONCURRENCIES) {
    const all = SYSTEMS.map((system) => medians(turns, system, concurrency));
    const row = (name: string, show: (one: (typeof all)[number]) => string) =>
      rows.push([`${name}, ${concurrency} at a time`, ...all.map(show)]);
    row('exchanges/s', ({ perSecond }) => perSecond.toFixed(0));
    row('p50 / p99 ms', ({ p50, p99 }) => `${p50.toFixed(1)} / ${p99.toFixed(1)}`);
    row('CPU ms/exchange', ({ cpu }) => cpu.toFixed(2));
    rows.push([
      `Writ’s CPU over, ${concurrency} at a time`,
      '',
      `${ratio(turns, 'equal', concurrency).toFixed(2)} ×`,
      `${ratio(turns, 'minimal', concurrency).toFixed(2)} ×`,
      '',
    ]);
  }
  const memory = SYSTEMS.map((system) =>
    medians(turns, system, 16)
      .rss.map((bytes) => (bytes / 1e6).toFixed(0))
      .join(' + '),
  );
  return [...rows, ['memory MB', ...memory]];
}

function coldRows({ exchange, equalExchange, minimal, ...others }: Cold): Rows {
  const both = ({ clock, cpu }: First) => `${clock.toFixed(0)} / ${cpu.toFixed(0)}`;
  return [
    ['cold ms / CPU ms, exchange', ...[exchange, equalExchange, minimal].map(both)],
    ...Object.entries(others).map(([name, one]) => [`cold ms / CPU ms, ${name}`, both(one)]),
  ];
}

function growthRow({ writs, exchanges, traffic }: Growth): readonly string[] {
  const each = (total: number) => (total / exchanges).toFixed(0);
  const calls = Object.values(traffic.calls).reduce((sum, count) => sum + count, 0);
  const said = `${each(calls)} calls, ${each(traffic.keysRead)} keys read, ${each(traffic.keysWritten)} written, ${each(traffic.bytesSent)} + ${each(traffic.bytesReceived)} bytes`;
  return [`DynamoDB per exchange, ${writs} writs in the ledger`, said];
}

/** Numbers to the right; a row of one long cell takes what it needs. */
function aligned(rows: Rows): string {
  const full = rows.filter((row) => row.length > 2);
  const widthOf = (column: number) => Math.max(...full.map((row) => row[column]?.length ?? 0));
  const first = Math.max(...rows.map(([name = '']) => name.length));
  return rows
    .map(([name = '', ...cells]) =>
      [name.padEnd(first), ...cells.map((cell, index) => cell.padStart(widthOf(index + 1)))]
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
