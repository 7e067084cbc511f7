const W3C =
  /^(?:(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2}))?)?)?)$/;

/**
 * A date in a policy or request: a W3C form of ISO 8601 (four digits alone are a year), or epoch seconds.
 *
 * @returns milliseconds since 1970; null for anything else, `2026-02-30` among it.
 * @see IAM User Guide, "IAM JSON policy elements: Condition operators", Date
 */
export function parseInstant(text: string): number | null {
  if (/^(?:\d{5,12})$/.test(text)) return Number(text) * 1000;
  const match = W3C.exec(text);
  if (match === null) return null;
  const [, year, month = '01', day = '01'] = match;
  if (Number(day) > new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate()) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : at;
}
