/**
 * Resources and condition values of a permission, as written: literal text, `${parameter}`, `${aws:…}` and IAM's
 * wildcards. This is the lock on the door: what passes here is filled in by `core/session` without another look.
 */

export type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'wildcard' }
  | { readonly kind: 'parameter'; readonly name: string }
  | { readonly kind: 'variable' };

/** Filled in from the account that is asked for; a parameter cannot have these names. */
export const BUILT_IN: readonly string[] = ['account', 'region'];

/** `${aws:PrincipalTag/team}`, `${s3:prefix}`, `${*}`, `${?}`, `${$}`: IAM's own. No default values: no need. */
const IAM_VARIABLE = /^(?:[*?$]|[a-z0-9-]+:[A-Za-z0-9_.:/@+=-]+)$/;

/** @returns the parts, or what is wrong. Linear: each character is looked at once. */
export function parseTemplate(template: string): Part[] | string {
  const parts: Part[] = [];
  for (const piece of template.split(/(\$\{[^}]*\}|[*?])/)) {
    if (piece === '') continue;
    if (piece === '*' || piece === '?') parts.push({ kind: 'wildcard' });
    else if (piece.startsWith('${') && piece.endsWith('}')) {
      const name = piece.slice(2, -1);
      if (/^[A-Za-z]\w*$/.test(name)) parts.push({ kind: 'parameter', name });
      else if (IAM_VARIABLE.test(name)) parts.push({ kind: 'variable' });
      else return `${piece} is neither a parameter nor a variable of IAM`;
    } else if (/[${}]/.test(piece)) return 'has a stray $, { or }: write ${$} for a dollar sign';
    else if (!/^[ -~]*$/.test(piece)) return 'has a character outside ASCII';
    else parts.push({ kind: 'text', text: piece });
  }
  return parts;
}

/** The names of a template's parameters. */
export const parametersOf = (parts: readonly Part[]): string[] =>
  parts.flatMap((part) => (part.kind === 'parameter' ? [part.name] : []));

/**
 * A parameter must not touch a wildcard or another parameter without a delimiter (`/` or `:`) between them: with
 * `${prefix}*` the prefix `q3` would also open `q3-salaries`, and with `${a}${b}` nobody can tell whose end is whose.
 *
 * @returns the first that does, as a sentence; `null`: none.
 */
export function looseParameter(parts: readonly Part[]): string | null {
  /** What came since the last delimiter. */
  let open: Part | null = null;
  for (const part of parts) {
    if (part.kind === 'text') {
      if (/[/:]/.test(part.text)) open = null;
      continue;
    }
    const meets = open?.kind === 'parameter' || part.kind === 'parameter' ? open : null;
    if (meets !== null && !bothBuiltIn(meets, part)) {
      const name = part.kind === 'parameter' ? part.name : meets.kind === 'parameter' ? meets.name : '';
      return `\${${name}} meets a wildcard, variable or other parameter without / or : between them`;
    }
    open = part;
  }
  return null;
}

/** Account and Region come from configuration, not from the caller. */
const bothBuiltIn = (...parts: readonly Part[]): boolean =>
  parts.every(
    (part) => part.kind === 'wildcard' || (part.kind === 'parameter' && BUILT_IN.includes(part.name)),
  );
