/** Guides as programs: the commands of a page's `sh` blocks, in order, in one shell. */
import { execFile } from 'node:child_process';

export interface GuideCommand {
  /** Heading of the section that it stands in. */
  readonly section: string;
  /** Of its first line in the page, from 1. */
  readonly line: number;
  /** As it stands, continued lines and all. */
  readonly text: string;
  /** Of `# exit N` at its end; else 0. */
  readonly exit: number;
}

const CONTINUED = /\\$/;
const EXIT = /#\s*exit (\d{1,3})\s*$/;

export function commandsOf(markdown: string): readonly GuideCommand[] {
  const commands: GuideCommand[] = [];
  let section = '';
  let inBlock = false;
  let text = '';
  for (const [at, line] of markdown.split('\n').entries()) {
    const opens: boolean = !inBlock && line === '```sh';
    const closes = inBlock && line === '```';
    if (opens || closes) inBlock = opens;
    else if (!inBlock) section = /^## (.+)$/.exec(line)?.[1] ?? section;
    else if (text !== '' || (line.trim() !== '' && !line.startsWith('#'))) {
      text += text === '' ? line : `\n${line}`;
      if (CONTINUED.test(line)) continue;
      const first = at + 2 - text.split('\n').length;
      commands.push({ section, line: first, text, exit: Number(EXIT.exec(text)?.[1] ?? 0) });
      text = '';
    }
  }
  return commands;
}

export interface GuideRan {
  /** The first whose exit code was another one, with what was printed until then; null: all were as they should be. */
  readonly failed: {
    readonly line: number;
    readonly command: string;
    readonly exit: number;
    readonly output: string;
  } | null;
  /** How many were run. */
  readonly count: number;
}

/** Runs them in one shell, which keeps its variables, and stops at the first that ends otherwise than told. */
export function runCommands(
  commands: readonly GuideCommand[],
  world: { readonly cwd: string; readonly env: { readonly [name: string]: string | undefined } },
): Promise<GuideRan> {
  const script = commands.flatMap(({ text, exit }, at) => [
    text,
    `_exit=$?; echo "<<guide ${at} $_exit>>"; [ "$_exit" -eq ${exit} ] || exit 99`,
  ]);
  return new Promise((resolve) => {
    execFile('sh', ['-uc', ['exec 2>&1', ...script].join('\n')], world, (_, output) => {
      const marks = [...output.matchAll(/<<guide (\d+) (\d+)>>/g)].map(
        ([, at, exit]) => [Number(at), Number(exit)] as const,
      );
      const bad = marks.find(([at, exit]) => commands[at]?.exit !== exit);
      const last = marks.at(-1)?.[0] ?? -1;
      const at = bad?.[0] ?? (last + 1 < commands.length ? last + 1 : null);
      resolve({
        count: marks.length,
        failed:
          at === null
            ? null
            : {
                line: commands[at]?.line ?? 0,
                command: commands[at]?.text ?? '',
                exit: bad?.[1] ?? -1,
                output,
              },
      });
    });
  });
}
