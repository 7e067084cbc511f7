import type { AppliedPolicies, AwsRequest } from '../../../core/iam/request.ts';
import { OBJECTS } from '../seed.ts';
import type { ServiceCall } from '../service-call.ts';

export type Expressible<T> = { readonly value: T } | { readonly leftOut: string };

export const isListing = ({ operation }: ServiceCall): boolean => operation === 'ListObjectsV2';

const S3 = /^arn:aws:s3:::([^/]+)(?:\/(.*))?$/;
const TABLE = /^arn:aws:dynamodb:[^:]+:\d+:table\/([\w.-]+)(?:\/index\/([\w.-]+))?$/;
const LISTING_KEY = /^s3:(?:prefix|max-keys)$/;

/** The call that asks IAM for this action on this resource. */
export function callOf(request: AwsRequest, policies: AppliedPolicies): Expressible<ServiceCall> {
  const { action, resource } = request;
  const account = request.context['aws:ResourceAccount'];
  if (account !== undefined) return { leftOut: 'there is one account here' };
  const table = TABLE.exec(resource);
  if (table !== null) return onTable(policies, table[1] ?? '', table[2]);
  const object = S3.exec(resource);
  if (object === null || !/^s3:(?:Get|Put)Object$/.test(action))
    return { leftOut: `no call here is ${action} on such a resource` };
  const [, Bucket = '', Key] = object;
  if (Key === undefined) return { leftOut: `no call here is ${action} on such a resource` };
  return Object.keys(request.context).some((key) => LISTING_KEY.test(key)) && everyAction(policies)
    ? listing(request, Bucket)
    : onObject(action === 's3:GetObject' ? 'GetObject' : 'PutObject', Bucket, Key);
}

function onObject(
  operation: 'GetObject' | 'PutObject',
  Bucket: string,
  Key: string,
): Expressible<ServiceCall> {
  // A refusal must be one by policy, and not for want of the object.
  return OBJECTS[Bucket]?.includes(Key)
    ? { value: { operation, Bucket, Key } }
    : { leftOut: 'no bucket or object can have that name' };
}

/** The case names S3's action, its policies any: the resource says which call it is. */
const onTable = (
  policies: AppliedPolicies,
  TableName: string,
  IndexName?: string,
): Expressible<ServiceCall> =>
  everyAction(policies)
    ? {
        value: {
          operation: IndexName === undefined ? 'GetItem' : 'Query',
          TableName,
          ...(IndexName !== undefined && { IndexName }),
        },
      }
    : { leftOut: 'no call here is that action on a table' };

function listing({ context }: AwsRequest, Bucket: string): Expressible<ServiceCall> {
  const one = (key: string): string | undefined => [context[key] ?? []].flat()[0];
  const [Prefix, keys] = [one('s3:prefix'), one('s3:max-keys')];
  if (keys !== undefined && !/^\d+$/.test(keys)) return { leftOut: 'no call has such a max-keys' };
  return {
    value: {
      operation: 'ListObjectsV2',
      Bucket,
      ...(Prefix !== undefined && { Prefix }),
      ...(keys !== undefined && { MaxKeys: Number(keys) }),
    },
  };
}

const everyAction = ({ identity, resource }: AppliedPolicies): boolean =>
  resource === undefined &&
  identity.every(({ Statement }) => Statement.every(({ Action }) => Action === '*'));
