import type { Account, Bundle } from '../policy/bundle.ts';
import { widest } from '../session/widest.ts';

/** What is logged only where a trail says so: the contents of buckets and tables. */
export interface DataResource {
  readonly type: 'AWS::S3::Object' | 'AWS::DynamoDB::Table';
  /** What every ARN of it begins with, up to the first wildcard. */
  readonly prefix: string;
}

/** Buckets and tables whose contents an account's permissions reach, each once, sorted. */
export function dataResources(
  { permissions }: Pick<Bundle, 'permissions'>,
  account: Account,
): readonly DataResource[] {
  const found = new Map<string, DataResource>();
  for (const permission of permissions.filter(({ accounts }) => accounts.includes(account.account))) {
    for (const arn of widest(permission, account).flatMap(({ Resource }) => Resource)) {
      const resource = dataResource(arn);
      if (resource !== null) found.set(`${resource.type} ${resource.prefix}`, resource);
    }
  }
  return [...found.values()].sort((one, other) => (one.prefix < other.prefix ? -1 : 1));
}

function dataResource(arn: string): DataResource | null {
  const [prefix = ''] = arn.split(/[*?]/, 1);
  const [, , service, , , resource = ''] = arn.split(':');
  // Without an object it is the bucket itself, which management events speak of.
  if (service === 's3' && /^[^*?/]+\/|^\*/.test(resource)) return { type: 'AWS::S3::Object', prefix };
  if (service === 'dynamodb' && resource.startsWith('table/'))
    return { type: 'AWS::DynamoDB::Table', prefix };
  return null;
}
