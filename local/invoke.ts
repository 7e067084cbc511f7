import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { functionName } from './names.ts';

/**
 * Invokes a function by its duty, and waits for its answer.
 *
 * @throws Error when the function failed, and what the client throws.
 */
export type Invoke = (duty: string, event: unknown) => Promise<unknown>;

export const invokeBy =
  (lambda: LambdaClient): Invoke =>
  async (duty, event) => {
    const { Payload, FunctionError } = await lambda.send(
      new InvokeCommand({ FunctionName: functionName(duty), Payload: Buffer.from(JSON.stringify(event)) }),
    );
    if (FunctionError !== undefined || Payload === undefined)
      throw new Error(`${functionName(duty)} failed: its log says more.`);
    return JSON.parse(Buffer.from(Payload).toString());
  };
