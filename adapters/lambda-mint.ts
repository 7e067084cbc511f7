import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import * as z from 'zod/mini';
import { Fault, type FaultCode, isFaultCode } from '../core/fault.ts';
import type { Mint, MintAnswer } from '../core/ports.ts';
import { REFUSALS, type Refusal } from '../core/refusals.ts';

/** What mint's handler answers: an answer of core's, or which fault it met. A Lambda error would carry a stack. */
export type MintReply = MintAnswer | { readonly fault: FaultCode; readonly retryAfter: number };

/**
 * Mint behind `lambda:InvokeFunction`: the only way to a credential, and IAM lets only exchange go it.
 *
 * @param client - With one attempt only, and a timeout in which mint can start cold.
 * @returns a port that throws mint's own Fault, or `mint_unavailable` for whatever else came back.
 */
export const lambdaMint =
  (client: LambdaClient, functionName: string): Mint =>
  async (handover) => {
    const reply = Reply.safeParse(await invoke(client, functionName, handover));
    if (!reply.success) throw new Fault('mint_unavailable');
    if ('fault' in reply.data) {
      const { fault, retryAfter } = reply.data;
      throw new Fault(isFaultCode(fault) ? fault : 'mint_unavailable', { retryAfter });
    }
    return reply.data;
  };

/**
 * Wakes mint while exchange itself starts, so that the first caller waits for one cold start, not for two. Resolves in
 * any case: who then comes meets the fault.
 */
export const wakeMint = async (client: LambdaClient, functionName: string): Promise<void> => {
  await invoke(client, functionName, { wake: true }).catch(() => undefined);
};

const filled = z.string().check(z.minLength(1));

/** During a deploy mint may be of another version: what is none of these is a fault, never half an answer. */
const Reply = z.union([
  z.object({
    ok: z.literal(true),
    credential: z.object({ AccessKeyId: filled, SecretAccessKey: filled, SessionToken: filled }),
  }),
  z.object({ ok: z.literal(false), refusal: z.custom<Refusal>(isRefusal) }),
  z.object({
    fault: z.string(),
    retryAfter: z.catch(z.int().check(z.nonnegative(), z.maximum(3600)), 1),
  }),
]);

function isRefusal(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('reason' in value)) return false;
  return typeof value.reason === 'string' && Object.hasOwn(REFUSALS, value.reason);
}

async function invoke(client: LambdaClient, FunctionName: string, event: unknown): Promise<unknown> {
  try {
    const { Payload, FunctionError } = await client.send(
      new InvokeCommand({ FunctionName, Payload: new TextEncoder().encode(JSON.stringify(event)) }),
    );
    if (FunctionError !== undefined || Payload === undefined) throw new Fault('mint_unavailable');
    return JSON.parse(new TextDecoder().decode(Payload));
  } catch (error) {
    throw error instanceof Fault ? error : new Fault('mint_unavailable', { cause: error });
  }
}
