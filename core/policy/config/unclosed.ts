import { type Document, isCollection, isScalar, type Node, visit, type YAMLError } from 'yaml';
import type { ConfigFile } from './source.ts';

/**
 * Where a bracket or quote that is never closed was opened. The parser tells it where it gave up, lines further down
 * in a field that is sound.
 *
 * @returns UTF-16 offset and a sentence; `null`: the error is another one.
 */
export function unclosed(
  { text }: ConfigFile,
  document: Document.Parsed,
  { code, pos: [gaveUp] }: YAMLError,
): { readonly offset: number; readonly problem: string } | null {
  if (code !== 'BAD_INDENT' && code !== 'MISSING_CHAR') return null;
  let opened: number | null = null;
  visit(document, {
    // From the outside in: the last that ends there is the innermost.
    Node: (_, node) => {
      const [from, to] = node.range ?? [0, 0];
      if (to === gaveUp && hasClosing(node) && !isClosed(text.slice(from, to))) opened = from;
    },
  });
  if (opened === null) return null;
  const mark = text.charAt(opened);
  const orLines = mark === '[' || mark === '{' ? ', or its lines are not indented' : '';
  return { offset: opened, problem: `this ${mark} is never closed${orLines}` };
}

const hasClosing = (node: Node): boolean =>
  isCollection(node) ? node.flow === true : isScalar(node) && /^QUOTE/.test(node.type ?? '');

const CLOSING: { readonly [mark: string]: string } = { '[': ']', '{': '}', '"': '"', "'": "'" };

const isClosed = (source: string): boolean =>
  source.length > 1 && source.endsWith(CLOSING[source.charAt(0)] ?? '');
