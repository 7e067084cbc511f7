/** Something to begin with that shows names and changes nothing. */
export const FIRST_PERMISSION = 'buckets-list';

/** @param accounts - Their names. */
export const firstPermission = (
  accounts: readonly string[],
): string => `# yaml-language-server: $schema=../schemas/permission.schema.json
# A first permission, to see that all of it works: it shows the names of buckets and nothing in them. The file's name is
# what agents ask for; add others beside it.
description: List the names of the account's buckets.
accounts: ${JSON.stringify(accounts)}
# The role /writ/${FIRST_PERMISSION} in each account.
role: ${FIRST_PERMISSION}
# Seconds.
longest: 900
# The session works from the address that asked for it, and from nowhere else.
place: exchange
statements:
  - Sid: List
    Action: s3:ListAllMyBuckets
    Resource: "*"
# Cases: writ policy test judges them on the session policy that STS would get.
allows:
  - action: s3:ListAllMyBuckets
    resource: "*"
denies:
  - action: s3:ListBucket
    resource: arn:aws:s3:::example-bucket
  - action: s3:GetObject
    resource: arn:aws:s3:::example-bucket/example-object
`;
