/**
 * Every number that decides something: its name, its unit and where it comes from. Lengths that are part of a format
 * (a signature's, a salt's, an id's) stand with the format.
 */

/** The request's body, bytes. Four JWTs and a form fit in a fraction; API Gateway itself allows 10 MB. */
export const MAX_BODY_BYTES = 64 * 1024;
/** One token, characters. AssumeRoleWithWebIdentity takes 20,000; ours also travel to mint. */
export const MAX_TOKEN_CHARS = 16 * 1024;
/** A key set's document, bytes (octo-sts caps at 100 KiB; API Gateway's authorizer at 150,000). */
export const MAX_JWKS_BYTES = 100 * 1024;
/** `task`, `purpose` and each parameter, characters as asked for. */
export const MAX_TASK_CHARS = 256;
export const MAX_PURPOSE_CHARS = 512;
/** A user agent as it is recorded, characters: ours, enough to tell programs apart. CloudTrail cuts at 1 KB. */
export const MAX_USER_AGENT_CHARS = 256;
export const MAX_PARAMETER_CHARS = 128;
export const MAX_PARAMETERS = 8;
/** Names in the request (permission, account, parameter), characters. */
export const MAX_NAME_CHARS = 64;
/** One text claim of a token, characters. OpenID Connect Core §2 gives `sub` 255. */
export const MAX_CLAIM_CHARS = 256;
/** `jti` of a proof, characters: it becomes part of a key in control. */
export const MAX_JTI_CHARS = 128;
/** Nesting of JSON from outside. Tokens and details need three or four. */
export const MAX_JSON_DEPTH = 16;
/** The opening of a nonce, bytes: unguessable, and small. */
export const MIN_RND_BYTES = 16;
export const MAX_RND_BYTES = 64;

/** A server nonce is accepted for this many seconds (rule 6). */
export const NONCE_SECONDS = 120;
/**
 * A key of the server nonce, bytes: HMAC-SHA-256 is as strong as its key, and a short or empty one would let anyone
 * make nonces (RFC 2104 §3).
 */
export const NONCE_KEY_BYTES = 32;
/**
 * Nonce keys are read again after this many seconds. After a rotation a function may sign with the previous key for
 * so long: it is still accepted.
 */
export const NONCE_KEYS_FRESH_SECONDS = 60;
/** Clock difference tolerated in tokens of other issuers, seconds. */
export const CLOCK_SKEW_SECONDS = 5;
/** An actor token without `jti` may be this old, seconds (rule 6). */
export const MAX_ACTOR_AGE_WITHOUT_JTI_SECONDS = 300;
/** An original ID token shown beside a refreshed one may be this old, seconds (rule 4a). */
export const MAX_FIRST_AGE_SECONDS = 12 * 3600;
/** A sign-in that enrolls a device must be this fresh, seconds. */
export const MAX_ENROLMENT_AUTH_AGE_SECONDS = 300;
/** A device enrolled by Writ is known for this long, seconds (architecture, section 3). */
export const ENROLMENT_SECONDS = 24 * 3600;

/** Key sets: fresh, usable after the issuer became unreachable, and between two fetches for an unknown `kid`. */
export const JWKS_FRESH_SECONDS = 600;
export const JWKS_LAST_KNOWN_GOOD_SECONDS = 3600;
export const JWKS_UNKNOWN_KID_SECONDS = 60;
/** After a failed fetch the issuer is left alone for so long. */
export const JWKS_RETRY_SECONDS = 10;
/** How long an issuer may take to answer, milliseconds: ours; the caller is waiting too. */
export const JWKS_TIMEOUT_MILLIS = 3_000;
/** Different key sources remembered at once: more than one installation configures. */
export const MAX_KEY_SOURCES = 128;
/** RSA moduli, bits: RFC 7518 §3.3 sets the least; above the most, verifying costs us more than it proves. */
export const MIN_RSA_BITS = 2048;
export const MAX_RSA_BITS = 8192;

/** The shortest writ that is of use, seconds: ours; one answer and one call fit. */
export const MIN_USEFUL_SECONDS = 5;
/** STS AssumeRole `DurationSeconds`: its minimum, and the cap on role chaining, which a Lambda's call is. */
export const MIN_STS_SECONDS = 900;
export const MAX_CHAINED_SECONDS = 3600;
/** What a writ lasts when the request names no duration, seconds. */
export const DEFAULT_DURATION_SECONDS = 900;
/** An intent without outcome after this many seconds is an orphan (rule 1). */
export const ISSUE_WITHIN_SECONDS = 10;

