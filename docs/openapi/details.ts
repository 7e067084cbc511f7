/** `authorization_details` of type `aws_session` (RFC 9396 §2), as `core/parse/details.ts` reads it. */
import { z } from 'zod';
import {
  DEFAULT_DURATION_SECONDS,
  MAX_NAME_CHARS,
  MAX_PARAMETER_CHARS,
  MAX_PARAMETERS,
  MAX_PURPOSE_CHARS,
  MAX_TASK_CHARS,
  MIN_USEFUL_SECONDS,
} from '../../core/limits.ts';
import type { Details } from '../../core/request.ts';
import { plainSchema } from './schema.ts';

const line = (max: number) => z.string().min(1).max(max);

/** Every member; a new one without a schema does not compile. */
const MEMBERS = {
  permission: line(MAX_NAME_CHARS).describe('Name of a permission; POST /permissions lists them.'),
  account: line(MAX_NAME_CHARS).describe('Name of an account in which it can be had.'),
  task: line(MAX_TASK_CHARS).describe('The unit of work: a ticket, a run.'),
  purpose: line(MAX_PURPOSE_CHARS).describe('Why, in words.'),
  parameters: z
    .record(
      z
        .string()
        .regex(/^[A-Za-z][\w-]*$/)
        .max(MAX_NAME_CHARS),
      line(MAX_PARAMETER_CHARS),
    )
    .meta({ maxProperties: MAX_PARAMETERS })
    .describe('The permission’s own parameters: all of them, and no other.')
    .optional(),
  duration: z
    .int()
    .min(MIN_USEFUL_SECONDS)
    .describe(`Whole seconds; ${DEFAULT_DURATION_SECONDS} where it is absent.`)
    .optional(),
} satisfies { readonly [M in keyof Details]: z.ZodType };

/** Closed: a member that is unknown here would be one that the caller believes to narrow the session. */
const Detail = z.strictObject({ type: z.literal('aws_session'), ...MEMBERS });

export const AuthorizationDetails = z.array(Detail).length(1);

/** A request that every reader can change into their own. */
export const EXAMPLE: z.infer<typeof AuthorizationDetails> = [
  {
    type: 'aws_session',
    permission: 'reports-read',
    account: 'prod',
    task: 'FIN-1234',
    purpose: 'Summarise the Q3 figures',
    parameters: { prefix: 'q3' },
    duration: 900,
  },
];

/** In the form they stand as JSON text (RFC 9396 §3): OpenAPI's own `encoding` is read differently by every tool. */
export const AuthorizationDetailsText = z.string().meta({
  contentMediaType: 'application/json',
  contentSchema: plainSchema(AuthorizationDetails),
  examples: [JSON.stringify(EXAMPLE)],
});

/** As granted: what a request may leave out is there. */
export const GrantedDetails = z.array(Detail.required()).length(1);
