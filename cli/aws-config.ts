/** AWS's shared config file as text: adds or replaces profiles of ours, and leaves every other byte as it was. */

export interface AwsProfile {
  /** `[A-Za-z0-9][\w.-]*`. */
  readonly name: string;
  /** Setting to value, in order; no value holds a line break. */
  readonly settings: readonly (readonly [name: string, value: string])[];
}

type Edited =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly problem: 'profile_not_ours' | 'markers_broken' };

const begin = (name: string): string => `# writ: begin ${name}`;
const end = (name: string): string => `# writ: end ${name}`;

/**
 * @param text - The file, one character per byte (latin1), so that what is not ours survives whatever it is.
 * @returns the new text; or `profile_not_ours` where somebody else wrote a profile of that name.
 */
export function withProfile(text: string, profile: AwsProfile): Edited {
  const found = partsOf(text, profile.name);
  if (found === null) return { ok: false, problem: 'markers_broken' };
  if (namesIn(found.others).has(profile.name)) return { ok: false, problem: 'profile_not_ours' };
  return { ok: true, text: joined(text, found, marked(profile.name, linesOf(profile))) };
}

/** What became of a set of profiles. */
interface Synced {
  readonly ok: true;
  readonly text: string;
  readonly written: readonly AwsProfile[];
  /** Somebody else's have these names: theirs stay as they are. */
  readonly notOurs: readonly AwsProfile[];
  /** Names that the set had before, and has no more. */
  readonly removed: readonly string[];
}

/**
 * Replaces the set of profiles between one pair of marks. An empty set takes the marks away.
 *
 * @param set - Names the marks; holds a blank, so that no profile's own marks are like it.
 * @param profiles - No two of one name.
 */
export function withProfileSet(
  text: string,
  set: `${string} ${string}`,
  profiles: readonly AwsProfile[],
): Synced | { readonly ok: false; readonly problem: 'markers_broken' } {
  const found = partsOf(text, set);
  if (found === null) return { ok: false, problem: 'markers_broken' };
  const theirs = namesIn(found.others);
  const written = profiles.filter(({ name }) => !theirs.has(name));
  const names = new Set(written.map(({ name }) => name));
  return {
    ok: true,
    text: joined(text, found, written.length === 0 ? [] : marked(set, written.flatMap(linesOf))),
    written,
    notOurs: profiles.filter(({ name }) => theirs.has(name)),
    removed: [...namesIn(found.own)].filter((name) => !names.has(name)),
  };
}

/** Names of the profiles in a file of this kind; `credentials` has them without the word. */
export const profileNames = (text: string, file: 'config' | 'credentials'): ReadonlySet<string> =>
  namesIn(bareLines(text), file === 'credentials');

interface Parts {
  /** Lines as they are; those of ours between marks, both marks included, are [from, to]. */
  readonly lines: readonly string[];
  readonly from: number;
  readonly to: number;
  readonly own: readonly string[];
  readonly others: readonly string[];
}

/** @returns null where the marks do not pair. */
function partsOf(text: string, marks: string): Parts | null {
  const lines = text.split('\n');
  const bare = bareLines(text);
  const from = bare.indexOf(begin(marks));
  const to = bare.indexOf(end(marks));
  if (from === -1 && to === -1) return { lines, from, to, own: [], others: bare };
  const once = bare.lastIndexOf(begin(marks)) === from && bare.lastIndexOf(end(marks)) === to;
  if (from === -1 || to < from || !once) return null;
  const others = [...bare.slice(0, from), ...bare.slice(to + 1)];
  return { lines, from, to, own: bare.slice(from, to + 1), others };
}

const bareLines = (text: string): readonly string[] =>
  text.split('\n').map((line) => line.replace(/\r$/, ''));

function joined(text: string, { lines, from, to }: Parts, block: readonly string[]): string {
  if (from !== -1) return [...lines.slice(0, from), ...block, ...lines.slice(to + 1)].join('\n');
  if (block.length === 0) return text;
  const gap = text === '' || text.endsWith('\n') ? '' : '\n';
  return `${text}${gap}${block.join('\n')}\n`;
}

const marked = (marks: string, lines: readonly string[]): readonly string[] => [
  begin(marks),
  ...lines,
  end(marks),
];

function linesOf({ name, settings }: AwsProfile): readonly string[] {
  const header = name === 'default' ? '[default]' : `[profile ${name}]`;
  const lines = settings.map(([setting, value]) => `${setting} = ${value}`);
  if (lines.some((line) => /[\r\n\0]/.test(line))) throw new RangeError('a setting is one line');
  const utf8 = lines.map((line) => Buffer.from(line, 'utf8').toString('latin1'));
  return [header, ...utf8];
}

const HEADER = /^\s*\[\s*(?:(profile)\s+)?["']?([^"'\]]*?)["']?\s*\]/;

/** @param isBare - Whether a name stands there without the word `profile`. */
function namesIn(lines: readonly string[], isBare = false): ReadonlySet<string> {
  const names = lines.map((line) => {
    const [, profile, found = ''] = HEADER.exec(line) ?? [];
    return profile !== undefined || isBare || found === 'default' ? found : '';
  });
  return new Set(names.filter((name) => name !== ''));
}
