import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BedrockRuntimeClient, InvokeModelCommand } from '@aws-sdk/client-bedrock-runtime';
import { InvokeCommand, type InvokeCommandInput, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LocalAws } from '../../../local/aws/server.ts';
import { type LocalFunctions, startFunctions } from '../../../local/functions.ts';
import { allow, policy, REGION, startWorld, type World } from './world.ts';

const dir = mkdtempSync(join(tmpdir(), 'local-lambda-'));
const bundle = join(dir, 'index.mjs');
writeFileSync(
  bundle,
  `let invocations = 0;
   export const handler = async (event, context) => {
     if (event.fail) throw new RangeError('out of range');
     if (event.exit) process.exit(3);
     if (event.hang) await new Promise((resolve) => setTimeout(resolve, 60_000));
     console.log('printed', event.say ?? '');
     invocations += 1;
     return { event, invocations, pid: process.pid, env: process.env, request: context.awsRequestId,
       function: context.invokedFunctionArn, left: context.getRemainingTimeInMillis() > 0 };
   };`,
);

let aws: LocalAws;
let world: World;
let functions: LocalFunctions;
let lambda: LambdaClient;
beforeAll(async () => {
  const roleArn = 'arn:aws:iam::000000000000:role/broker';
  const spec = { bundle, roleArn, env: { TABLE: 'ledger' } };
  functions = startFunctions({
    region: REGION,
    logsDir: join(dir, 'logs'),
    functions: {
      echo: spec,
      short: { ...spec, timeoutSeconds: 0.05 },
      missing: { ...spec, bundle: join(dir, 'none.mjs') },
      idle: spec,
    },
    credentials: (name, role) =>
      aws.serviceSession({
        service: 'lambda.amazonaws.com',
        roleArn: role,
        roleSessionName: name,
        functionArn: `arn:aws:lambda:${REGION}:000000000000:function:${name}`,
        durationSeconds: 3600,
      }),
  });
  world = await startWorld({ functions });
  aws = world.aws;
  lambda = new LambdaClient(world.client(await world.assume()));
});
afterAll(async () => {
  await functions.close();
  await world.close();
  rmSync(dir, { recursive: true });
});

async function invoke(event: object, change: Partial<InvokeCommandInput> = {}, client = lambda) {
  const answer = await client.send(
    new InvokeCommand({ FunctionName: 'echo', Payload: Buffer.from(JSON.stringify(event)), ...change }),
  );
  return { ...answer, result: JSON.parse(Buffer.from(answer.Payload ?? []).toString()) };
}

test('a function answers from its own process, with its role and nothing of ours', async () => {
  process.env.CANARY_OF_THE_PARENT = 'planted';
  const first = await invoke({ say: 'hello' });
  delete process.env.CANARY_OF_THE_PARENT;
  expect(first).toMatchObject({ StatusCode: 200, ExecutedVersion: '$LATEST' });
  expect(first.FunctionError).toBeUndefined();
  expect(first.result).toMatchObject({
    event: { say: 'hello' },
    request: first.$metadata.requestId,
    function: `arn:aws:lambda:${REGION}:000000000000:function:echo`,
    left: true,
  });
  expect(first.result.pid).not.toBe(process.pid);
  const names = Object.keys(first.result.env).filter((name) => !name.startsWith('NODE_CHANNEL'));
  expect(names.sort()).toEqual([
    'AWS_ACCESS_KEY_ID',
    'AWS_CONFIG_FILE',
    'AWS_DEFAULT_REGION',
    'AWS_EC2_METADATA_DISABLED',
    'AWS_REGION',
    'AWS_SECRET_ACCESS_KEY',
    'AWS_SESSION_TOKEN',
    'AWS_SHARED_CREDENTIALS_FILE',
    'PATH',
    'TABLE',
  ]);
  expect(aws.registry.session(first.result.env.AWS_ACCESS_KEY_ID)).toMatchObject({
    arn: 'arn:aws:sts::000000000000:assumed-role/broker/echo',
  });
  const second = await invoke({});
  expect(second.result).toMatchObject({ pid: first.result.pid, invocations: first.result.invocations + 1 });
  expect(readFileSync(join(dir, 'logs', 'echo.log'), 'utf8')).toContain('printed hello');
});

test('one invocation at a time: the others wait', async () => {
  const answers = await Promise.all([1, 2, 3].map((n) => invoke({ n })));
  expect(new Set(answers.map(({ result }) => result.pid)).size).toBe(1);
  const counts = answers.map(({ result }) => result.invocations).sort((a, b) => a - b);
  expect(counts).toEqual([counts[0], counts[0] + 1, counts[0] + 2]);
});

test("a handler's error is an answer, without a stack", async () => {
  const { FunctionError, StatusCode, result } = await invoke({ fail: true });
  expect({ FunctionError, StatusCode }).toEqual({ FunctionError: 'Unhandled', StatusCode: 200 });
  expect(result).toEqual({ errorType: 'RangeError', errorMessage: 'out of range' });
});

test('a process that ends, and the next one', async () => {
  const { pid } = (await invoke({})).result;
  const { result } = await invoke({ exit: true });
  expect(result).toMatchObject({
    errorType: 'Runtime.ExitError',
    errorMessage: expect.stringContaining('exit status 3'),
  });
  expect((await invoke({})).result.pid).not.toBe(pid);
});

