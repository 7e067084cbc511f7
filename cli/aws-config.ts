/** AWS's shared config file as text: adds or replaces one profile, and leaves every other byte as it was. */

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
  const lines = text.split('\n');
  const bare = lines.map((line) => line.replace(/\r$/, ''));
  const from = bare.indexOf(begin(profile.name));
  const to = bare.indexOf(end(profile.name));
  const none = from === -1 && to === -1;
  const once = bare.lastIndexOf(begin(profile.name)) === from && bare.lastIndexOf(end(profile.name)) === to;
  if (!none && !(from !== -1 && from < to && once)) return { ok: false, problem: 'markers_broken' };

  const others = none ? bare : [...bare.slice(0, from), ...bare.slice(to + 1)];
  if (others.some((line) => isHeaderOf(line, profile.name)))
    return { ok: false, problem: 'profile_not_ours' };

  const block = blockOf(profile);
  if (!none)
    return { ok: true, text: [...lines.slice(0, from), ...block, ...lines.slice(to + 1)].join('\n') };
  const gap = text === '' || text.endsWith('\n') ? '' : '\n';
  return { ok: true, text: `${text}${gap}${block.join('\n')}\n` };
}

function blockOf({ name, settings }: AwsProfile): readonly string[] {
  const header = name === 'default' ? '[default]' : `[profile ${name}]`;
  const lines = settings.map(([setting, value]) => `${setting} = ${value}`);
  if (lines.some((line) => /[\r\n\0]/.test(line))) throw new RangeError('a setting is one line');
  const utf8 = lines.map((line) => Buffer.from(line, 'utf8').toString('latin1'));
  return [begin(name), header, ...utf8, end(name)];
}

const HEADER = /^\s*\[\s*(?:(profile)\s+)?["']?([^"'\]]*?)["']?\s*\]/;

function isHeaderOf(line: string, name: string): boolean {
  const [, profile, found] = HEADER.exec(line) ?? [];
  return found === name && (profile !== undefined || name === 'default');
}
