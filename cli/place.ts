import { REGION } from '../core/aws-names.ts';
import { usage } from './failure.ts';
import { secureUrl } from './http.ts';
import type { Io } from './io.ts';
import { localStack } from './local-file.ts';
import { LOCAL_PROFILE } from './state.ts';

/** Where AWS is to be called. */
export interface Place {
  /** Null: nobody has said. */
  readonly region: string | null;
  /** Origin of the laptop stack's AWS; null: AWS's own. */
  readonly endpoint: string | null;
}

/** @throws Failure (exit 1) for a Region that is none, or where the laptop stack is meant and is not up. */
export async function placeOf(
  flags: { readonly profile: string; readonly region?: string },
  io: Io,
): Promise<Place> {
  const stack = flags.profile === LOCAL_PROFILE ? await localStack(io) : null;
  const region = flags.region ?? stack?.region ?? null;
  if (region !== null && !REGION.test(region))
    throw usage('--region is the name of a Region, such as eu-central-1.');
  const endpoint = stack === null ? null : secureUrl(stack.aws_endpoint, 'the local AWS').origin;
  return { region, endpoint };
}
