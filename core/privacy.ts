import type { PolicyStatement } from './session/policy-document.ts';

/**
 * What `writ forget` needs: to find the tables, to see which openings there are (whoever deletes them may read them), to delete them, and to
 * have the ledger say so, in a partition that is for nothing else.
 */
export const forgetStatements = (on: {
  /** ARNs: of the two tables, and of a function whose settings name them. */
  readonly people: string;
  readonly ledger: string;
  readonly settings: string;
}): readonly PolicyStatement[] => [
  { Effect: 'Allow', Action: ['dynamodb:Query'], Resource: [on.people] },
  { Effect: 'Allow', Action: ['dynamodb:DeleteItem'], Resource: [on.people] },
  {
    Effect: 'Allow',
    Action: ['dynamodb:PutItem'],
    Resource: [on.ledger],
    Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['FORGOTTEN#*'] } },
  },
  { Effect: 'Allow', Action: ['lambda:GetFunctionConfiguration'], Resource: [on.settings] },
];

/** What `writ openings` needs: to find the table, and to read a person's openings. It can change nothing. */
export const openingsStatements = (on: {
  /** ARNs: of the table, and of a function whose settings name it. */
  readonly people: string;
  readonly settings: string;
}): readonly PolicyStatement[] => [
  { Effect: 'Allow', Action: ['dynamodb:Query'], Resource: [on.people] },
  { Effect: 'Allow', Action: ['lambda:GetFunctionConfiguration'], Resource: [on.settings] },
];
