import { randomUUID } from 'node:crypto';
import * as z from 'zod/mini';
import { namesOneSession } from '../core/revocation/ports.ts';
import { answerMalformed } from './broker-failure.ts';
import { type Ending, type EndingFlags, ending, requestId, whatIsEnded } from './ending.ts';
import { Failure, printable } from './failure.ts';
import type { Io } from './io.ts';
import { parseJson } from './json.ts';
import { openRoad, type RoadFlags } from './road.ts';
import { labelled } from './table.ts';

export interface RevokeFlags extends EndingFlags, RoadFlags {
  readonly requestId?: string;
  readonly json?: boolean;
}

/** What `POST /revoke` answers: without a revocation nothing was ended, whyever. */
const ANSWER = z.object({
  ended: z.number().check(z.int(), z.nonnegative()),
  revocation: z.optional(z.string().check(z.regex(/^(?:[0-9a-z]{16})$/))),
  also: z.optional(z.readonly(z.array(z.string()))),
});

type Answer = z.output<typeof ANSWER>;

/** `writ revoke`: ends sessions before their time, by way of the broker. */
export async function revoke(id: string | undefined, flags: RevokeFlags, io: Io): Promise<void> {
  const wanted = ending(id, flags);
  const request_id = requestId(flags.requestId ?? randomUUID());
  const road = await openRoad(flags, io);
  const { kind, value, mode, reason } = wanted;
  const answer = await repeatable(request_id, async () => {
    const form = { token: value, token_type_hint: kind, mode, reason, request_id };
    const said = parseJson(await road('revoke', form), ANSWER);
    if (said === null) throw answerMalformed('The broker did not say whether anything was ended.');
    return said;
  });
  const { ended, revocation, also = [] } = answer;
  if (revocation === undefined) throw nothing(wanted);
  io.stdout.write(
    flags.json
      ? `${JSON.stringify({ ended, revocation, also, kind, value, mode, request_id })}\n`
      : inWords(wanted, { ended, revocation, also }),
  );
}

/** What failed half-way may have been done: asked again by the same id it is done once. */
async function repeatable<T>(request_id: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (caught) {
    if (!(caught instanceof Failure)) throw caught;
    const { exit, next } = caught.fields;
    const again =
      `Run it again with --request-id ${request_id}: it is one revocation, however often it is asked for. ` +
      'If the broker stays silent: writ revoke --direct';
    throw new Failure({ ...caught.fields, request_id, next: exit === 4 ? again : next });
  }
}

/** One answer for all reasons: whoever guesses ids learns nothing. */
const nothing = ({ mode }: Ending): Failure =>
  new Failure({
    exit: 3,
    error: 'nothing_ended',
    what:
      mode === 'lift'
        ? 'nothing lifted: unknown, or not yours to lift'
        : 'nothing ended: unknown, or not yours to end',
    next: 'writ list shows what is live, as far as you may see it.',
  });

/** Says what was done, and no more: that AWS refuses is for `writ status` to say, which has seen it. */
function inWords(wanted: Ending, { ended, revocation, also = [] }: Answer): string {
  const { kind, value, mode } = wanted;
  const what = whatIsEnded(wanted);
  const id = ['revocation:', revocation ?? ''] as const;
  if (mode === 'lift') return labelled(`Lifted: ${what} is not blocked any more.`, [id]);
  const sessions = ended === 1 ? '1 live session' : `${ended} live sessions`;
  return labelled(`Ended: ${what}, ${sessions}.`, [
    ...(also.length === 0
      ? []
      : [['also:', `${also.map(printable).join(', ')} (the same machine)`] as const]),
    id,
    ['refused:', 'by AWS, as soon as IAM has spread the deny: writ status shows how long that takes'],
    ...(namesOneSession(kind)
      ? []
      : [['new ones:', mode === 'block' ? blocked(kind, value) : NOT_BLOCKED] as const]),
  ]);
}

const NOT_BLOCKED = 'can be had again in some seconds; --block would refuse them';
const blocked = (kind: string, value: string): string =>
  `are refused until somebody lifts it: writ revoke ${kind === 'all' ? '' : `'${printable(value)}' `}--kind ${kind} --lift --reason …`;
