/** Of what the counts speak: where and when the trail has events, and where it has none. */
import { type Bounded, type Coverage, type PlaceCoverage, SHOWN } from '../../core/audit/result.ts';
import type { Asked } from './asked.ts';
import type { PlaceTally } from './tallies.ts';

const HOUR = 3600;
/** Ten years: a clock that is off would draw gaps for ever. */
const MOST_HOURS = 10 * 366 * 24;

export const bounded = <T>(all: readonly T[], most: number): Bounded<T> => ({
  shown: all.slice(0, most),
  leftOut: Math.max(0, all.length - most),
});

export function coverageOf(
  tallies: readonly PlaceTally[],
  asked: Asked,
  of: { readonly issuedIn: ReadonlySet<string>; readonly digests: Coverage['digests'] },
): Coverage {
  const found =
    tallies.length === 0
      ? null
      : {
          from: Math.min(...tallies.map(({ from }) => from)),
          to: Math.max(...tallies.map(({ to }) => to)),
        };
  const period = {
    from: asked.from ?? found?.from ?? null,
    to: asked.to ?? (found === null ? null : found.to + 1),
  };
  const seen = new Map(tallies.map((tally) => [placeKey(tally), tally]));
  const wanted = asked.accounts.flatMap((account) =>
    (asked.regions.length === 0 ? [null] : asked.regions).flatMap((region) =>
      region === null
        ? tallies.some((tally) => tally.account === account)
          ? []
          : [{ account, region: '' }]
        : seen.has(placeKey({ account, region }))
          ? []
          : [{ account, region }],
    ),
  );
  const places = [
    ...tallies.map((tally) => placeOf(tally, period)),
    ...wanted.map((place) => placeOf({ ...place, ...NOTHING }, period)),
  ].sort((one, other) => (placeKey(one) < placeKey(other) ? -1 : 1));
  const accounts = new Set(tallies.map(({ account }) => account));
  return {
    found,
    places: bounded(places, SHOWN.places),
    dataEvents: tallies.some(({ dataEvents }) => dataEvents > 0),
    accountsMissing: [...of.issuedIn].filter((account) => !accounts.has(account)).sort(),
    digests: of.digests,
  };
}

const NOTHING = { events: 0, dataEvents: 0, from: Number.NaN, to: Number.NaN, hours: new Set<number>() };

const placeKey = ({ account, region }: { readonly account: string; readonly region: string }): string =>
  JSON.stringify([account, region]);

function placeOf(
  { account, region, events, dataEvents, from, to, hours }: PlaceTally,
  period: { readonly from: number | null; readonly to: number | null },
): PlaceCoverage {
  const gaps = gapsIn(hours, period);
  return {
    ...{ account, region, events, dataEvents },
    managementEvents: events - dataEvents,
    from: events === 0 ? null : from,
    to: events === 0 ? null : to,
    emptyHours: gaps.reduce((sum, gap) => sum + (gap.to - gap.from) / HOUR, 0),
    gaps: bounded(gaps, SHOWN.gaps),
  };
}

/** Whole hours of the period without an event, put together to intervals. */
function gapsIn(
  hours: ReadonlySet<number>,
  period: { readonly from: number | null; readonly to: number | null },
): readonly { readonly from: number; readonly to: number }[] {
  if (period.from === null || period.to === null) return [];
  const first = Math.ceil(period.from / HOUR);
  const end = Math.min(Math.floor(period.to / HOUR), first + MOST_HOURS);
  const gaps: { from: number; to: number }[] = [];
  for (let hour = first; hour < end; hour++) {
    if (hours.has(hour)) continue;
    const last = gaps.at(-1);
    if (last?.to === hour * HOUR) last.to += HOUR;
    else gaps.push({ from: hour * HOUR, to: (hour + 1) * HOUR });
  }
  return gaps;
}