/** The sweep looks again at what was due so many seconds ago, with all of its hour: ours; the index lags by moments. */
export const SWEEP_AGAIN_SECONDS = 3600;
/** A sweep that finds no cursor looks back this far, seconds: ours; what could be issued lives an hour at most. */
export const SWEEP_FIRST_SECONDS = 24 * 3600;
/** Items that the sweep looks at side by side: BatchGetItem takes 100 keys. */
export const SWEEP_AT_ONCE = 100;
/** A writ's end is its schedule's to write for so long, seconds: EventBridge fires within the minute, Lambda tries again. */
export const SWEEP_CLOSES_AFTER_SECONDS = 120;
/** A schedule is made for so many seconds ahead at least: ours; making it takes time, and none may begin in the past. */
export const SCHEDULE_AHEAD_SECONDS = 5;
/** Schedules that are made side by side: ours; a batch of the stream has up to 100 records. */
export const SCHEDULE_AT_ONCE = 10;
/** Live writs that are read side by side: ours; four BatchGetItems, some megabytes. */
export const LIVE_AT_ONCE = 400;
/** Writs in one answer to who asks which are live; and how many are looked at for it, of which he may read few: ours. */
export const LISTED_AT_MOST = 100;
export const LOOKED_AT_MOST = 2000;

/** A deny entry covers what was issued so many seconds after its cut-off, rounded up (architecture, section 7). */
export const DENY_MARGIN_SECONDS = 3;
export const DENY_ROUNDING_SECONDS = 10;
/** An entry is kept so many seconds after the last session that it denies must have ended: ours; clocks differ. */
export const DENY_KEPT_SECONDS = 300;
/** IAM: a managed policy's characters, white space not counted. */
export const MAX_MANAGED_POLICY_CHARS = 6144;
/** IAM: versions of one managed policy. */
export const MAX_POLICY_VERSIONS = 5;
/** Every account's deny policy is verified so often, seconds; who met one that is not asks again by then. */
export const RECONCILED_EVERY_SECONDS = 60;
/** An account whose deny policy was last verified longer ago than this, seconds, gets no new writs. */
export const HEALTH_SECONDS = 600;
/** Between two looks of a reconciler that waits for IAM, milliseconds: ours; what is measured is as exact as this. */
export const LOOK_EVERY_MILLIS = 250;
/** A reconciler waits so long for IAM to spread what it wrote last, milliseconds: ours; seconds are usual. */
export const SPREAD_WITHIN_MILLIS = 10_000;
/** And so long in all, however much there is to write, milliseconds: the function's own time is longer. */
export const RECONCILE_MILLIS = 30_000;
/** Between two versions of one account's deny policy, milliseconds: IAM's own limit is not published. */
export const WRITE_EVERY_MILLIS = 1_000;
/** Documents that are waited for at once: ours; each has a canary session. Only the newest ones are of interest. */
export const MAX_IN_FLIGHT = 12;
/** What was measured is kept for so many enforcements of one account: ours; enough for a p99. */
export const MEASURED_KEPT = 256;

/** Words of a person who revokes, and the id that makes a request idempotent, characters. */
export const MAX_REASON_CHARS = 512;
export const MAX_REQUEST_ID_CHARS = 64;
/** Names of one machine that are revoked with it: ours; all fit in one transaction, which takes 100 items. */
export const MAX_DEVICE_NAMES = 40;
/** A block without an end lasts until this NumericDate, or until it is lifted: the year 2286. */
export const BLOCKED_WITHOUT_END = 9_999_999_999;

/** Calls to AWS, milliseconds: until connected, and until answered. Ours: the caller's patience is longer. */
export const CONNECT_TIMEOUT_MILLIS = 1_000;
export const CALL_TIMEOUT_MILLIS = 3_000;
/** The hand-over to mint, milliseconds: a cold start and mint's own calls fit; API Gateway waits 29 s. */
export const MINT_TIMEOUT_MILLIS = 12_000;
/** How often a call to AWS is tried: one retry, and never a third try. */
export const CALL_ATTEMPTS = 2;

/** What was spent stays in control so many seconds longer: a request verified in its last second may write late. */
export const SPENT_KEPT_SECONDS = 300;
/** A minute's count of refusals stays in control, seconds: ours, for whoever looks at a loop that has just run wild. */
export const COUNTER_KEPT_SECONDS = 3600;

