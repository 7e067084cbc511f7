import { isoTime } from '../../encoding/iso-time.ts';
import type { ConfigFile } from '../config/source.ts';
import { brokerFile } from './broker.ts';
import { ENDING, endingCases, respondersCases, respondersPolicies } from './ending.ts';
import { EVERYONE, everyoneCases } from './everyone.ts';
import type { First, FirstAgent } from './first.ts';
import { FIRST_PERMISSION, firstPermission } from './first-permission.ts';
import { groupIds, peopleCases, peoplePolicies, userIds } from './people.ts';
import { proberFiles } from './prober.ts';

const DAY_SECONDS = 86_400;
const REVIEW_DAYS = 180;
const EXPIRES_DAYS = 365;

/**
 * A configuration that compiles and passes its own cases, written out in full: every rule that will hold stands in a file
 * that somebody reviews (docs/decisions/0009).
 */
export function firstConfig(first: First): ConfigFile[] {
  const { people, platforms, answers, accounts, agents } = first;
  const names = accounts.map(({ name }) => name);
  const [agent = { name: '' }] = agents;
  const [account = ''] = names;
  const example = { agent: agent.name, account, permission: FIRST_PERMISSION };
  return [
    ...[people, ...platforms].map((preset) => ({
      path: `issuers/${preset.alias}.yaml`,
      text: preset.file(answers),
    })),
    { path: 'accounts.yaml', text: accountsFile(accounts) },
    ...(first.deployed === null ? [] : [{ path: 'broker.yaml', text: brokerFile(first.deployed) }]),
    ...agents.map((each) => ({ path: `agents/${each.name}.yaml`, text: agentFile(each, first) })),
    { path: `permissions/${FIRST_PERMISSION}.yaml`, text: firstPermission(names) },
    { path: 'policies/everyone.cedar', text: EVERYONE },
    { path: 'policies/everyone.test.yaml', text: everyoneCases(first, example) },
    { path: 'policies/people.cedar', text: peoplePolicies(first) },
    { path: 'policies/people.test.yaml', text: peopleCases(first, example) },
    { path: 'policies/ending.cedar', text: ENDING + respondersPolicies(first) },
    { path: 'policies/ending.test.yaml', text: endingCases(people.alias, example) + respondersCases(first) },
    ...(first.prober === null ? [] : proberFiles(proberOf(first, first.prober))),
  ];
}

const accountsFile = (
  accounts: First['accounts'],
): string => `# yaml-language-server: $schema=./schemas/accounts.schema.json
# What requests and permissions call an account.
${accounts.map(({ name, id, region }) => `${name}:\n  id: "${id}"\n  region: ${region}\n`).join('')}`;

const dateAfter = (days: number, { now }: First): string => isoTime(now + days * DAY_SECONDS).slice(0, 10);

function ownerOf({ people, groups }: First): string {
  const [group = 'owners'] = groups;
  return `${people.alias}:${group}`;
}

const proberOf = (first: First, account: string) => ({
  broker: first.answers.broker ?? '',
  account,
  owner: first.responders === null ? ownerOf(first) : `${first.people.alias}:${first.responders}`,
  somebody: `${first.people.alias}:somebody`,
  reviewBy: dateAfter(REVIEW_DAYS, first),
  expires: dateAfter(EXPIRES_DAYS, first),
});

function agentFile({ name, identity }: FirstAgent, first: First): string {
  const list = (key: string, ids: readonly string[]): string =>
    ids.length === 0 ? '' : `${key}: ${JSON.stringify(ids)}\n`;
  return `# yaml-language-server: $schema=../schemas/agent.schema.json
description: ${JSON.stringify(`The agent ${name}.`)}
# The group that answers for it, and may stop it.
owner: ${JSON.stringify(ownerOf(first))}
# Past either day it is refused. Reviewing it means: is it still needed, for these people?
reviewBy: ${dateAfter(REVIEW_DAYS, first)}
expires: ${dateAfter(EXPIRES_DAYS, first)}
${
  identity === null
    ? '# The key of an enrolled device speaks for it.\nenrolled: true\n'
    : `# The workload that is this agent, by the exact subject of its platform's tokens.
identities:
  - { issuer: ${identity.issuer}, subject: ${JSON.stringify(identity.subject)} }
`
}# For whom it may act. What they may have stands in policies/.
${list('groups', groupIds(first))}${list('users', userIds(first))}`;
}
