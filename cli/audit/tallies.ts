/** What is counted while files are read: by place and hour, and of what Writ says nothing. Plain data, to be added up. */
import type { OutOfScope } from '../../core/audit/result.ts';
import type { TrailEvent } from '../../core/audit/trail-event.ts';

export interface PlaceTally {
  readonly account: string;
  readonly region: string;
  events: number;
  dataEvents: number;
  from: number;
  to: number;
  /** Hours since 1970 with an event. */
  readonly hours: Set<number>;
}

/** Accounts × Regions. */
export class Places {
  readonly #byAccount = new Map<string, Map<string, PlaceTally>>();

  add({ account, region, eventTime, eventCategory }: TrailEvent): void {
    const place = this.#place(account, region);
    place.events++;
    if (eventCategory === 'Data') place.dataEvents++;
    if (eventTime < place.from) place.from = eventTime;
    if (eventTime > place.to) place.to = eventTime;
    place.hours.add(Math.floor(eventTime / 3600));
  }

  merge(other: PlaceTally): void {
    const place = this.#place(other.account, other.region);
    place.events += other.events;
    place.dataEvents += other.dataEvents;
    place.from = Math.min(place.from, other.from);
    place.to = Math.max(place.to, other.to);
    for (const hour of other.hours) place.hours.add(hour);
  }

  all(): readonly PlaceTally[] {
    return [...this.#byAccount.values()].flatMap((regions) => [...regions.values()]);
  }

  #place(account: string, region: string): PlaceTally {
    const regions = this.#byAccount.get(account) ?? new Map<string, PlaceTally>();
    if (regions.size === 0) this.#byAccount.set(account, regions);
    const known = regions.get(region);
    if (known !== undefined) return known;
    const place = {
      ...{ account, region, events: 0, dataEvents: 0 },
      ...{ from: Number.POSITIVE_INFINITY, to: Number.NEGATIVE_INFINITY, hours: new Set<number>() },
    };
    regions.set(region, place);
    return place;
  }
}

/** Out-of-scope events by who called. The number of an entry stands for it until duplicates are known. */
export class Others {
  /** By name, as names tell most apart: of each the entries with it. */
  readonly #byName = new Map<string, { readonly number: number; readonly entry: Entry }[]>();
  readonly #entries: Entry[] = [];

  /** @returns the entry's number. */
  add(event: TrailEvent, reason: string, counted: boolean): number {
    const { identity, account } = event;
    const found =
      this.#find(account, identity.type, nameOf(event), reason, MOST_NAMED) ??
      this.#find(account, identity.type, '', reason, MOST) ??
      this.#find('', '', '', '', MOST + 1);
    if (found === null) throw new RangeError('no entry');
    if (counted) found.entry.events++;
    return found.number;
  }

  all(): readonly OutOfScope[] {
    return this.#entries;
  }

  /** @returns `null`: there are too many to begin another one. */
  #find(account: string, type: string, name: string, reason: string, most: number) {
    const named = this.#byName.get(name) ?? [];
    for (const one of named) {
      const { entry } = one;
      if (entry.account === account && entry.type === type && entry.reason === reason) return one;
    }
    if (this.#entries.length >= most) return null;
    const entry = { account, type, name, reason, events: 0 };
    const one = { number: this.#entries.push(entry) - 1, entry };
    this.#byName.set(name, [...named, one]);
    return one;
  }
}

type Entry = { -readonly [key in keyof OutOfScope]: OutOfScope[key] };

/** So many roles no organisation has: what comes later is counted without its name, and then without anything. */
const MOST_NAMED = 50_000;
const MOST = 100_000;

const nameOf = ({ identity: { role, userName, invokedBy } }: TrailEvent): string =>
  (role === null ? null : role.slice(role.indexOf(':role/') + ':role/'.length)) ??
  userName ??
  invokedBy ??
  '';