/** A probe waits so long for AWS to refuse what it ended, milliseconds: ours; the next one is a minute after it. */
export const PROBE_WITHIN_MILLIS = 45_000;
/** And so long for one answer of the broker, milliseconds: ours; what is slower rings as slow (p99) anyway. */
export const PROBE_ANSWER_MILLIS = 5_000;

/** One object of the evidence log, bytes: a bundle of 256 entries of 64 KiB is the longest, 17 MB. */
export const MAX_EVIDENCE_OBJECT_BYTES = 64 * 1024 * 1024;
/** How often a writer of the checkpoint meets another before it gives up: ours. */
export const EVIDENCE_PUT_TRIES = 4;
/** A tile that the next growth replaces is locked for so many days at most: ours; it can be made again. */
export const PARTIAL_LOCK_DAYS = 7;
/** How often an archiver tries to be the one who appends: ours; each who loses has let another one append. */
export const ARCHIVE_TRIES = 8;
/** Keys of a ledger item that the evidence log takes for one of ours, characters: ours, by far the longest has 60. */
export const MAX_KEY_CHARS = 256;
/** What was due so many seconds ago must be in the evidence log: ours; the time index and the stream lag by moments. */
export const ARCHIVE_GRACE_SECONDS = 60;
/**
 * A look for what is not archived begins so far back where nobody has looked yet, seconds. The stream keeps a day, the archiver
 * takes records of up to 23 h, and what is due was written at most an hour before: all that is looked for can still come.
 */
export const ARCHIVE_FIRST_SECONDS = 22 * 3600 - 60;
/** Nothing is issued while the evidence log is so far behind, seconds: half of what the stream keeps. */
export const MAX_ARCHIVE_LAG_SECONDS = 12 * 3600;
/** What has been due for so long and has no leaf, the stream has lost: who finds it appends it, seconds. Ours: the lag rings then. */
export const ARCHIVE_LOST_SECONDS = 900;
/** Writs whose leaves are looked up side by side; and the steps in which that goes on, seconds: ours. */
export const ARCHIVE_LOOKS_AT_ONCE = 20;
export const ARCHIVE_STEP_SECONDS = 60;
/** Items, and leaves, that one gap sweep looks at, and that it appends at once: ours; a sweep goes on where one stopped. */
export const GAPS_LOOKED_AT = 10_000;
export const GAPS_AT_ONCE = 100;
/** Who goes on working while he is forgotten is looked for again so often: ours. */
export const FORGET_ROUNDS = 3;
/** A gap sweep begins no further page after so long, milliseconds: ours, well below what its function is given (240 s). */
export const GAP_SWEEP_MILLIS = 180_000;

/** The longest policy that is read, characters: S3's limit on a bucket policy (20 KB), the longest of all. */
export const MAX_POLICY_CHARS = 20_480;
/** STS: a session policy's characters. */
export const MAX_SESSION_POLICY_CHARS = 2048;
/** Ours, so that the session token stays below STS's 4,096 bytes (architecture, section 4). */
export const MAX_SESSION_POLICY_BYTES_AT_WIDEST = 1400;
export const MAX_TAG_VALUES_BYTES = 640;
/** One tag value, bytes of UTF-8: ours; AWS allows 256 characters. */
export const MAX_TAG_VALUE_BYTES = 64;
/** Handle and agent label: with `+` and a writ id they fill STS's 64 characters. */
export const MAX_LABEL_CHARS = 47;

/** `writ doctor`: a review that is due within so many seconds is told; an end of a registration; ours, two weeks and a month. */
export const REVIEW_SOON_SECONDS = 14 * 24 * 3600;
export const EXPIRY_SOON_SECONDS = 30 * 24 * 3600;
/** Clocks may differ by so many milliseconds: ours; CLOCK_SKEW_SECONDS leaves room for twice that. */
export const MAX_CLOCK_DIFFERENCE_MILLIS = 2_000;
/** The nonce's key is to be changed after so many seconds: ours, three months. */
export const NONCE_KEY_UNCHANGED_SECONDS = 90 * 24 * 3600;

/** `writ audit`: CloudTrail's clock has whole seconds and tells when a call completed; clocks differ by so many: ours. */
export const TOLERANCE_SECONDS = 2;
