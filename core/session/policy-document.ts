/** IAM's policy grammar, as far as Writ writes it. Fields keep AWS's spelling. */

export type OneOrMore = string | readonly string[];

export type Conditions = { readonly [operator: string]: { readonly [key: string]: OneOrMore } };

export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: '*' | { readonly AWS?: OneOrMore; readonly Service?: OneOrMore };
  readonly Action?: OneOrMore;
  readonly NotAction?: OneOrMore;
  readonly Resource?: OneOrMore;
  readonly NotResource?: OneOrMore;
  readonly Condition?: Conditions;
}

export interface PolicyDocument {
  readonly Version: '2012-10-17';
  readonly Statement: readonly PolicyStatement[];
}
