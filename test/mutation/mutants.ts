/** What is changed in a source file, one thing at a time: the operators of the mutation test. */
import { parseAst } from 'vitest/node';

export interface Mutant {
  /** Offsets in the source: what is replaced. */
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
  /** Whether a whole statement goes, or an expression is replaced. */
  readonly kind: 'expression' | 'statement';
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

const OPERATORS: ReadonlyMap<string, readonly string[]> = new Map([
  ['===', ['!==']],
  ['!==', ['===']],
  ['<', ['<=', '>=']],
  ['<=', ['<', '>']],
  ['>', ['>=', '<=']],
  ['>=', ['>', '<']],
  ['&&', ['||']],
  ['||', ['&&']],
  ['+', ['-']],
  ['-', ['+']],
  ['*', ['/']],
  ['/', ['*']],
  ['%', ['*']],
  ['&', ['|']],
  ['|', ['&']],
  ['<<', ['>>']],
  ['>>', ['<<']],
]);

const METHODS: ReadonlyMap<string, string> = new Map([
  ['some', 'every'],
  ['every', 'some'],
  ['min', 'max'],
  ['max', 'min'],
  ['floor', 'ceil'],
  ['ceil', 'floor'],
  ['startsWith', 'endsWith'],
  ['endsWith', 'startsWith'],
  ['toLowerCase', 'toUpperCase'],
  ['toUpperCase', 'toLowerCase'],
]);

/** Methods whose result is of the kind that they were called on: leaving the call out still runs. */
const LEFT_OUT = new Set([
  'filter',
  'sort',
  'slice',
  'trim',
  'toLowerCase',
  'toUpperCase',
  'replaceAll',
  'reverse',
]);

/** All mutants of a source file, in the order in which they stand. */
export function mutantsOf(source: string): readonly Mutant[] {
  const found: Mutant[] = [];
  const program = parseAst(source, { lang: 'ts' });
  if (!isNode(program)) throw new Error('the parser gave no tree');
  walk(program, null, (node, parent) => {
    for (const [text, at] of replacements(node, parent, source)) {
      found.push({ start: at.start, end: at.end, replacement: text, kind: 'expression' });
    }
    if (mayGo(node, parent))
      found.push({ start: node.start, end: node.end, replacement: '', kind: 'statement' });
  });
  return found.sort((a, b) => a.start - b.start || b.end - a.end);
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && 'start' in value && 'end' in value;

/** Types are gone when the tests run; what is imported from where is no decision. */
const skipped = (node: Node): boolean =>
  /^(?:TS(?!AsExpression|SatisfiesExpression|NonNullExpression).*|Import.*|ExportAll.*)$/.test(node.type);

/** Where no expression can stand: keys that are written down, types, what is imported from where. */
const isFixed = (parent: Node, field: string): boolean =>
  ((field === 'key' || field === 'property') && parent.computed !== true) ||
  field === 'typeAnnotation' ||
  field === 'source' ||
  field === 'quasis';

function walk(node: Node, parent: Node | null, meet: (node: Node, parent: Node | null) => void): void {
  if (skipped(node)) return;
  meet(node, parent);
  for (const [field, value] of Object.entries(node)) {
    if (isFixed(node, field)) continue;
    for (const child of Array.isArray(value) ? value : [value]) {
      if (isNode(child)) walk(child, node, meet);
    }
  }
}

/** A statement that can be left out, and whose absence no other mutant is the same as. */
function mayGo(node: Node, parent: Node | null): boolean {
  if (parent?.type === 'IfStatement') return false;
  if (node.type === 'ExpressionStatement') return node.directive === undefined || node.directive === null;
  return node.type === 'ThrowStatement' || (node.type === 'ReturnStatement' && isRefusal(node.argument));
}

const isRefusal = (value: unknown): boolean =>
  isNode(value) &&
  value.type === 'CallExpression' &&
  isNode(value.callee) &&
  value.callee.type === 'Identifier' &&
  /^(?:refuse|fail|malformed|bad)/.test(String(value.callee.name));

type Replacement = readonly [text: string, at: { readonly start: number; readonly end: number }];

function replacements(node: Node, parent: Node | null, source: string): readonly Replacement[] {
  const text = (part: { readonly start: number; readonly end: number }) => source.slice(part.start, part.end);
  switch (node.type) {
    case 'BinaryExpression':
    case 'LogicalExpression': {
      const { left, right } = node;
      if (!isNode(left) || !isNode(right)) return [];
      if (node.operator === '??') return [[text(left), node]];
      const others = OPERATORS.get(String(node.operator)) ?? [];
      return others.map((operator) => [`(${text(left)}) ${operator} (${text(right)})`, node]);
    }
    case 'UnaryExpression':
      return node.operator === '!' && isNode(node.argument) ? [[text(node.argument), node]] : [];
    case 'IfStatement':
    case 'ConditionalExpression':
      return isNode(node.test) ? ['true', 'false'].map((value) => [value, node.test as Node]) : [];
    case 'Literal':
      return literal(node, text(node)).map((value) => [value, node]);
    case 'TemplateLiteral':
      return parent?.type === 'TaggedTemplateExpression' ? [] : [['``', node]];
    case 'ArrayExpression':
      return Array.isArray(node.elements) && node.elements.length > 0 ? [['[]', node]] : [];
    case 'CallExpression':
      return call(node, text);
    default:
      return [];
  }
}

function literal(node: Node, text: string): readonly string[] {
  if (typeof node.value === 'boolean') return [String(!node.value)];
  if (typeof node.value === 'string') return [node.value === '' ? "'mutant'" : "''"];
  if (typeof node.value === 'number') return [`(${text} + 1)`, `(${text} - 1)`];
  const regex = /^\/(\^?)(.*?)(\$?)\/([a-z]*)$/s.exec(text);
  if (regex === null) return [];
  const [, from = '', inner = '', to = '', flags = ''] = regex;
  const others = [`/${inner}${to}/${flags}`, `/${from}${inner}/${flags}`, `/${from}${inner}${to}/`];
  return [...new Set(others)].filter((other) => other !== text);
}

function call(node: Node, text: (part: Node) => string): readonly Replacement[] {
  const { callee } = node;
  if (!isNode(callee) || callee.type !== 'MemberExpression' || callee.optional === true) return [];
  const { object, property } = callee;
  if (!isNode(object) || !isNode(property) || /\?\./.test(text(object))) return [];
  const name = String(property.name);
  const rest = text(node).slice(property.end - node.start);
  const swapped = METHODS.get(name);
  return [
    ...(swapped === undefined ? [] : [[`${text(object)}.${swapped}${rest}`, node] as const]),
    ...(LEFT_OUT.has(name) ? [[text(object), node] as const] : []),
  ];
}
