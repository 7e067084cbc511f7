import { readdir } from 'node:fs/promises';
import type { Command, Option } from 'commander';
import { commandLine } from './command-line.ts';
import type { Io } from './io.ts';
import { lastListed } from './permissions.ts';
import { openProfile } from './session.ts';
import { DEFAULT_PROFILE, PROFILE_NAME, stateRoot } from './state.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

/** The name of the hidden command that the scripts ask. */
export const COMPLETE = 'complete';

/** Where nothing is known to come, files are offered, as without us. */
const SCRIPTS: { readonly [S in Shell]: (ask: string) => string } = {
  bash: (ask) => `_writ() {
  local IFS=$'\\n'
  COMPREPLY=($(${ask} "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _writ writ
`,
  zsh: (ask) => `#compdef writ
_writ() {
  local -a candidates
  candidates=(\${(f)"$(${ask} "\${(@)words[2,CURRENT]}" 2>/dev/null)"})
  if (( \${#candidates} )); then compadd -a candidates; else _files; fi
}
compdef _writ writ
`,
  fish: (ask) => `function __writ_complete
  set -l words (commandline -opc) (commandline -ct)
  set -l candidates (${ask} $words[2..-1] 2>/dev/null)
  if set -q candidates[1]
    printf '%s\\n' $candidates
  else
    __fish_complete_path (commandline -ct)
  end
end
complete -c writ -f -a '(__writ_complete)'
`,
};

/** `writ completion <shell>`: a script for the shell to read, which asks this very command. */
export function completion(shell: Shell, io: Io): void {
  io.stdout.write(SCRIPTS[shell](commandLine([io.node, io.script, COMPLETE, '--'])));
}

/**
 * What may come in place of the last word; none: who knows. Reads what lies here and asks nobody.
 *
 * @param words - Everything typed behind `writ`, the last one as far as it has come.
 */
export async function complete(writ: Command, words: readonly string[], io: Io): Promise<void> {
  const candidates = await candidatesFor(writ, words, io).catch(() => []);
  const begun = words.at(-1) ?? '';
  for (const each of candidates) if (each.startsWith(begun)) io.stdout.write(`${each}\n`);
}

async function candidatesFor(writ: Command, words: readonly string[], io: Io): Promise<readonly string[]> {
  const before = words.slice(0, -1);
  const place = placeIn(writ, before);
  if (place === null) return [];
  const { command, option } = place;
  if (option !== null) return option.argChoices ?? (await valuesFor(option, before, io));
  if (words.at(-1)?.startsWith('-')) return optionsOf(command).flatMap(({ long }) => long ?? []);
  const under = command.createHelp().visibleCommands(command);
  const choices = command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices);
  return [...under.map((each) => each.name()), ...choices];
}

/** Of which command the next word is, and of which of its options; null: it is a word of another program's. */
function placeIn(
  writ: Command,
  before: readonly string[],
): { readonly command: Command; readonly option: Option | null } | null {
  let command = writ;
  let option: Option | null = null;
  for (const word of before) {
    if (option !== null) option = null;
    else if (word === '--') return null;
    else if (word.startsWith('-')) option = optionsOf(command).find(takesNext(word)) ?? null;
    else command = command.commands.find((each) => each.name() === word) ?? command;
  }
  return { command, option };
}

const optionsOf = (command: Command): readonly Option[] => {
  const help = command.createHelp();
  return [...help.visibleOptions(command), ...(command.parent?.options ?? [])];
};

const takesNext =
  (word: string) =>
  ({ long, required, optional }: Option): boolean =>
    long === word && (required || optional);

async function valuesFor({ long }: Option, before: readonly string[], io: Io): Promise<readonly string[]> {
  const found = await readdir(stateRoot(io)).catch((): string[] => []);
  const profiles = found.filter((each) => PROFILE_NAME.test(each));
  if (long === '--profile') return profiles;
  const profile = before[before.lastIndexOf('--profile') + 1] ?? '';
  const name = before.includes('--profile') ? profile : DEFAULT_PROFILE;
  // Only to look: opening one would make it.
  if (!profiles.includes(name)) return [];
  const listed = await lastListed(await openProfile(io, name));
  if (long === '--permission') return listed.map(({ permission }) => permission);
  const meant = listed.filter(({ permission }) => before.includes(permission));
  const all = meant.length === 0 ? listed : meant;
  if (long === '--account') return [...new Set(all.flatMap(({ accounts }) => accounts))];
  if (long === '--parameter') return [...new Set(all.flatMap(({ parameters }) => Object.keys(parameters)))];
  return [];
}
