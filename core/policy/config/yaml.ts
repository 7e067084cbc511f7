import { type Document, isMap, isScalar, LineCounter, type Node, parseDocument } from 'yaml';
import type { z } from 'zod';
import { inWords } from './in-words.ts';
import type { ConfigFile, Problem } from './source.ts';
import { unclosed } from './unclosed.ts';

type Path = readonly PropertyKey[];

/** A YAML file whose shape fits its schema, and which still knows its lines. */
export interface Parsed<T> {
  readonly file: string;
  /** File name without folder and ending: the name of what it describes. */
  readonly name: string;
  readonly value: T;
  /** A problem at a value, or at the nearest enclosing one where there is none. */
  readonly problem: (path: Path, problem: string) => Problem;
}

export type ParseResult<T> =
  | { readonly ok: true; readonly parsed: Parsed<T> }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Parses YAML 1.2 (dates stay text, `no` stays text) and checks it against its schema. */
export function parseYaml<T>(source: ConfigFile, schema: z.ZodType<T>): ParseResult<T> {
  const file = source.path;
  const lines = new LineCounter();
  const document = parseDocument(source.text, {
    lineCounter: lines,
    version: '1.2',
    schema: 'core',
    // Else `!!binary` would be a Buffer, with all its members.
    resolveKnownTags: false,
  });
  const at = (offset: number, problem: string): Problem => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col, problem };
  };
  const unreadable = [...document.errors, ...document.warnings];
  const [first] = unreadable;
  if (first !== undefined) {
    const open = unclosed(source, document, first);
    // What the parser makes of the rest of such a file is told by nobody.
    if (open !== null) return { ok: false, problems: [at(open.offset, open.problem)] };
    return { ok: false, problems: unreadable.map((error) => at(error.pos[0], firstLine(error.message))) };
  }

  const root = document.contents;
  const problem = (path: Path, message: string): Problem => at(offsetOf(root, path), message);
  const plain = withoutAliases(document);
  if (plain === null) {
    return { ok: false, problems: [problem([], 'has an alias: a file says what it says where it says it')] };
  }
  const checked = schema.safeParse(plain.value, { error: inWords });
  if (checked.success) {
    const name = file.replace(/^.*\//, '').replace(/\.yaml$/, '');
    return { ok: true, parsed: { file, name, value: checked.data, problem } };
  }
  return { ok: false, problems: checked.error.issues.flatMap((issue) => problemsOf(issue, root, at)) };
}

/** `yaml` throws at the first alias where none is allowed. */
function withoutAliases(document: Document.Parsed): { readonly value: unknown } | null {
  try {
    return { value: document.toJS({ maxAliasCount: 0 }) };
  } catch (error) {
    if (error instanceof ReferenceError) return null;
    throw error;
  }
}

function problemsOf(
  issue: z.core.$ZodIssue,
  root: Node | null,
  at: (offset: number, problem: string) => Problem,
): Problem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) =>
      at(offsetOf(root, [...issue.path, key], 'key'), `${key} is not known here`),
    );
  }
  if (issue.code === 'invalid_union') {
    // Of the shapes that a value may have, the one that it is nearest to; else the sentence that names them all.
    const shapes = issue.errors.filter(fitsOutside).map((errors) =>
      errors.flatMap((each) => {
        const inside = { ...each, path: [...issue.path, ...each.path] } as z.core.$ZodIssue;
        return problemsOf(inside, root, at);
      }),
    );
    const [nearest] = shapes.sort((a, b) => a.length - b.length);
    if (nearest !== undefined) return nearest;
  }
  const where = issue.path.map(String).join('.');
  const part = issue.code === 'invalid_key' ? 'key' : 'value';
  return [at(offsetOf(root, issue.path, part), where === '' ? issue.message : `${where}: ${issue.message}`)];
}

const ANOTHER_KIND = new Set<string | undefined>(['invalid_type', 'invalid_value', 'invalid_format']);

/** Whether a value is at least of the right kind, list or mapping, and what is wrong with it lies inside. */
const fitsOutside = (issues: readonly z.core.$ZodIssue[]): boolean =>
  !issues.some(({ path, code }) => path.length === 0 && ANOTHER_KIND.has(code));

/** Offset of the deepest node that exists along the path. */
function offsetOf(root: Node | null, path: Path, part: 'key' | 'value' = 'value'): number {
  let node: unknown = root;
  let offset = root?.range?.[0] ?? 0;
  for (const [depth, step] of path.entries()) {
    const last = depth === path.length - 1;
    let next: unknown;
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && item.key.value === step);
      next = last && part === 'key' ? pair?.key : (pair?.value ?? pair?.key);
    } else if (hasItems(node) && typeof step === 'number') {
      next = node.items[step];
    }
    if (!isNode(next)) return offset;
    node = next;
    offset = next.range?.[0] ?? offset;
  }
  return offset;
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'range' in value;

const hasItems = (value: unknown): value is { readonly items: readonly unknown[] } =>
  typeof value === 'object' && value !== null && 'items' in value && Array.isArray(value.items);

const firstLine = (message: string): string => message.split('\n')[0]?.replace(/ at line .*$/, '') ?? message;
