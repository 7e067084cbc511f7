import { MAX_NAME_CHARS } from '../limits.ts';
import { allow, type Outcome, refuse } from '../outcome.ts';
import { parseSubject } from '../parse.ts';
import type { HeadKey } from '../ports.ts';
import type { Received, SubjectRequest } from '../request.ts';
import { type Form, parseForm } from './form.ts';
import { SPELLED } from './revocation.ts';

/** By what a list can be narrowed, as in the tag; of these a writ has exactly one each, but for names of its device. */
export const NARROWED_BY = ['user', 'device', 'agent', 'task', 'permission'] as const;

/** The form of `POST /writs`, its shape checked and nothing verified. */
export interface ListingRequest {
  /** All of them must fit; none: every writ does. */
  readonly heads: readonly HeadKey[];
  /** A name in `accounts.yaml`, or twelve digits; `null`: any. */
  readonly account: string | null;
  /** Where an earlier answer stopped. */
  readonly page: string | null;
  /** `null` where the caller has signed for AWS. */
  readonly subject: SubjectRequest | null;
}

const ACCOUNT = new RegExp(`^[A-Za-z0-9_-]{1,${MAX_NAME_CHARS}}$`);

/** Reads the form of `POST /writs`. What no writ could ever carry is refused: else a typing error would list nothing. */
export function parseListing(received: Received): Outcome<ListingRequest> {
  const parsed = parseForm(received);
  if (!parsed.ok) return parsed;
  const form = parsed.value;
  const heads: HeadKey[] = [];
  for (const kind of NARROWED_BY) {
    const value = form.get(kind);
    if (value === undefined) continue;
    if (!SPELLED[kind](value)) {
      return refuse({ reason: 'request_malformed', parameter: kind, problem: 'not spelled as its kind is' });
    }
    heads.push({ kind, value });
  }
  const account = form.get('account') ?? null;
  if (account !== null && !ACCOUNT.test(account)) {
    return refuse({
      reason: 'request_malformed',
      parameter: 'account',
      problem: 'not an account’s name or number',
    });
  }
  const subject = readerIn(received, form);
  if (!subject.ok) return subject;
  return allow({ heads, account, page: form.get('page') ?? null, subject: subject.value });
}

/** Reads the form of `POST /status`: on whose authority, and nothing else. */
export function parseReader(received: Received): Outcome<SubjectRequest | null> {
  const form = parseForm(received);
  return form.ok ? readerIn(received, form.value) : form;
}

/** A signed caller shows no token; from anybody else one is due. */
const readerIn = (received: Received, form: Form): Outcome<SubjectRequest | null> =>
  received.caller === undefined ? parseSubject(form) : allow(null);
