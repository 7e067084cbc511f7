import { ACCOUNT } from './account.ts';
import type { Answer, Call, Service } from './call.ts';
import { AwsError, notImplemented } from './errors.ts';
import { isJson } from './is-json.ts';

/** What a function answered. A handler's error is an answer too, marked by `functionError`. */
export interface Invocation {
  /** JSON text. */
  readonly payload: string;
  readonly functionError?: 'Unhandled';
}

/** What a function was deployed with. */
export interface FunctionConfiguration {
  readonly runtime: string;
  readonly roleArn: string;
  readonly timeoutSeconds: number;
  readonly env: { readonly [name: string]: string };
}

/** The functions that can be invoked: `local/functions.ts` runs them. */
export interface Functions {
  has(name: string): boolean;
  /** In order of their names. */
  names(): readonly string[];
  /** @throws TypeError where there is no such function. */
  configuration(name: string): FunctionConfiguration;
  /** @param payload - JSON text, already known to be JSON. */
  invoke(name: string, payload: string, requestId: string): Promise<Invocation>;
}

const LIST_PATH = /^\/2015-03-31\/functions\/?$/;
const CONFIGURATION_PATH = /^\/2015-03-31\/functions\/([^/]{1,512})\/configuration$/;
const PATH = /^\/2015-03-31\/functions\/([^/]{1,512})\/invocations$/;

/** A name, `<account>:function:<name>`, or the whole ARN (Lambda API, Invoke). No version but `$LATEST`. */
const FUNCTION =
  /^(?:(?:arn:aws:lambda:[a-z0-9-]{1,32}:)?(\d{12}):function:)?([A-Za-z0-9_-]{1,64})(?::\$LATEST)?$/;

/** Lambda: a synchronous payload, bytes. */
const MAX_PAYLOAD_BYTES = 6 * 1024 * 1024;

export const functionArn = (region: string, name: string): string =>
  `arn:aws:lambda:${region}:${ACCOUNT}:function:${name}`;

export function createLambda(functions: Functions | null): Service<'lambda'> {
  return {
    protocol: 'rest',
    route({ method, path }) {
      if (method === 'POST') return PATH.test(path) ? 'Invoke' : null;
      if (method !== 'GET') return null;
      if (LIST_PATH.test(path)) return 'ListFunctions';
      return CONFIGURATION_PATH.test(path) ? 'GetFunctionConfiguration' : null;
    },
    operations: {
      Invoke: (call) => invoke(call, functions),
      ListFunctions: (call) => listFunctions(call, functions),
      GetFunctionConfiguration: (call) => getConfiguration(call, functions),
    },
  };
}

/** All in one page, without their state: that is told of each alone, as on AWS. */
function listFunctions(call: Call, functions: Functions | null): Answer {
  call.authorize('lambda:ListFunctions', '*');
  if (call.wire.query !== '') throw notImplemented('a list in pages');
  const all = (functions?.names() ?? []).map((name) => shown(call, name, functions));
  return json({ Functions: all });
}

function getConfiguration(call: Call, functions: Functions | null): Answer {
  const name = functionName(CONFIGURATION_PATH.exec(call.wire.path)?.[1] ?? '');
  const arn = functionArn(call.region, name);
  call.trail.requestParameters = { functionName: name };
  call.authorize('lambda:GetFunctionConfiguration', arn);
  if (functions === null || !functions.has(name))
    throw new AwsError(404, 'ResourceNotFoundException', `Function not found: ${arn}`);
  return json({ ...shown(call, name, functions), State: 'Active', LastUpdateStatus: 'Successful' });
}

function shown(call: Call, name: string, functions: Functions | null): object {
  if (functions === null) return {};
  const { runtime, roleArn, timeoutSeconds, env } = functions.configuration(name);
  return {
    FunctionName: name,
    FunctionArn: functionArn(call.region, name),
    Runtime: runtime,
    Role: roleArn,
    Timeout: timeoutSeconds,
    Environment: { Variables: env },
  };
}

const json = (value: object): Answer => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
});

async function invoke(call: Call, functions: Functions | null): Promise<Answer> {
  const { wire } = call;
  const name = functionName(PATH.exec(wire.path)?.[1] ?? '');
  const arn = functionArn(call.region, name);
  const type = wire.headers['x-amz-invocation-type'] ?? 'RequestResponse';
  call.trail.requestParameters = { functionName: arn };
  call.trail.resources = [{ accountId: ACCOUNT, type: 'AWS::Lambda::Function', ARN: arn }];
  if (type !== 'RequestResponse') throw notImplemented('this InvocationType');
  if (!/^(?:Qualifier=(?:\$|%24)LATEST)?$/.test(wire.query)) throw notImplemented('this Qualifier');

  call.authorize('lambda:InvokeFunction', arn);
  if (functions === null || !functions.has(name))
    throw new AwsError(404, 'ResourceNotFoundException', `Function not found: ${arn}`);
  const payload = wire.body.length === 0 ? '{}' : wire.body.toString('utf8');
  if (wire.body.length > MAX_PAYLOAD_BYTES)
    throw new AwsError(413, 'RequestTooLargeException', 'The payload is over the limit of 6 MB.');
  if (!isJson(payload))
    throw new AwsError(400, 'InvalidRequestContentException', 'Could not parse request body into json');

  const answer = await functions.invoke(name, payload, call.requestId);
  return {
    status: 200,
    headers: {
      'content-type': 'application/json',
      'x-amz-executed-version': '$LATEST',
      ...(answer.functionError === undefined ? {} : { 'x-amz-function-error': answer.functionError }),
    },
    body: answer.payload,
  };
}

/** From a path or an ARN, this account's only. @throws AwsError */
export function functionName(encoded: string): string {
  const refused = new AwsError(400, 'ValidationException', 'FunctionName is not one.');
  let decoded: string;
  try {
    decoded = decodeURIComponent(encoded);
  } catch {
    throw refused;
  }
  const [, account = ACCOUNT, name = ''] = FUNCTION.exec(decoded) ?? [];
  if (name === '' || account !== ACCOUNT) throw refused;
  return name;
}
