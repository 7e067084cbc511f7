import { invalid } from './iam-input.ts';
import type { Xml } from './xml.ts';

export const PAGING = ['Marker', 'MaxItems'] as const;

const DEFAULT_ITEMS = 100;

/**
 * One page of a list (IAM API reference, `MaxItems` and `Marker`). The marker names the last item shown, so what is
 * added or taken away between two pages hides nothing else.
 *
 * @param items - In ascending order of their keys.
 */
export function page<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  asked: { readonly Marker?: string; readonly MaxItems?: string },
): { readonly items: readonly T[]; readonly tail: { readonly [name: string]: Xml } } {
  const after = asked.Marker === undefined ? '' : Buffer.from(asked.Marker, 'base64url').toString('utf8');
  if (asked.Marker !== undefined && after === '') throw invalid('Invalid Marker.');
  const left = items.filter((item) => keyOf(item) > after);
  const shown = left.slice(0, Number(asked.MaxItems ?? DEFAULT_ITEMS));
  const last = shown.at(-1);
  return {
    items: shown,
    tail:
      shown.length === left.length || last === undefined
        ? { IsTruncated: false }
        : { IsTruncated: true, Marker: Buffer.from(keyOf(last)).toString('base64url') },
  };
}
