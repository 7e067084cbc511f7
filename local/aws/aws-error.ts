/** A refusal as AWS words it. Message and code go to the caller and to CloudTrail: no token, no key. */
export class AwsError extends Error {
  readonly status: number;
  readonly code: string;
  /** The code that the service's Query protocol had for it, where its JSON clients still look for that one. */
  readonly queryCode: string | undefined;

  constructor(status: number, code: string, message: string, queryCode?: string) {
    super(message);
    this.name = 'AwsError';
    this.status = status;
    this.code = code;
    this.queryCode = queryCode;
  }
}
