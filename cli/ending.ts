import { MAX_REASON_CHARS, MAX_REQUEST_ID_CHARS } from '../core/limits.ts';
import { MODES, type Mode, REQUEST_ID, SPELLED } from '../core/parse/revocation.ts';
import { namesOneSession, REVOCABLE, type Revocable } from '../core/revocation/ports.ts';
import { WRIT_ID } from '../core/writ-id.ts';
import { printable, usage } from './failure.ts';
import { text } from './wanted.ts';

/** The flags that say what is to be ended, and how. */
export interface EndingFlags {
  readonly kind?: string;
  readonly end?: boolean;
  readonly block?: boolean;
  readonly lift?: boolean;
  readonly reason?: string;
}

export interface Ending {
  readonly kind: Revocable;
  /** As in the session's tag; `*` for all. */
  readonly value: string;
  readonly mode: Mode;
  readonly reason: string;
}

const KINDS = REVOCABLE.join(', ');

/** @throws Failure (exit 1) before anything is asked of anybody. */
export function ending(id: string | undefined, flags: EndingFlags): Ending {
  const { kind, value } = named(id, flags.kind);
  const mode = modeOf(flags);
  if (mode === 'lift' && namesOneSession(kind)) {
    throw usage('What has ended does not begin again: --lift is for who or what was blocked.');
  }
  if (!flags.reason) throw usage('Say why: --reason with some words, which are recorded.');
  return { kind, value, mode, reason: text('--reason', flags.reason, MAX_REASON_CHARS) };
}

function named(id: string | undefined, given: string | undefined): Pick<Ending, 'kind' | 'value'> {
  const kind = given === undefined ? guessed(id) : REVOCABLE.find((each) => each === given);
  if (kind === undefined) throw usage(`--kind is one of ${KINDS}.`);
  const value = kind === 'all' ? (id ?? '*') : id;
  if (value === undefined) throw usage(`Say which ${spoken(kind)}: writ revoke <id> --kind ${kind}`);
  if (!SPELLED[kind](value)) throw usage(notSpelled(kind), HOW[kind]);
  return { kind, value };
}

/** Only what nothing else looks like: whoever means an agent must not end a writ. */
function guessed(id: string | undefined): Revocable {
  // An id begins with the time; until the year 2248 that is a zero, and no agent's name begins with one.
  if (id?.startsWith('0') && WRIT_ID.test(id)) return 'writ';
  if (id !== undefined && SPELLED.access_key(id)) return 'access_key';
  if (id === undefined) throw usage('Say what to end: writ revoke <id>', 'writ list shows what is live.');
  throw usage(`Say what that is: --kind with one of ${KINDS}.`);
}

const AS_LISTED = 'writ list shows it as it must be written here.';
const HOW: { readonly [K in Revocable]: string } = {
  writ: AS_LISTED,
  user: `<issuer>:<subject>: ${AS_LISTED}`,
  device: `<issuer>:<id>: ${AS_LISTED}`,
  agent: AS_LISTED,
  task: AS_LISTED,
  permission: AS_LISTED,
  access_key: 'ASIA and capital letters and digits; keys of users (AKIA) are none of these sessions.',
  role: 'The ARN of a role below /writ/: arn:aws:iam::<account>:role/writ/<name>',
  all: 'writ revoke --kind all',
};

/** A kind, as people say it. */
const spoken = (kind: Revocable): string => kind.replace('_', ' ');

export const notSpelled = (kind: Revocable): string =>
  kind === 'all' ? 'All has no id.' : `No ${spoken(kind)} is spelled like that.`;

/** What is ended, for a terminal. */
export const whatIsEnded = ({ kind, value }: Pick<Ending, 'kind' | 'value'>): string =>
  kind === 'all' ? 'all' : `${spoken(kind)} ${printable(value)}`;

function modeOf(flags: EndingFlags): Mode {
  const given = MODES.filter((mode) => flags[mode]);
  if (given.length > 1) throw usage('--end, --block and --lift are three things: take one.');
  return given[0] ?? 'end';
}

export function requestId(given: string): string {
  if (REQUEST_ID.test(given)) return given;
  throw usage(`--request-id is letters, digits, _ and -, at most ${MAX_REQUEST_ID_CHARS}.`);
}
