import {
  GetFunctionConfigurationCommand,
  type LambdaClient,
  paginateListFunctions,
} from '@aws-sdk/client-lambda';
import type { FunctionFacts } from '../core/doctor/facts.ts';
import { filled } from './doctor-answer.ts';

/** Settings by which a function is one of ours. */
const OURS = 'WRIT_';

/**
 * Writ's functions with their settings: those whose names begin with the prefix and whose environment is Writ's.
 *
 * ListFunctions says nothing of a function's state, so each is asked for by itself.
 */
export async function deployedFunctions(
  client: LambdaClient,
  prefix: string,
): Promise<readonly FunctionFacts[]> {
  const names: string[] = [];
  for await (const { Functions = [] } of paginateListFunctions({ client }, {})) {
    names.push(
      ...Functions.filter(
        ({ FunctionName, Environment }) => FunctionName?.startsWith(prefix) && isOurs(Environment),
      ).map(({ FunctionName }) => filled(FunctionName)),
    );
  }
  return Promise.all(names.sort().map((name) => deployedFunction(client, name)));
}

async function deployedFunction(client: LambdaClient, FunctionName: string): Promise<FunctionFacts> {
  const found = await client.send(new GetFunctionConfigurationCommand({ FunctionName }));
  return {
    name: FunctionName,
    runtime: found.Runtime ?? 'none',
    state: found.State ?? 'unknown',
    lastUpdate: found.LastUpdateStatus ?? 'unknown',
    timeoutSeconds: filled(found.Timeout),
    role: filled(found.Role),
    settings: Object.fromEntries(
      Object.entries(found.Environment?.Variables ?? {}).filter(([name]) => name.startsWith(OURS)),
    ),
  };
}

const isOurs = (environment: { readonly Variables?: Record<string, string> } | undefined): boolean =>
  Object.keys(environment?.Variables ?? {}).some((name) => name.startsWith(OURS));
