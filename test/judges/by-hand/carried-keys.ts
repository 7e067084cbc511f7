import type { AppliedPolicies, AwsRequest } from '../../../core/iam/request.ts';
import type { Conditions, PolicyDocument, PolicyStatement } from '../../../core/session/policy-document.ts';
import type { Expressible } from './call.ts';

/** The name under which a call brings a condition key along. */
export type Carrier = (key: string) => string;

const PRINCIPAL_TAG = /^aws:PrincipalTag\//i;
const OWN = /^aws:(?:PrincipalArn|SourceIdentity)$/i;

/** @param listing - Whether the call is a listing, which has its prefix and number of keys itself. */
export const carrier =
  (listing: boolean): Carrier =>
  (key) => {
    const own = PRINCIPAL_TAG.test(key) || OWN.test(key) || (listing && key.startsWith('s3:'));
    return own ? key : `aws:PrincipalTag/${key.replace(':', '-')}`;
  };

/** STS: values of tags. */
const TAG_VALUE = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u;

/** The session tags that bring a request's keys along. */
export function tagsFrom(
  context: AwsRequest['context'],
  carry: Carrier,
): Expressible<readonly (readonly [string, string])[]> {
  const tags: [string, string][] = [];
  for (const [key, value] of Object.entries(context)) {
    const name = carry(key);
    if (!PRINCIPAL_TAG.test(name)) continue;
    if (typeof value !== 'string') return { leftOut: 'no call brings such a list along' };
    if (!TAG_VALUE.test(value)) return { leftOut: 'STS takes no such tag' };
    tags.push([name.replace(PRINCIPAL_TAG, ''), value]);
  }
  return { value: tags };
}

/** The policies, asking for the keys by the names under which they come. */
export function carriedIn(policies: AppliedPolicies, carry: Carrier): AppliedPolicies {
  const document = (each: PolicyDocument): PolicyDocument => ({
    ...each,
    Statement: each.Statement.map((statement) => carriedStatement(statement, carry)),
  });
  const { identity, boundary, session, resource } = policies;
  return {
    identity: identity.map(document),
    ...(boundary && { boundary: document(boundary) }),
    ...(session && { session: document(session) }),
    ...(resource && { resource: document(resource) }),
  };
}

function carriedStatement(statement: PolicyStatement, carry: Carrier): PolicyStatement {
  const { Condition, ...rest } = statement;
  const text = JSON.stringify({ ...rest, ...(Condition && { Condition: renamed(Condition, carry) }) });
  return JSON.parse(text.replace(/\$\{([a-z0-9]+:[^},]+)/gi, (_, key: string) => `\${${carry(key)}`));
}

const renamed = (condition: Conditions, carry: Carrier): Conditions =>
  Object.fromEntries(
    Object.entries(condition).map(([operator, keys]) => [
      operator,
      Object.fromEntries(Object.entries(keys).map(([key, values]) => [carry(key), values])),
    ]),
  );
