import { namesIn } from '../../session/substitute.ts';
import type { ParameterType } from '../bundle.ts';
import { parameterProblem } from '../parameters.ts';

export type Types = { readonly [parameter: string]: ParameterType };

/** A template of a permission, with the types that its parameters have there. */
export interface Typed {
  readonly text: string;
  readonly types: Types;
}

type Step =
  | { readonly kind: 'char'; readonly char: string }
  /** `colon`: whether it may stand for one, which before the sixth part of an ARN it mostly may not. */
  | { readonly kind: 'star' | 'one'; readonly colon: boolean }
  | { readonly kind: 'parameter'; readonly name: string; readonly type: ParameterType | null }
  | { readonly kind: 'variable'; readonly text: string };

/**
 * Whether all that the narrow template can match is matched by the wide one too, whatever the parameters.
 *
 * Errs on one side: `true` is proven, `false` is not known. A wildcard of the narrow one is covered by a star only, a
 * parameter by a star or by the same parameter with a type that takes at least the same values.
 */
export function covers(wide: Typed, narrow: Typed): boolean {
  const pattern = stepsOf(wide);
  const text = stepsOf(narrow);
  let below = text.map(() => false).concat(true);
  for (const step of pattern.toReversed()) {
    const row = new Array<boolean>(text.length + 1).fill(false);
    row[text.length] = step.kind === 'star' && below[text.length] === true;
    for (let at = text.length - 1; at >= 0; at--) {
      const next = text[at];
      if (next === undefined) continue;
      if (step.kind === 'star') row[at] = below[at] === true || (takes(step, next) && row[at + 1] === true);
      else row[at] = takes(step, next) && below[at + 1] === true;
    }
    below = row;
  }
  return below[0] === true;
}

function takes(step: Step, next: Step): boolean {
  switch (step.kind) {
    case 'star':
      if (next.kind === 'char') return step.colon || next.char !== ':';
      if (next.kind === 'star' || next.kind === 'one') return step.colon || !next.colon;
      // No type of parameter has a colon; what a variable of IAM holds nobody knows.
      return next.kind === 'parameter' || step.colon;
    case 'one':
      if (next.kind === 'char') return step.colon || next.char !== ':';
      return next.kind === 'one' && (step.colon || !next.colon);
    case 'char':
      return next.kind === 'char' && next.char === step.char;
    case 'parameter':
      return next.kind === 'parameter' && next.name === step.name && sameOrWider(step.type, next.type);
    case 'variable':
      return next.kind === 'variable' && next.text === step.text;
  }
}

const sameOrWider = (wide: ParameterType | null, narrow: ParameterType | null): boolean =>
  wide === null || narrow === null ? wide === narrow : typeCovers(wide, narrow);

/** Whether the wide type takes all values of the narrow one. `true` is proven. */
export function typeCovers(wide: ParameterType, narrow: ParameterType): boolean {
  if (narrow.type === 'enum') return narrow.values.every((value) => parameterProblem(wide, value) === null);
  if (wide.type === narrow.type) return true;
  // A path is segments; UUIDs, accounts and Regions are segments.
  return wide.type === 'path' || (wide.type === 'segment' && narrow.type !== 'path');
}

const ARN_PARTS = 6;

/** As `core/iam` reads a pattern: a star that ends its part of the ARN may go on behind the colon. */
function stepsOf({ text, types }: Typed): readonly Step[] {
  const isArn = text.startsWith('arn:');
  const pieces = text.split(/(\$\{[^}]*\}|[*?])/).filter((piece) => piece !== '');
  let colons = 0;
  return pieces.flatMap((piece, at): Step[] => {
    if (piece === '*' || piece === '?') {
      const free = !isArn || colons >= ARN_PARTS - 1;
      const next = pieces[at + 1];
      const ends = next === undefined || next.startsWith(':');
      return [piece === '*' ? { kind: 'star', colon: free || ends } : { kind: 'one', colon: free }];
    }
    const [name] = namesIn(piece);
    if (piece.startsWith('${')) {
      return [
        name === undefined
          ? { kind: 'variable', text: piece }
          : { kind: 'parameter', name, type: types[name] ?? null },
      ];
    }
    colons += piece.split(':').length - 1;
    return Array.from(piece, (char) => ({ kind: 'char', char }));
  });
}
