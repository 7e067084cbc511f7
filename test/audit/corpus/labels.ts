/**
 * What the audit has to say of an event, told from the raw event and the list of faults alone, by the text of decision 0012
 * and without a line of the code that it judges: a test proves that nothing here imports it.
 */
import type { Fault, FaultList } from './faults.ts';
import type { Json, Raw } from './shapes.ts';

/** @returns a verdict, in the words of the report. */
export function labelOf(event: Raw, faults: FaultList): string {
  const fault = faults.get(event.eventID);
  if (fault !== undefined) return OF_FAULT[fault](event);
  if (!concernsWrit(event)) return 'OUT_OF_SCOPE';
  return wasRefused(event) ? 'DENIED' : 'ATTRIBUTED';
}

const always = (verdict: string) => () => verdict;
const unlessRefused = (verdict: string) => (event: Raw) => (wasRefused(event) ? 'DENIED' : verdict);

const OF_FAULT: { readonly [fault in Fault]: (event: Raw) => string } = {
  dropped_record: (event) => (isMint(event) ? 'DARK' : 'UNBROKERED'),
  dropped_outcome: (event) => (isMint(event) ? 'ATTRIBUTED' : 'CONFLICT'),
  tampered_leaf: always('UNVERIFIED'),
  repeated_key_id: always('OUT_OF_SCOPE'),
  one_second_after_end: unlessRefused('IN_DOUBT'),
  sixty_seconds_after_end: unlessRefused('EXPIRED'),
  before_issue: unlessRefused('NOT_YET'),
  after_revocation: unlessRefused('AFTER_REVOCATION'),
  in_the_band: unlessRefused('IN_DOUBT'),
  wrong_source_identity: always('CONFLICT'),
  another_account: always('CONFLICT'),
  chained_hop: always('CONFLICT'),
  another_place: unlessRefused('ELSEWHERE'),
  two_places_at_once: unlessRefused('SHARED'),
  other_account_of_a_pair: unlessRefused('ATTRIBUTED'),
  long_term_key_on_ai: always('STANDING'),
};

const isMint = ({ eventName }: Raw): boolean => eventName === 'AssumeRole';

const REFUSED = /AccessDenied(?:Exception)?$|UnauthorizedOperation$/;
const wasRefused = ({ errorCode }: Raw): boolean => typeof errorCode === 'string' && REFUSED.test(errorCode);

/** A role below `/writ/` is in it, as the caller's or as what was asked for. `/writ-parts/` is not. */
const concernsWrit = ({ userIdentity, requestParameters }: Raw): boolean =>
  BROKERED.test(at(userIdentity, 'sessionContext', 'sessionIssuer', 'arn')) ||
  BROKERED.test(at(requestParameters, 'roleArn'));
const BROKERED = /^arn:aws:iam::\d{12}:role\/writ\//;

function at(value: Json | undefined, ...path: readonly string[]): string {
  let here: Json | undefined = value;
  for (const name of path) here = isObject(here) ? here[name] : undefined;
  return typeof here === 'string' ? here : '';
}
const isObject = (value: Json | undefined): value is { readonly [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
