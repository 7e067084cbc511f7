/** The bodies of refusals (RFC 6749 §5.2), straight from the table of `core/refusals.ts`. */
import { z } from 'zod';
import { type OAuthError, REFUSALS, REMEDIES, type Reason, type RefusalRow } from '../../core/refusals.ts';
import { Writ } from './answers.ts';

type Row = RefusalRow & { readonly reason: Reason };
const ROWS: readonly Row[] = Object.entries(REFUSALS).map(([reason, row]) => ({
  reason: reason as Reason,
  ...row,
}));

export const STATUSES = [...new Set(ROWS.map(({ status }) => status))].sort();

const names = <T extends string>(values: readonly T[]) => z.enum([...new Set(values)].sort());

/**
 * Two shapes: a stranger is told the class of failure and nothing else; whoever has shown a user's token is told the
 * reason too, one of those that have this error and status.
 */
export function refusalBody(status: RefusalRow['status']): z.ZodType {
  const rows = ROWS.filter((row) => row.status === status);
  const errors = [...new Set(rows.map(({ error }) => error))].sort();
  return z.union([
    z.strictObject({ error: names(errors) }),
    ...errors.map((error) =>
      told(
        error,
        rows.filter((row) => row.error === error),
      ),
    ),
  ]);
}

const told = (error: OAuthError, rows: readonly Row[]) =>
  z.strictObject({
    error: z.literal(error),
    reason_code: names(rows.map(({ reason }) => reason)).describe(
      rows.map(({ reason, says }) => `- \`${reason}\`: ${says}`).join('\n'),
    ),
    writ: Writ,
    remedy: z.enum(REMEDIES).optional().describe('What a program can do about it by itself.'),
  });

/** Another method (RFC 9110 §15.5.6). */
export const WrongMethod = z.strictObject({ error: z.literal('invalid_request') });

/** A fault of ours; nothing has been issued. */
export const Unavailable = z.strictObject({ error: z.literal('temporarily_unavailable') });
