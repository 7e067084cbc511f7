/** A story on one screen. Text from logs is made safe here, line by line. */

import type { LogFacts } from '../../core/audit/evidence.ts';
import type { Story } from '../../core/audit/story.ts';
import type { TrailEvent } from '../../core/audit/trail-event.ts';
import { ALARMS, type Judged, type Verdict } from '../../core/audit/verdict.ts';
import { isoTime } from '../../core/encoding/iso-time.ts';
import { groupedBy } from '../../core/grouped.ts';
import { printable } from '../failure.ts';
import type { Output } from '../io.ts';
import { table } from '../table.ts';
import type { Proven } from './proofs.ts';

const LABEL = 11;
const COLUMNS = 100;
/** Events of a writ that are listed; `--json` has them all. */
const EVENTS = 20;

export interface Told {
  /** `event <id>` or `writ <id>`. */
  readonly title: string;
  readonly story: Story;
  /** Records that it rests on: index, place, and whether they are proven. */
  readonly records: readonly { readonly index: number; readonly sk: string; readonly proven: boolean }[];
  /** Of a writ: what was done with it. */
  readonly events: readonly Judged<TrailEvent>[];
  /** The way of one record, shown step by step. */
  readonly shown: Proven | null;
  readonly log: LogFacts;
  readonly commands: readonly string[];
}

export function inWords(told: Told, to: Output): string {
  const { title, story, records, events, shown, log, commands } = told;
  const width = Math.min(to.columns ?? COLUMNS, COLUMNS);
  const section = (name: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : ['', name, ...lines];
  return `${[
    ...(log.local ? ['LOCAL, NOT EVIDENCE: made on a laptop', ''] : []),
    printable(title),
    '',
    ...wrapped(story.sentence, width, ''),
    '',
    ...story.facts.flatMap(([label, words]) => fact(label, words, width)),
    ...section('events', eventLines(events, to)),
    ...section(
      'rests on',
      records.map(
        ({ index, sk, proven }) => `  leaf ${index}  ${printable(sk)}${proven ? '' : '  NOT PROVEN'}`,
      ),
    ),
    ...section(
      shown === null ? '' : `leaf ${shown.leaf.index} is in the log`,
      shown === null ? [] : stepLines(shown, log),
    ),
    ...section(
      'does not hold',
      log.flaws.slice(0, EVENTS).map(({ where, flaw }) => `  ${printable(where)}: ${printable(flaw)}`),
    ),
    ...section(
      'check it by hand',
      commands.map((line) => `  ${line}`),
    ),
  ].join('\n')}\n`;
}

const fact = (label: string, words: string, width: number): readonly string[] =>
  wrapped(words, width, `  ${label.padEnd(LABEL)}`);

/** @param first - Before the first line; the others begin below what follows it. */
function wrapped(text: string, width: number, first: string): readonly string[] {
  const lines: string[] = [];
  let line = first;
  let isEmpty = true;
  for (const word of clean(text).split(' ')) {
    if (!isEmpty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = ' '.repeat(first.length) + word;
    } else line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line];
}

/** `printable` cuts what is long; a sentence is put together of several such texts, and is not cut as one. */
const MAX_CHARS = 2_000;
const clean = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ').slice(0, MAX_CHARS);

function eventLines(events: readonly Judged<TrailEvent>[], to: Output): readonly string[] {
  if (events.length === 0) return [];
  const alarmsFirst = [...events.filter(isAlarm), ...events.filter((row) => !isAlarm(row))];
  const rows = alarmsFirst.slice(0, EVENTS);
  const counts = groupedBy(events, ({ finding }) => finding.verdict);
  const left = events.length - rows.length;
  return [
    `  ${[...counts].map(([verdict, group]) => `${group.length} ${verdict}`).join(', ')}`,
    ...table(COLUMNS_OF_EVENTS, rows, to)
      .trimEnd()
      .split('\n')
      .map((line) => `  ${line}`),
    ...(left > 0 ? [`  … and ${left} more: --json has them`] : []),
  ];
}

const isAlarm = ({ finding }: Judged<TrailEvent>): boolean =>
  ALARMS.includes(finding.verdict satisfies Verdict);

const COLUMNS_OF_EVENTS = [
  { title: 'TIME', of: ({ event }: Judged<TrailEvent>) => isoTime(event.eventTime), whole: true },
  { title: 'VERDICT', of: ({ finding }: Judged<TrailEvent>) => finding.verdict, whole: true },
  {
    title: 'CALL',
    of: ({ event }: Judged<TrailEvent>) => `${event.eventSource.split('.', 1)[0]}:${event.eventName}`,
  },
  { title: 'ERROR', of: ({ event }: Judged<TrailEvent>) => event.errorCode ?? '-' },
  { title: 'FROM', of: ({ event }: Judged<TrailEvent>) => event.sourceAddress ?? '-' },
  { title: 'EVENT', of: ({ event }: Judged<TrailEvent>) => event.eventId, whole: true },
] as const;

/** What is hashed with what; `sha256sum` says the same of the bytes. */
function stepLines({ leaf, steps }: Proven, { size, root, key }: LogFacts): readonly string[] {
  return [
    hashLine('00 ‖ record', Buffer.from(leaf.leaf, 'hex')),
    ...steps.map(({ left, right, hash }) => hashLine(`01 ‖ ${short(left)} ‖ ${short(right)}`, hash)),
    `  which is the root of ${size} leaves, ${root}, signed by ${printable(key)}`,
  ];
}

const hashLine = (hashed: string, hash: Uint8Array): string =>
  `  ${`SHA-256(${hashed})`.padEnd(35)}= ${short(hash)}`;

const short = (hash: Uint8Array): string => Buffer.from(hash).toString('hex').slice(0, 8);