test('a time-out', async () => {
  const { FunctionError, result } = await invoke({ hang: true }, { FunctionName: 'short' });
  expect(FunctionError).toBe('Unhandled');
  expect(result).toMatchObject({ errorType: 'Sandbox.Timedout' });
});

test('a bundle that cannot be loaded', async () => {
  const { FunctionError, result } = await invoke({}, { FunctionName: 'missing' });
  expect(FunctionError).toBe('Unhandled');
  expect(result).not.toHaveProperty('stack');
});

test('a function that nobody invokes has no process, and so no session', async () => {
  const took = (await world.events()).filter(
    ({ userIdentity }) => userIdentity.invokedBy === 'lambda.amazonaws.com',
  );
  expect(took.map(({ requestParameters }) => requestParameters.roleSessionName)).not.toContain('idle');
  expect(took.map(({ requestParameters }) => requestParameters.roleSessionName)).toContain('echo');
});

test('an update: what runs ends as what it was, and the next is another process with what is new', async () => {
  const own = startFunctions({
    region: REGION,
    logsDir: join(dir, 'logs'),
    functions: {
      echo: { bundle, roleArn: 'arn:aws:iam::000000000000:role/broker', env: { A: '1', B: '1' } },
    },
    credentials: () => world.broker,
  });
  const answers = async (id: string) => JSON.parse((await own.invoke('echo', '{}', id)).payload);
  const idle = await answers('before');
  const running = answers('during');
  own.update('echo', { env: { B: '2' } });
  expect(await running).toMatchObject({ pid: idle.pid, env: { A: '1', B: '1' } });
  const next = await answers('after');
  expect(next.env).toMatchObject({ A: '1', B: '2' });
  expect(next.pid).not.toBe(idle.pid);
  expect(own.configuration('echo').env).toEqual({ A: '1', B: '2' });
  own.update('echo', { env: { B: '3' } });
  expect((await answers('idle')).env).toMatchObject({ B: '3' });
  await own.close();
});

test('after close every process is gone', async () => {
  const own = startFunctions({
    region: REGION,
    logsDir: join(dir, 'logs'),
    functions: {
      echo: { bundle, roleArn: 'arn:aws:iam::000000000000:role/broker', env: {}, concurrency: 2 },
    },
    credentials: () => world.broker,
  });
  const answers = await Promise.all(['{}', '{}'].map((payload, n) => own.invoke('echo', payload, `r${n}`)));
  const pids: number[] = answers.map(({ payload }) => JSON.parse(payload).pid);
  expect(new Set(pids).size).toBe(2);
  const hanging = own.invoke('echo', '{"hang":true}', 'h');
  await own.close();
  expect(await hanging).toMatchObject({ functionError: 'Unhandled' });
  for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  await expect(own.invoke('echo', '{}', 'late')).rejects.toThrow('closed');
});

test.each<{ name: string; change: Partial<InvokeCommandInput>; error: string }>([
  { name: 'no such function', change: { FunctionName: 'none' }, error: 'ResourceNotFoundException' },
  { name: 'an event invocation', change: { InvocationType: 'Event' }, error: 'NotImplemented' },
  { name: 'a version', change: { Qualifier: '7' }, error: 'NotImplemented' },
  {
    name: 'a payload that is no JSON',
    change: { Payload: Buffer.from('{') },
    error: 'InvalidRequestContentException',
  },
  {
    name: 'another account',
    change: { FunctionName: '111111111111:function:echo' },
    error: 'ValidationException',
  },
])('$name: $error', async ({ change, error }) => {
  await expect(invoke({}, change)).rejects.toMatchObject({ name: error });
});

test('lambda:InvokeFunction is authorised on the ARN', async () => {
  const arn = `arn:aws:lambda:${REGION}:000000000000:function:echo`;
  const Policy = JSON.stringify(policy(allow('lambda:InvokeFunction', arn)));
  const narrow = new LambdaClient(world.client(await world.assume({ Policy })));
  expect((await invoke({}, { FunctionName: arn }, narrow)).StatusCode).toBe(200);
  await expect(invoke({}, { FunctionName: 'short' }, narrow)).rejects.toMatchObject({
    name: 'AccessDeniedException',
  });
});

describe('Bedrock', () => {
  const modelId = 'anthropic.claude-sonnet-4-20250514-v1:0';
  const ask = async (id: string, Policy: string) =>
    new BedrockRuntimeClient(world.client(await world.assume({ Policy }))).send(
      new InvokeModelCommand({ modelId: id, body: '{}', contentType: 'application/json' }),
    );
  const Policy = JSON.stringify(
    policy(allow('bedrock:InvokeModel', `arn:aws:bedrock:${REGION}::foundation-model/${modelId}`)),
  );

  test('answers that there is no model', async () => {
    const { body } = await ask(modelId, Policy);
    expect(JSON.parse(body.transformToString())).toMatchObject({
      content: [{ text: expect.stringContaining('LOCAL') }],
    });
  });
  test('another model', async () => {
    await expect(ask('amazon.nova-lite-v1:0', Policy)).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
  });
});
