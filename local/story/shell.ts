/** Lines for the reader's own shell, typed in the folder in which the story is told. */
import { isAbsolute, relative } from 'node:path';

/** Columns that a terminal has, and the story's indentation. */
const WIDTH = 110 - 4;

/** Relative where that is shorter to read: below this folder. */
export function shown(path: string): string {
  const from = relative(process.cwd(), path);
  return from.startsWith('..') || isAbsolute(from) ? path : from;
}

/** The same for a program that takes no relative path. */
export const shownWhole = (path: string): string => (shown(path) === path ? path : `$PWD/${shown(path)}`);

/** `$ program arg …`; a long one is broken before a flag, as a shell takes it. @param words - Ready for the shell. */
export function typed(words: readonly string[]): string {
  const parts: string[] = [];
  for (const word of words) {
    if (word.startsWith('--') || parts.length === 0) parts.push(word);
    else parts.push(`${parts.pop()} ${word}`);
  }
  const lines = ['$'];
  for (const part of parts) {
    const line = `${lines.pop()} ${part}`;
    if (line.length + 2 <= WIDTH) lines.push(line);
    else lines.push(`${line.slice(0, -part.length)}\\`, `    ${part}`);
  }
  return lines.join('\n');
}

/** A word that the shell hands on as it is. */
export const quoted = (word: string): string =>
  /^[\w./:=@,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

/** Breaks a text at its spaces. A word that is longer than a line stays whole. */
export const wrapped = (text: string): readonly string[] => {
  const lines: string[] = [];
  for (const line of text.split('\n')) {
    lines.push('');
    for (const word of line.split(' ')) {
      const longer = `${lines.at(-1)} ${word}`.trimStart();
      if (longer.length <= WIDTH || lines.at(-1) === '') lines[lines.length - 1] = longer;
      else lines.push(word);
    }
  }
  return lines;
};
