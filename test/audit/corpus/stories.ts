/** What can become of a writ: its records, its events, and which of them have a fault. */
import { sha256Hex } from '../../../core/encoding/hash.ts';
import { jcs } from '../../../core/encoding/jcs.ts';
import type { LedgerRecord } from '../../../core/ledger/records.ts';
import { type Chance, UPPER } from './chance.ts';
import { endingOf } from './endings.ts';
import type { Fault } from './faults.ts';
import { type Json, mint, otherRole, type Raw, sessionIdentity, use } from './shapes.ts';
import { ACCOUNTS, makeWrit, type Session, type Writ } from './writs.ts';

/** What is being written. */
export interface Day {
  readonly by: Chance;
  readonly records: LedgerRecord[];
  readonly tampered: LedgerRecord[];
  readonly withoutMint: string[];
  add(event: Raw, fault?: Fault): void;
}

type Story = (writ: Writ, day: Day) => void;

const uneventful: Story = ({ session, records }, day) => {
  day.records.push(...records);
  day.add(mint(day.by, session));
  calls(session, day);
};

const droppedRecord: Story = ({ session }, day) => {
  day.add(mint(day.by, session), 'dropped_record');
  calls(session, day, 'dropped_record');
};

const droppedOutcome: Story = ({ session, records }, day) => {
  day.records.push(...records.filter(({ type }) => type === 'intent'));
  day.add(mint(day.by, session), 'dropped_outcome');
  calls(session, day, 'dropped_outcome');
};

const tampered: Story = ({ session, records }, day) => {
  const type = day.by.one(['intent', 'outcome']);
  day.records.push(...records);
  day.tampered.push(...records.filter((each) => each.type === type));
  day.add(mint(day.by, session), 'tampered_leaf');
  calls(session, day, 'tampered_leaf');
};

const missingMint: Story = ({ session, records }, day) => {
  day.records.push(...records);
  day.withoutMint.push(session.writ);
  calls(session, day);
};

const aroundTheEnd: Story = (writ, day) => {
  const { by } = day;
  const { session } = writ;
  uneventful(writ, day);
  times(3, () => day.add(use(by, session, session.deadline + 1), 'one_second_after_end'));
  day.add(use(by, session, session.deadline + 1, 'refused'), 'one_second_after_end');
  times(3, () => day.add(use(by, session, session.deadline + 60), 'sixty_seconds_after_end'));
  times(2, () => day.add(use(by, session, session.deadline + 60, 'refused'), 'sixty_seconds_after_end'));
  times(2, () => day.add(use(by, session, session.issuedAt - 60), 'before_issue'));
};

const repeatedKeyId: Story = (writ, day) => {
  uneventful(writ, day);
  const { account, accessKeyId } = writ.session;
  const role = `arn:aws:iam::${account}:role/deploy`;
  as(otherRole(account, role, 'ci', accessKeyId), writ, day, 'repeated_key_id');
};

const wrongSourceIdentity: Story = (writ, day) => {
  uneventful(writ, day);
  const { sourceIdentity } = makeWrit(day.by, writ.session.issuedAt).session;
  as(sessionIdentity({ ...writ.session, sourceIdentity }), writ, day, 'wrong_source_identity');
};

const anotherAccount: Story = (writ, day) => {
  uneventful(writ, day);
  const { session } = writ;
  const account = ACCOUNTS.find((each) => each !== session.account) ?? session.account;
  const there = { ...session, account, role: session.role.replace(session.account, account) };
  times(3, () => day.add(use(day.by, there, during(day.by, session)), 'another_account'));
};

const chainedHop: Story = (writ, day) => {
  uneventful(writ, day);
  const hop: Session = {
    ...writ.session,
    role: `arn:aws:iam::${writ.session.account}:role/admin`,
    roleId: 'AROAADMINADMINADMIN1',
    accessKeyId: 'ASIAADMINADMINADMIN1',
    sessionName: 'hop',
  };
  times(4, () => day.add(use(day.by, hop, during(day.by, hop)), 'chained_hop'));
};

const anotherPlace: Story = (writ, day) => {
  uneventful(writ, day);
  if (writ.session.cidr === null) return;
  const there = { ...writ.session, address: '192.0.2.77' };
  times(3, () => day.add(use(day.by, there, during(day.by, there)), 'another_place'));
  day.add(use(day.by, there, during(day.by, there), 'refused'), 'another_place');
};

/** In turn, and both within the place: it alone does not tell. */
const twoPlacesAtOnce: Story = ({ session, records }, day) => {
  day.records.push(...records);
  day.add(mint(day.by, session));
  const other = session.address.replace(/\d+$/, session.address.endsWith('.7') ? '8' : '7');
  for (let turn = 0; turn < 12; turn++) {
    const address = turn % 2 === 0 ? session.address : other;
    day.add(use(day.by, { ...session, address }, session.issuedAt + turn * 5), 'two_places_at_once');
  }
  // Who was refused used nothing.
  day.add(use(day.by, session, session.issuedAt + 30, 'refused'), 'two_places_at_once');
};

