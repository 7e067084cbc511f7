/** What of AWS's SDK is in a function: its credentials come from its environment, and from nowhere else. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { functionBundle, functionNames, writeBundle } from '../build.ts';

const STAND_IN = 'lambda/edge/aws-sdk/credentials.ts';
const ROADS = /credential-provider|token-providers|nested-clients/;

const bundleOf = (contents: string) => {
  const { entryPoints: _, ...options } = functionBundle('planted');
  const stdin = { contents, resolveDir: options.absWorkingDir, loader: 'ts' as const };
  return { ...options, stdin };
};

describe('every function', () => {
  test.each(functionNames())('%s has one road to credentials, or no client at all', async (name) => {
    const { outputs } = (await esbuild.build(functionBundle(name))).metafile;
    const inputs = Object.values(outputs).flatMap((output) =>
      Object.entries(output.inputs).flatMap(([input, { bytesInOutput }]) =>
        bytesInOutput > 0 ? [input] : [],
      ),
    );
    const client = inputs.some((input) => /@aws-sdk\/client-/.test(input));
    expect(client).toBe(name !== 'metadata');
    expect(inputs.includes(STAND_IN)).toBe(client);
    expect(inputs.filter((input) => ROADS.test(input))).toEqual([]);
  });
});

describe('the build ends', () => {
  const errorsOf = async (contents: string, importer?: string) => {
    const plant: esbuild.Plugin = {
      name: 'plant',
      setup: (build) =>
        build.onLoad({ filter: /client-sqs\/dist-es\/runtimeConfig\.js$/ }, () =>
          importer === undefined ? null : { contents: importer, loader: 'js' },
        ),
    };
    const { plugins, ...options } = bundleOf(contents);
    const built = esbuild.build({ ...options, plugins: [plant, ...(plugins ?? [])] });
    return built.then(
      () => [],
      ({ errors }: esbuild.BuildFailure) => errors.map(({ text }) => text),
    );
  };
  const CLIENT = "import { SQSClient } from '@aws-sdk/client-sqs'; export const client = new SQSClient();";

  test.each(['ini', 'http', 'process', 'web-identity', 'sso'])(
    'where a function would load the SDK’s provider “%s”',
    async (provider) => {
      const errors = await errorsOf(`import '@aws-sdk/credential-provider-${provider}';`);
      expect(errors[0]).toContain('a function has its credentials from its environment alone');
    },
  );

  test('where it would ask an instance for its own', async () => {
    const errors = await errorsOf("import '@smithy/credential-provider-imds';");
    expect(errors[0]).toContain('a function has its credentials from its environment alone');
  });

  test('where a client wants something of the chain that the stand-in has not', async () => {
    const errors = await errorsOf(
      CLIENT,
      "import { newChain } from '@aws-sdk/credential-provider-node'; export const getRuntimeConfig = newChain;",
    );
    expect(errors).toEqual([expect.stringContaining('No matching export')]);
  });
});

describe('a built function', () => {
  let folder: string;
  let server: Server;
  let url: string;
  let asked: { readonly url: string | undefined; readonly authorization: string | undefined }[];

  /** SQS's ListQueues, and what it said of a failure; `stream` loads what an operation that streams would. */
  const PROGRAM = `
    import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
    const client = new SQSClient({ region: 'eu-central-1', endpoint: process.env.PLANTED_ENDPOINT, maxAttempts: 1 });
    const done = process.env.PLANTED_STREAM
      ? client.config.protocol.loadEventStreamCapability()
      : client.send(new ListQueuesCommand({}));
    await done.then(() => console.log('answered'), ({ name, message }) => console.log(name + ': ' + message));
  `;
  const CREDENTIALS = {
    AWS_ACCESS_KEY_ID: 'ASIALOCALPLANTED',
    AWS_SECRET_ACCESS_KEY: 'planted',
    AWS_SESSION_TOKEN: 'planted-session',
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'writ-sdk-'));
    await writeBundle(await esbuild.build({ ...bundleOf(PROGRAM), outfile: join(folder, 'index.mjs') }));
    server = createServer((request: IncomingMessage, response) => {
      asked.push({ url: request.url, authorization: request.headers.authorization });
      response.end(JSON.stringify({ AccessKeyId: 'ASIASTRANGER', SecretAccessKey: 'x', Token: 'x' }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true });
  });
  beforeEach(() => {
    asked = [];
  });

  const run = async (env: { readonly [name: string]: string }): Promise<string> => {
    const child = spawn(process.execPath, [join(folder, 'index.mjs')], {
      env: { PLANTED_ENDPOINT: url, ...env },
    });
    let printed = '';
    child.stdout.on('data', (text) => {
      printed += text;
    });
    await new Promise((resolve) => child.on('close', resolve));
    return printed.trim();
  };

  test('signs with the credentials of its environment', async () => {
    expect(await run(CREDENTIALS)).toBe('answered');
    expect(asked).toEqual([{ url: '/', authorization: expect.stringContaining('ASIALOCALPLANTED/') }]);
  });

  test.each(Object.keys(CREDENTIALS))('fails without %s, by its name', async (variable) => {
    expect(await run({ ...CREDENTIALS, [variable]: '' })).toBe(
      `CredentialsProviderError: ${variable} is missing: a function has its role's credentials from Lambda alone`,
    );
    expect(asked).toEqual([]);
  });

  test('asks nobody else for any, whatever its environment names', async () => {
    const profile = fileURLToPath(new URL('support/planted-profile.ini', import.meta.url));
    const said = await run({
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url}/credentials`,
      AWS_EC2_METADATA_SERVICE_ENDPOINT: url,
      AWS_SHARED_CREDENTIALS_FILE: profile,
      AWS_PROFILE: 'planted',
    });
    expect(said).toMatch(/^CredentialsProviderError: AWS_ACCESS_KEY_ID is missing/);
    expect(asked).toEqual([]);
  });

  test('fails by name where it would stream events, and does not go on without', async () => {
    expect(await run({ ...CREDENTIALS, PLANTED_STREAM: 'yes' })).toBe(
      'Error: this function was built without event streams: see build-sdk.ts',
    );
  });
});
