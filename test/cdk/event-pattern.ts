/** EventBridge's patterns, as far as Writ's rules use them. */
type Json = unknown;
type Fields = { readonly [name: string]: Json };

const isFields = (value: Json): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** @see Amazon EventBridge User Guide, "Comparison operators for use in event patterns" */
export function matches(pattern: Fields, event: Json): boolean {
  const fields = isFields(event) ? event : {};
  return Object.entries(pattern).every(([name, wanted]) => {
    if (name === '$or') return (wanted as readonly Fields[]).some((one) => matches(one, event));
    if (isFields(wanted)) return matches(wanted, fields[name]);
    return (wanted as readonly Json[]).some((one) => fits(one, fields[name]));
  });
}

function fits(wanted: Json, value: Json): boolean {
  if (!isFields(wanted)) return wanted === value;
  const [[operator, operand] = ['', null]] = Object.entries(wanted);
  if (operator === 'exists') return (value !== undefined) === operand;
  if (typeof value !== 'string') return false;
  switch (operator) {
    case 'prefix':
      return value.startsWith(String(operand));
    case 'suffix':
      return value.endsWith(String(operand));
    case 'wildcard':
      return [operand].flat().some((one) => wildcard(String(one)).test(value));
    case 'anything-but':
      return !(isFields(operand) ? fits(operand, value) : [operand].flat().includes(value));
    default:
      throw new Error(`no such operator: ${operator}`);
  }
}

const wildcard = (text: string): RegExp =>
  new RegExp(
    `^(?:${text
      .split('*')
      .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')})$`,
  );
