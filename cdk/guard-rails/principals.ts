/** Who changes Writ's roles and policies as a deploy does, where `broker.yaml` names nobody else. */
export const DEPLOYERS: readonly string[] = [
  'arn:aws:iam::*:role/stacksets-exec-*',
  'arn:aws:iam::*:role/AWSCloudFormationStackSetExecutionRole',
  'arn:aws:iam::*:role/cdk-*-cfn-exec-role-*',
];

/** Session tags are told apart without regard to case, and patterns are not: so each spelling of the prefix. */
export const WRIT_TAGS: readonly string[] = [...'writ']
  .reduce<readonly string[]>(
    (spellings, letter) => spellings.flatMap((begun) => [begun + letter, begun + letter.toUpperCase()]),
    [''],
  )
  .map((prefix) => `${prefix}:*`);