/** A bucket of another account: its owner's trail has a record as well, and knows less of who called. */
const acrossAccounts: Story = (writ, day) => {
  uneventful(writ, day);
  const { session } = writ;
  const owner = ACCOUNTS.find((each) => each !== session.account) ?? session.account;
  times(4, () => {
    const sharedEventID = day.by.uuid();
    const own = { ...use(day.by, session, during(day.by, session)), sharedEventID };
    const { principalId, accountId } = sessionIdentity(session);
    day.add(own);
    day.add(
      {
        ...own,
        eventID: day.by.uuid(),
        recipientAccountId: owner,
        userIdentity: { type: 'AWSAccount', principalId: principalId ?? null, accountId: accountId ?? null },
      },
      'other_account_of_a_pair',
    );
  });
};

/** S3 asks KMS in the session's name, from wherever S3 stands: it has no place, and shares nothing. */
const throughServices: Story = (writ, day) => {
  uneventful(writ, day);
  const { session } = writ;
  times(5, () => {
    const at = during(day.by, session);
    const through = use(day.by, { ...session, address: 's3.amazonaws.com' }, at);
    const userIdentity = { ...sessionIdentity(session), invokedBy: 's3.amazonaws.com' };
    day.add({ ...through, userIdentity, userAgent: 's3.amazonaws.com' });
  });
};

/** The console asks with another key each time. */
const inTheConsole: Story = (writ, day) => {
  uneventful(writ, day);
  const { session } = writ;
  times(5, () => {
    const accessKeyId = `ASIA${day.by.text(UPPER, 16)}`;
    const identity = sessionIdentity({ ...session, accessKeyId });
    const { sessionContext = {} } = identity;
    day.add({
      ...use(day.by, session, during(day.by, session)),
      userIdentity: {
        ...identity,
        sessionContext: {
          ...(sessionContext as { readonly [key: string]: Json }),
          signInSessionArn: `arn:aws:signin:us-east-1:${session.account}:session/${day.by.uuid()}`,
        },
      },
      sessionCredentialFromConsole: 'true',
    });
  });
};

const takenBack: Story = (writ, day) => endEarly(writ, 'writ', day);

/** A user of his own: or all that he has elsewhere would end with it. */
const userTakenBack: Story = (writ, day) => endEarly(renamed(writ, day.by), 'user', day);

function endEarly(writ: Writ, kind: 'writ' | 'user', day: Day): void {
  const { by } = day;
  const { session, records } = writ;
  const asked = session.issuedAt + by.number(60, session.deadline - session.issuedAt - 120);
  const ending = endingOf(by, writ, kind, asked);
  day.records.push(...records, ...ending.records);
  day.add(mint(by, session));
  times(25, () => day.add(use(by, session, by.number(session.issuedAt, asked - 1))));
  times(4, () => day.add(use(by, session, by.number(asked, ending.seenRefused)), 'in_the_band'));
  times(4, () => {
    const at = ending.seenRefused + by.number(3, 60);
    day.add(use(by, session, at, by.one(['refused', 'let through'])), 'after_revocation');
  });
}

function renamed({ session, records }: Writ, by: Chance): Writ {
  const user = `idp:guest${by.number(1, 9_999_999)}`;
  const [intent, issued, ...rest] = records;
  if (intent?.type !== 'intent' || issued?.type !== 'outcome' || issued.outcome !== 'issued') {
    throw new TypeError('not a writ of ours');
  }
  const theirs = { ...intent, subject: { ...intent.subject, id: user, sub: user.slice('idp:'.length) } };
  const tags = { ...issued.tags, 'writ:user': user };
  return {
    session: { ...session, user },
    records: [theirs, { ...issued, intent: sha256Hex(jcs(theirs)), tags }, ...rest],
  };
}

/** What a session does all day: nine in ten calls are let through. */
function calls(session: Session, { by, add }: Day, fault?: Fault): void {
  times(by.number(20, 30), () => {
    const outcome = by.number(1, 10) === 1 ? 'refused' : 'let through';
    add(use(by, session, during(by, session), outcome), fault);
  });
}

/** Three calls that another identity made. */
function as(userIdentity: Raw['userIdentity'], { session }: Writ, { by, add }: Day, fault: Fault): void {
  if (userIdentity === undefined) throw new TypeError('nobody');
  times(3, () => add({ ...use(by, session, during(by, session)), userIdentity }, fault));
}

const during = (by: Chance, { issuedAt, deadline }: Session): number => by.number(issuedAt, deadline - 1);

function times(count: number, what: () => void): void {
  for (let left = count; left > 0; left--) what();
}

/** How many writs each befalls: the uneventful ones are most. */
export const STORIES: readonly (readonly [number, Story])[] = [
  [90, uneventful],
  [4, droppedRecord],
  [4, droppedOutcome],
  [6, tampered],
  [5, missingMint],
  [12, aroundTheEnd],
  [4, repeatedKeyId],
  [4, wrongSourceIdentity],
  [3, anotherAccount],
  [4, chainedHop],
  [8, anotherPlace],
  [5, twoPlacesAtOnce],
  [4, acrossAccounts],
  [4, throughServices],
  [3, inTheConsole],
  [10, takenBack],
  [6, userTakenBack],
];
