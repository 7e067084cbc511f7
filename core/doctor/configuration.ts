/** What stands in `config/` and is true of the day, or of the broker that it is for: the compiler sees neither. */
import { isoTime } from '../encoding/iso-time.ts';
import { EXPIRY_SOON_SECONDS, REVIEW_SOON_SECONDS } from '../limits.ts';
import type { Agent, Issuer } from '../policy/bundle.ts';
import { permissionCases } from '../policy/config/permission-cases.ts';
import { about, type Check, must, OK, type Verdict } from './check.ts';
import { known } from './facts.ts';
import { publicUrlOf } from './settings.ts';

export const COMPILES = 'config.compiles';

export const CONFIGURATION_CHECKS: readonly Check[] = [
  {
    id: COMPILES,
    what: 'The configuration compiles.',
    reliesOn: 'all of `config/`',
    fault: 'The compiler refuses the configuration.',
    // There are facts only of one that does: `examineUncompiled` tells of the others.
    judge: ({ policy }) => about('config/', known(policy), () => OK),
  },
  {
    id: 'permission.cases',
    what: 'A permission’s session policy lets through what it must, and nothing that it must not.',
    reliesOn: '`allows` and `denies` of permissions/*.yaml',
    fault: 'A case of a permission does not hold.',
    judge: ({ policy: { bundle } }) =>
      permissionCases(bundle).flatMap(({ name, permission, problem }) =>
        about(name, known(problem), (found) =>
          must(found === null, {
            what: 'The permission is wider or narrower than whoever wrote it meant.',
            proof: found ?? '',
            fix: `config/permissions/${permission}.yaml: statements, or the case; then writ policy test`,
          }),
        ),
      ),
  },
  {
    id: 'agent.review',
    what: 'An agent’s next review is not due within two weeks.',
    reliesOn: '`reviewBy` of agents/*.yaml',
    fault: 'An agent’s review is due, so that it is refused, or will be within two weeks.',
    judge: ({ policy: { bundle }, now }) =>
      bundle.agents.flatMap((agent) =>
        about(`agent ${agent.agent}`, known(agent), ({ reviewBy }) =>
          ahead(agent, 'reviewBy', reviewBy, now, REVIEW_SOON_SECONDS),
        ),
      ),
  },
  {
    id: 'agent.expiry',
    what: 'No agent’s registration ends within a month.',
    reliesOn: '`expires` of agents/*.yaml',
    fault: 'An agent’s registration has ended, or ends within a month.',
    judge: ({ policy: { bundle }, now }) =>
      bundle.agents.flatMap((agent) =>
        about(`agent ${agent.agent}`, known(agent), ({ expires }) =>
          ahead(agent, 'expires', expires, now, EXPIRY_SOON_SECONDS),
        ),
      ),
  },
  {
    id: 'issuer.client',
    what: 'ID tokens that `writ login` gets are made for an accepted audience.',
    reliesOn: '`login.client_id` and `audiences` of issuers/*.yaml',
    fault: 'The client that people sign in with is not among the accepted audiences.',
    judge: ({ policy: { bundle } }) =>
      bundle.issuers.flatMap((issuer) => {
        const { alias, login, audiences } = issuer;
        if (login === undefined) return [];
        return about(`issuer ${alias}`, known(login), ({ client_id }) =>
          must(audiences.includes(client_id), {
            what: 'Every sign-in is refused: an ID token’s audience is the client that asked for it.',
            proof: `login.client_id is ${client_id}; audiences are ${audiences.join(', ')}`,
            fix: `config/issuers/${alias}.yaml: audiences: [${[...audiences, client_id].join(', ')}]`,
          }),
        );
      }),
  },
  {
    id: 'issuer.audience',
    what: 'Agents’ tokens and attestations are made for this broker.',
    reliesOn: '`audiences` of issuers/*.yaml (class actor, attestation)',
    fault: 'An issuer of actors or attestations does not name the broker’s public URL as audience.',
    judge: (facts) =>
      facts.policy.bundle.issuers.filter(namesBroker).flatMap(({ alias, audiences }) =>
        about(`issuer ${alias}`, publicUrlOf(facts), (publicUrl) =>
          must(audiences.includes(publicUrl), {
            what: 'A token that was made for somebody else is taken, or none is.',
            proof: `the broker is ${publicUrl}; audiences are ${audiences.join(', ')}`,
            fix: `config/issuers/${alias}.yaml: audiences: [${publicUrl}]`,
          }),
        ),
      ),
  },
];

const namesBroker = (issuer: Issuer): boolean => issuer.class === 'actor' || issuer.class === 'attestation';

function ahead(
  { agent, owner }: Agent,
  field: 'reviewBy' | 'expires',
  at: number,
  now: number,
  soon: number,
): Verdict {
  return must(at - now > soon, {
    what: at <= now ? 'The agent is refused.' : 'The agent will be refused soon.',
    proof: `${field} is ${isoTime(at).slice(0, 10)}, and today is ${isoTime(now).slice(0, 10)}`,
    fix: `Ask ${owner} to review it, then change ${field} in config/agents/${agent}.yaml`,
  });
}
