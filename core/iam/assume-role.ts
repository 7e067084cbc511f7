import type { AwsRequest } from './request.ts';

/** One AssumeRole call, as STS sees it after it has checked the parameters' form. */
export interface AssumeRoleCall {
  /** ARN of the caller. */
  readonly caller: string;
  readonly roleArn: string;
  readonly roleSessionName: string;
  readonly sourceIdentity?: string;
  readonly tags?: { readonly [key: string]: string };
  readonly transitiveTagKeys?: readonly string[];
  readonly externalId?: string;
  /** The global keys of the call: time, source address, the caller's own tags. */
  readonly context: AwsRequest['context'];
}

/**
 * The actions as which STS authorises one AssumeRole call, each with the condition keys that AWS lists for it and
 * no other: `sts:TagSession` never sees a session name, `sts:SetSourceIdentity` sees nothing but itself. So one
 * trust statement for all three that asks for a session name refuses every call.
 *
 * @see Service Authorization Reference, "Actions, resources, and condition keys for AWS Security Token Service"
 */
export function assumeRoleRequests(call: AssumeRoleCall): readonly [AwsRequest, ...AwsRequest[]] {
  const global = globalKeys(call.context);
  const tags = tagKeys(call);
  const named = {
    'sts:RoleSessionName': call.roleSessionName,
    ...(call.sourceIdentity === undefined ? {} : { 'sts:SourceIdentity': call.sourceIdentity }),
    ...(call.externalId === undefined ? {} : { 'sts:ExternalId': call.externalId }),
  };
  const ask = (action: string, keys: AwsRequest['context']): AwsRequest => ({
    action,
    resource: call.roleArn,
    principal: call.caller,
    context: { ...global, ...keys },
  });
  const source = call.sourceIdentity;
  return [
    ask('sts:AssumeRole', { ...tags, ...named }),
    ...(Object.keys(tags).length === 0 ? [] : [ask('sts:TagSession', tags)]),
    ...(source === undefined ? [] : [ask('sts:SetSourceIdentity', { 'sts:SourceIdentity': source })]),
  ];
}

/** Only the call itself says these keys; a caller's context must not smuggle them into an action. */
const CALL_KEY = /^(?:sts:.*|aws:requesttag\/.*|aws:tagkeys)$/is;

const globalKeys = (context: AwsRequest['context']): AwsRequest['context'] =>
  Object.fromEntries(Object.entries(context).filter(([key]) => !CALL_KEY.test(key)));

function tagKeys({ tags = {}, transitiveTagKeys = [] }: AssumeRoleCall): AwsRequest['context'] {
  const keys = Object.keys(tags);
  return {
    ...Object.fromEntries(keys.map((key) => [`aws:RequestTag/${key}`, tags[key] ?? ''])),
    ...(keys.length === 0 ? {} : { 'aws:TagKeys': keys }),
    ...(transitiveTagKeys.length === 0 ? {} : { 'sts:TransitiveTagKeys': transitiveTagKeys }),
  };
}
