/** What is wrong with an event, or with the log behind it: what the labeller is told beside the raw event. */
export const FAULTS = [
  /** The records of its writ are not in the log. */
  'dropped_record',
  /** The log has its writ's intent, and no outcome. */
  'dropped_outcome',
  /** One letter of a record of its writ was changed after it was logged. */
  'tampered_leaf',
  /** A session of a role that is none of Writ's has the same access key id: AWS repeats them. */
  'repeated_key_id',
  /** Completed one second after the deadline. */
  'one_second_after_end',
  /** Completed sixty seconds after the deadline, and was let through. */
  'sixty_seconds_after_end',
  /** A minute before STS issued the session. */
  'before_issue',
  /** Let through after AWS had been seen to refuse. */
  'after_revocation',
  /** Between the asking and the seeing. */
  'in_the_band',
  /** Its source identity names another writ than its session. */
  'wrong_source_identity',
  /** Its session is of another account than its writ. */
  'another_account',
  /** The session took another role, and the second carries the first one's source identity. */
  'chained_hop',
  /** From an address outside the writ's place. */
  'another_place',
  /** Its credential is used from two places in turn. */
  'two_places_at_once',
  /** No fault: the record of the account that owns what a session of another account called. */
  'other_account_of_a_pair',
  /** An AI service, through a key that never ends. */
  'long_term_key_on_ai',
] as const;
export type Fault = (typeof FAULTS)[number];

/** By `eventID`. */
export type FaultList = ReadonlyMap<string, Fault>;
