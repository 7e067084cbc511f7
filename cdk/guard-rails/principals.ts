/**
 * Who changes Writ's roles and policies as a deploy does, where `broker.yaml` names nobody else: in members the role of
 * service-managed stack sets, which a service-linked role makes; in the broker's account CDK's own.
 */
export const DEPLOYERS: readonly string[] = ['arn:aws:iam::*:role/stacksets-exec-*'];
export const brokerDeployers = (broker: string): readonly string[] => [
  `arn:aws:iam::${broker}:role/cdk-*-cfn-exec-role-${broker}-*`,
];

/** Session tags are told apart without regard to case, and patterns are not: so each spelling of the prefix. */
export const WRIT_TAGS: readonly string[] = [...'writ']
  .reduce<readonly string[]>(
    (spellings, letter) => spellings.flatMap((begun) => [begun + letter, begun + letter.toUpperCase()]),
    [''],
  )
  .map((prefix) => `${prefix}:*`);
