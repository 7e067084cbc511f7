/** All that a run can be asked toward a control, by the word that the catalogue uses. */
import * as authority from './show-authority.ts';
import * as endings from './show-endings.ts';
import { chain, named, oneAgent, proved, signedIn, tokens } from './show-identities.ts';
import * as log from './show-log.ts';
import * as trail from './show-trail.ts';

export const QUERIES = {
  ...{ chain, named, oneAgent, proved, signedIn, tokens },
  ...authority,
  ...endings,
  ...log,
  ...trail,
} as const;
export type Query = keyof typeof QUERIES;

/** What no run can show, by the word that the catalogue uses. */
export const NEVER = {
  truth: 'That a record was true when it was written: the log shows only that it was not changed since.',
  sameLog: 'That every auditor was shown the same log: compare checkpoints with each other.',
  identityProvider:
    'Whether the person behind a user name is who it says: the identity provider vouches for that.',
  review: 'Whether anybody looked at these rights and found them right: Writ records what was granted.',
  changes:
    'Who wrote, tested and approved the configuration: the history of your repository does; the log has its SHA-256.',
  others: 'Credentials that Writ did not issue, but for known agents and AI services in the trail.',
  secrets: 'Secrets that lie in code, pipelines or files: Writ hands out none that outlives its session.',
  model: 'What a model was told, thought or answered: no prompt passes through Writ.',
  response: 'What people did about an alarm, and whether it was enough.',
  roles:
    'Who is responsible for what in your organisation: Writ has users, agents and owners of rules by name.',
  unused:
    'Which granted actions were never used: the log has the SHA-256 of each session’s policy, not its text.',
  byHand: 'Whether a person typed with an agent’s session: both look alike to AWS.',
  trailKept: 'How long CloudTrail’s own files are kept: that is set where they lie.',
  approver: 'That who approves is free of who asks, beyond the names on record.',
  communication: 'Whether findings were passed on to those who must know.',
  data: 'What happened to data once it was read.',
  system: 'Logs of the AI system itself: this is the log of its access to AWS.',
  clockSource: 'How the clocks of AWS and of the broker’s functions are kept: AWS keeps them.',
} as const;
export type NeverShown = keyof typeof NEVER;
