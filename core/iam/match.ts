import type { Context } from './context.ts';
import type { Truth } from './truth.ts';
import { expand, type Token } from './variables.ts';

/** A pattern's element: a literal character, `?`, or `*`; the latter two with or without the colon. */
interface Step {
  readonly char: string | null;
  readonly repeats: boolean;
  readonly colon: boolean;
}

const ARN_PARTS = 6;

/**
 * Walks all readings of the pattern at once, so the time is length times pattern length whatever the
 * pattern: a hostile `*a*a*a*b` costs no more than a plain one.
 */
function run(steps: readonly Step[], text: readonly string[]): boolean {
  let alive = closure(steps, [true]);
  for (const char of text) {
    const next: boolean[] = [];
    steps.forEach((step, at) => {
      if (!alive[at]) return;
      const fits = step.char === null ? step.colon || char !== ':' : step.char === char;
      if (fits) next[step.repeats ? at : at + 1] = true;
    });
    alive = closure(steps, next);
  }
  return alive[steps.length] === true;
}

/** A `*` may stand for nothing. */
function closure(steps: readonly Step[], states: boolean[]): boolean[] {
  steps.forEach((step, at) => {
    if (states[at] && step.repeats) states[at + 1] = true;
  });
  return states;
}

function toStep(token: Token, colon: boolean): Step {
  if (!('wild' in token)) return { char: token.char, repeats: false, colon };
  return { char: null, repeats: token.wild === '*', colon };
}

/** `*` and `?` stand for any character, the colon too. */
export function matchesTokens(tokens: readonly Token[], text: string): boolean {
  return run(
    tokens.map((token) => toStep(token, true)),
    Array.from(text),
  );
}

/**
 * Action patterns know `*` and `?` and no case: `iam:ListAccessKeys` is `IAM:listaccesskeys`.
 *
 * @see IAM User Guide, "IAM JSON policy elements: Action"
 */
export function matchesAction(pattern: string, action: string): boolean {
  const tokens = Array.from(pattern.toLowerCase(), (char): Token => {
    return char === '*' || char === '?' ? { wild: char } : { char, substituted: false };
  });
  return matchesTokens(tokens, action.toLowerCase());
}

/**
 * One value of `Resource` or `NotResource` against the request's resource, with case.
 *
 * Wildcards stay within their ARN segment, but a `*` that ends its segment may go beyond the colon, and in
 * the resource part a colon is a character like others. Variables are known after the fifth colon only.
 *
 * @returns 'unresolved' when a variable has no value (it "will not match any resource"); null when malformed.
 * @see IAM User Guide, "IAM JSON policy elements: Resource"
 */
export function matchesResource(pattern: string, resource: string, context: Context): Truth | 'unresolved' {
  const expansion = expand(pattern, context);
  if (expansion.state === 'malformed' || variableBeforeResource(pattern)) return null;
  if (expansion.state === 'unresolved') return 'unresolved';
  let part = 1;
  const steps = expansion.tokens.map((token, at, tokens) => {
    if ('char' in token && token.char === ':') part += 1;
    const after = tokens[at + 1];
    const endsSegment = after === undefined || ('char' in after && after.char === ':');
    return toStep(token, part >= ARN_PARTS || ('wild' in token && token.wild === '*' && endsSegment));
  });
  return run(steps, Array.from(resource));
}

/** Whether a variable stands where the ARN's partition, service, Region or account would. */
export function variableBeforeResource(pattern: string): boolean {
  const at = pattern.indexOf('${');
  return at !== -1 && pattern.slice(0, at).split(':').length < ARN_PARTS;
}

/**
 * `ArnEquals` and `ArnLike`, which are one and the same: each of the six parts by itself, with case; what
 * is after the fifth colon is the sixth. Colons that a variable brings along separate nothing, so that a
 * tag cannot move the parts; only a value that is one whole variable is compared as a whole.
 *
 * @returns null when the pattern is no ARN.
 * @see IAM User Guide, "IAM JSON policy elements: Condition operators", ARN
 */
export function matchesArn(tokens: readonly Token[], value: string): Truth {
  if (tokens.every((token) => 'char' in token && token.substituted)) return matchesTokens(tokens, value);
  const patterns = splitTokens(tokens);
  if (patterns.length < ARN_PARTS) return null;
  const parts = splitArn(value);
  return (
    parts.length === ARN_PARTS && patterns.every((pattern, at) => matchesTokens(pattern, parts[at] ?? ''))
  );
}

function splitTokens(tokens: readonly Token[]): Token[][] {
  const parts: Token[][] = [[]];
  for (const token of tokens) {
    const separates = 'char' in token && token.char === ':' && !token.substituted;
    if (separates && parts.length < ARN_PARTS) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts;
}

function splitArn(arn: string): string[] {
  const all = arn.split(':');
  return all.length <= ARN_PARTS ? all : [...all.slice(0, ARN_PARTS - 1), all.slice(ARN_PARTS - 1).join(':')];
}
