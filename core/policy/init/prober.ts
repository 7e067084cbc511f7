import { PROBE_ISSUER, PROBE_KEYS_PATH, PROBE_PERMISSION, PROBER } from '../../probe/plan.ts';
import type { ConfigFile } from '../config/source.ts';
import { quoted, SCHEMA_LINE } from '../presets/preset.ts';

/** Where the prober probes, and who answers for it. */
export interface ProberAnswers {
  /** The broker's public URL, without a trailing slash. */
  readonly broker: string;
  /** Name in `accounts.yaml`. */
  readonly account: string;
  /** The group that answers for it, `<issuer alias>:<group>`. */
  readonly owner: string;
  /** Somebody who has nothing to do with it, `<issuer alias>:<subject>`: for the cases. */
  readonly somebody: string;
  /** ISO dates, as of every agent. */
  readonly reviewBy: string;
  readonly expires: string;
}

/**
 * The prober's five files (docs/decisions/0011): an issuer whose key is in KMS, an agent, a permission to list tables in one
 * account, and policies that keep the three together and apart from everybody else.
 */
export const proberFiles = (of: ProberAnswers): readonly ConfigFile[] => [
  { path: `issuers/${PROBE_ISSUER}.yaml`, text: issuerFile(of) },
  { path: `agents/${PROBER}.yaml`, text: agentFile(of) },
  { path: `permissions/${PROBE_PERMISSION}.yaml`, text: permissionFile(of) },
  { path: 'policies/probe.cedar', text: POLICIES },
  { path: 'policies/probe.test.yaml', text: casesFile(of) },
];

const issuerFile = ({
  broker,
}: ProberAnswers): string => `${SCHEMA_LINE}# Not a person: the prober, which asks every minute whether all of this works and refuses. This file switches it on; without
# it nothing probes. Its key is in KMS, and only its function may sign with it. No group and no login: see policies/probe.cedar
# for the little that it gets.
iss: ${quoted(`${broker}/probe`)}
class: subject
audiences: [${quoted(broker)}]
types: [jwt]
algorithms: [ES256]
jwks_uri: ${quoted(`${broker}${PROBE_KEYS_PATH}`)}
require:
  # Each of its tokens says that nobody signed in.
  - { claim: amr, includes: [synthetic] }
claims:
  subject: sub
`;

const agentFile = ({
  owner,
  reviewBy,
  expires,
}: ProberAnswers): string => `# yaml-language-server: $schema=../schemas/agent.schema.json
description: Asks for a session every minute, to see that it works and ends.
# Past either day below it is refused, and its alarms ring.
owner: ${JSON.stringify(owner)}
reviewBy: ${reviewBy}
expires: ${expires}
# With a key that lives as long as one probe.
enrolled: true
users: ["${PROBE_ISSUER}:${PROBER}"]
`;

const permissionFile = ({
  account,
}: ProberAnswers): string => `# yaml-language-server: $schema=../schemas/permission.schema.json
# What the prober asks for, and nobody else may have: it shows the names of tables and nothing in them.
description: List the names of the account's tables, for the prober alone.
# One account: best one in which nothing else is.
accounts: [${account}]
role: ${PROBE_PERMISSION}
# Seconds. Longer than one probe takes, so that no deadline is mistaken for a revocation.
longest: 300
# A function's calls need not leave AWS from the address from which it asked.
place: anywhere
statements:
  - Sid: List
    Action: dynamodb:ListTables
    Resource: "*"
demandsBodyHash: true
allows:
  - action: dynamodb:ListTables
    resource: "*"
denies:
  # The very call that each probe sees refused.
  - action: dynamodb:DescribeTable
    resource: arn:aws:dynamodb:\${region}:\${account}:table/writ-probe
  - action: dynamodb:Scan
    resource: arn:aws:dynamodb:\${region}:\${account}:table/anything
`;

const POLICIES = `// The prober gets one thing, and nobody else gets it. Whoever could sign with its key gets no more than this.

@id("prober-probes")
permit (
  principal == Writ::User::"${PROBE_ISSUER}:${PROBER}",
  action == Writ::Action::"issue",
  resource == Writ::Permission::"${PROBE_PERMISSION}"
);

// Each time with a new key.
@id("prober-enrolls")
permit (principal == Writ::User::"${PROBE_ISSUER}:${PROBER}", action == Writ::Action::"enroll", resource);

@id("prober-is-issued-nothing-else")
forbid (principal, action == Writ::Action::"issue", resource)
when { principal.alias == "${PROBE_ISSUER}" }
unless {
  principal == Writ::User::"${PROBE_ISSUER}:${PROBER}" && resource == Writ::Permission::"${PROBE_PERMISSION}"
};

@id("nobody-else-enrolls-as-prober")
forbid (principal, action == Writ::Action::"enroll", resource)
when { principal.alias == "${PROBE_ISSUER}" }
unless { principal == Writ::User::"${PROBE_ISSUER}:${PROBER}" };

// It ends its own session with the key that got it, for which nobody is asked.
@id("prober-ends-and-reads-nothing")
forbid (principal, action in [Writ::Action::"revoke", Writ::Action::"read"], resource)
when { principal.alias == "${PROBE_ISSUER}" };

@id("only-the-prober-probes")
forbid (
  principal,
  action == Writ::Action::"issue",
  resource == Writ::Permission::"${PROBE_PERMISSION}"
)
unless {
  principal == Writ::User::"${PROBE_ISSUER}:${PROBER}" && context.agent == Writ::Agent::"${PROBER}"
};

// Nor does its agent work for anybody else.
@id("its-agent-only-probes")
forbid (principal, action == Writ::Action::"issue", resource)
when { context.agent == Writ::Agent::"${PROBER}" }
unless { resource == Writ::Permission::"${PROBE_PERMISSION}" };
`;

const casesFile = ({ account, somebody }: ProberAnswers): string => {
  const probe = `agent: ${PROBER}, permission: ${PROBE_PERMISSION}, account: ${account}`;
  return `# yaml-language-server: $schema=../schemas/test.schema.json
cases:
  - name: the prober probes
    ask: { user: "${PROBE_ISSUER}:${PROBER}", ${probe} }
    expect: permit
    by: [prober-probes]

  - name: and enrolls the key of each probe
    ask: { action: enroll, user: "${PROBE_ISSUER}:${PROBER}" }
    expect: permit
    by: [prober-enrolls]

  - name: another name of its issuer's gets nothing
    ask: { user: "${PROBE_ISSUER}:another", ${probe} }
    expect: refuse
    by: [only-the-prober-probes, prober-is-issued-nothing-else]

  - name: whatever groups a token of its issuer's names
    ask: { user: "${PROBE_ISSUER}:another", groups: [${JSON.stringify(`${PROBE_ISSUER}:responders`)}], ${probe} }
    expect: refuse
    by: [only-the-prober-probes, prober-is-issued-nothing-else]

  - name: nor is it enrolled
    ask: { action: enroll, user: "${PROBE_ISSUER}:another" }
    expect: refuse
    by: [nobody-else-enrolls-as-prober]

  - name: the prober ends nothing by its token, its own sessions neither
    ask: { action: revoke, user: "${PROBE_ISSUER}:${PROBER}", of: { user: "${PROBE_ISSUER}:${PROBER}" } }
    expect: refuse
    by: [prober-ends-and-reads-nothing]

  - name: no person gets what the prober gets
    ask: { user: ${JSON.stringify(somebody)}, ${probe} }
    expect: refuse
    by: [only-the-prober-probes]
`;
};
