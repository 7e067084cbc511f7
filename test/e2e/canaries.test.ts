/**
 * No secret at rest (rule 3): the whole story and many broken requests on the running stack, then
 * a search of every byte that they left anywhere, for every secret that they used.
 *
 * A search that finds nothing proves nothing by itself. So some secrets have a home, where they must be found; and in
 * the end one is put into each kind of place on purpose.
 */
import { randomBytes } from 'node:crypto';
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { subjectOf } from '../../cli/refresh.ts';
import { attestationFor, openProfile, readSession } from '../../cli/session.ts';
import { tellStory } from '../../local/story/tell.ts';
import { teller } from '../../local/story/teller.ts';
import { readTrail } from '../../local/story/trail.ts';
import { type Person, person, type Ran } from '../../local/story/writ.ts';
import { eventsIn, filesIn, modesIn, tablesOf } from '../support/places.ts';
import { type Message, recording } from '../support/recording.ts';
import { formsOf, type Place, type Secret, search, secretsIn, strays } from '../support/secrets.ts';
import { openStack, type RunningStack } from '../support/stack.ts';
import { Canaries, knownRequests, type Sent, strangersRequests } from './hostile-requests.ts';

let running: RunningStack;
let alice: Person;
const canaries = new Canaries();
const messages: Message[] = [];
/** What people and programs were told: by refusals, by the command, by the local AWS. */
const told: Place[] = [];
let secrets: readonly Secret[];

beforeAll(async () => {
  running = await openStack();
  const { stack, home } = running;
  const writ = join(import.meta.dirname, '..', 'support', 'recording-writ.ts');
  const recorded = { ...stack, local: { ...stack.local, writ } };
  vi.stubGlobal(
    'fetch',
    recording(fetch, (message) => messages.push(message)),
  );

  const story = teller((line) => told.push(place('the story', line)), false);
  await tellStory(recorded, story, home);
  expect(story.steps.filter(({ held }) => !held)).toEqual([]);

  alice = await person(join(home, 'alice'), { file: stack.file, command: writ });
  await sendBrokenRequests();
  await askWrit();
  await breakFunctions();
  await askAwsWithStolenKeys();
  await stack.aws.flush();
  secrets = await allSecrets();
}, 120_000);
afterAll(() => running.close());

const place = (name: string, text: string): Place => ({ name, bytes: Buffer.from(text) });

/** Waits for what is delivered in the background, then reads everything. */
async function everywhere(): Promise<readonly Place[]> {
  const refusals = messages
    .filter(({ status, url }) => status !== 200 && url.startsWith(running.stack.local.broker))
    .map(({ answer, url }) => place(`answer of ${new URL(url).pathname}`, JSON.stringify(answer)));
  return [
    ...(await tablesOf(running.stack)),
    ...(await filesIn(running.dir, 'stack')),
    ...(await filesIn(join(running.home, 'alice'), 'alice')),
    ...(await filesIn(join(running.home, 'mallory'), 'mallory')),
    ...refusals,
    ...told,
  ];
}

async function sendBrokenRequests(): Promise<void> {
  const send = async ({ path, init }: Sent) => {
    const response = await fetch(`${running.stack.local.broker}${path}`, init);
    return response.headers.get('dpop-nonce');
  };
  for (const sent of strangersRequests(canaries)) await send(sent);

  const profile = await openProfile(alice, 'local');
  const session = await readSession(profile);
  if (session === null) throw new Error('Alice is not signed in');
  const good = {
    token_endpoint: session.broker.token_endpoint,
    issuer: session.broker.issuer,
    key: profile.key,
    subject: subjectOf(session),
    actor: { agent: 'report-writer' },
    attestation: await attestationFor(profile, session, Math.floor(Date.now() / 1000)),
    details: {
      permission: 'reports-read',
      account: 'prod',
      task: 'FIN-1',
      purpose: 'End to end',
      parameters: { prefix: 'q3' },
      duration: 900,
    },
  };
  const nonce = await send({ name: 'nonce', path: '/token', init: { method: 'POST' } });
  const known = await knownRequests(good, nonce ?? '', canaries);
  for (const sent of known) await send(sent);
}

const WANTED = ['--permission', 'reports-read', '--account', 'prod', '--parameter', 'prefix=q3'];

/** The command, granted, refused, and with damaged files and servers around it. */
async function askWrit(): Promise<void> {
  const keep = ({ stdout, stderr }: Ran) => told.push(place('writ', stdout), place('writ', stderr));
  const asked = (purpose: string, permission: string[] = WANTED) => [
    ...['credentials', '--profile', 'local', ...permission, '--agent', 'report-writer'],
    ...['--task', 'FIN-2', '--purpose', purpose],
  ];
  // An issued writ's purpose is also a session tag, which CloudTrail logs.
  const issued = await alice.writ(
    ...asked(canaries.canary('purpose', /^(?:people|stack\/cloudtrail\/.* AssumeRole$)/)),
  );
  expect(issued.exit).toBe(0);
  const listed = await alice.writ('list', '--profile', 'local', '--json');
  const [live] = JSON.parse(listed.stdout).writs;
  const ended = await alice.writ(
    ...['revoke', live.writ, '--profile', 'local', '--reason', canaries.canary('reason', /^people /)],
    ...['--request-id', canaries.canary('request id', /^(?:ledger |stack\/evidence\/|writ$)/), '--json'],
  );
  expect(ended.exit).toBe(0);
  keep(ended);
  keep(await alice.writ('status', '--profile', 'local'));
  const refused = canaries.canary('purpose of a refusal', /^people /);
  keep(await alice.writ(...asked(refused, ['--permission', 'tickets-write', '--account', 'prod']), '--json'));

  const damaged = await person(join(running.home, 'damaged'), {
    file: join(running.home, 'damaged', 'local.json'),
    command: running.stack.local.writ,
  });
  await writeFile(join(damaged.home, 'local.json'), `{"users":"${canaries.canary('local.json')}`, {
    mode: 0o600,
  });
  keep(await damaged.writ('login', '--profile', 'local', '--as', 'alice'));
  const folder = join(damaged.home, 'state', 'writ', 'local');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(join(folder, 'device-key.json'), `{"d":"${canaries.canary('device-key.json')}"}`, {
    mode: 0o600,
  });
  keep(
    await damaged.writ(
      ...['credentials', '--profile', 'local', ...WANTED],
      ...['--agent', 'a', '--task', 'b', '--purpose', 'c'],
    ),
  );

  for (const status of [200, 400, 503]) {
    const said = `{"error":"${canaries.canary('a server')}","error_description":"${canaries.canary('a server')}`;
    const server = createServer((_, response) => response.writeHead(status).end(said)).listen(0, '127.0.0.1');
    await new Promise((listening) => server.once('listening', listening));
    const broker = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    keep(await damaged.writ('login', '--profile', `p${status}`, '--broker', broker, '--no-browser'));
    await new Promise((closed) => server.close(closed));
  }
}

/** Payloads that no handler expects, with the credentials of those who may invoke it. */
async function breakFunctions(): Promise<void> {
  const { stack } = running;
  const canary = canaries.canary('payload');
  const behindTheDoor = ['exchange', 'revoke', 'writs', 'status', 'schedule', 'sweep', 'reconcile'];
  const invokers = [
    ['mint', 'exchange'],
    ...behindTheDoor.map((name) => [name, 'front-door']),
    ['close', 'scheduler'],
  ] as const;
  for (const [name, invoker] of invokers) {
    const { accessKeyId, secretAccessKey, sessionToken } = stack.aws.serviceSession({
      service: `${invoker === 'scheduler' ? invoker : 'lambda'}.amazonaws.com`,
      roleArn: `arn:aws:iam::${stack.local.account}:role/writ-${invoker}`,
      roleSessionName: `writ-${invoker}`,
      durationSeconds: 900,
    });
    const lambda = new LambdaClient({
      region: stack.local.region,
      endpoint: stack.local.aws_endpoint,
      credentials: { accessKeyId, secretAccessKey, sessionToken },
    });
    const payloads = [
      canary,
      null,
      [canary],
      { intent: canary, subject_token: canary },
      { Records: canary },
      { writ: canary },
    ];
    for (const payload of payloads) {
      const Payload = Buffer.from(JSON.stringify(payload));
      const answer = await lambda.send(new InvokeCommand({ FunctionName: `writ-${name}`, Payload }));
      told.push(place(`answer of writ-${name}`, Buffer.from(answer.Payload ?? []).toString()));
    }
    lambda.destroy();
  }
}

async function askAwsWithStolenKeys(): Promise<void> {
  const { aws_endpoint, region } = running.stack.local;
  const [known] = (await readTrail(running.stack.local.cloudtrail_dir))
    .map(keyIdIn)
    .filter((id) => id !== null);
  for (const accessKeyId of [known ?? '', 'ASIALOCALUNKNOWNKEY1']) {
    const credentials = {
      accessKeyId,
      secretAccessKey: canaries.canary('secret access key'),
      sessionToken: canaries.canary('session token'),
    };
    const s3 = new S3Client({ region, endpoint: aws_endpoint, forcePathStyle: true, credentials });
    const asked = s3.send(new GetObjectCommand({ Bucket: 'example-reports', Key: 'q3/figures.csv' }));
    const error = await asked.catch((caught: unknown) => caught);
    told.push(place('answer of local AWS', JSON.stringify([String(error), error])));
    s3.destroy();
  }
}

const keyIdIn = (event: object): string | null =>
  /"accessKeyId":"(\w+)"/.exec(
    JSON.stringify('responseElements' in event ? event.responseElements : null),
  )?.[1] ?? null;

/** From what was sent and answered, from the files that hold keys, and from the local STS: every session it made. */
async function allSecrets(): Promise<readonly Secret[]> {
  const { stack, dir, home } = running;
  const lines = (await readFile(join(home, 'messages.jsonl'), 'utf8')).trimEnd().split('\n');
  const sent = [...messages, ...lines.map((line): Message => JSON.parse(line))].flatMap(secretsIn);
  const sessions = (await readTrail(stack.local.cloudtrail_dir)).flatMap((event) => {
    const session = stack.aws.registry.session(keyIdIn(event) ?? '');
    return session === null
      ? []
      : [
          { name: 'secretAccessKey', value: session.secretAccessKey },
          { name: 'sessionToken', value: session.sessionToken },
        ];
  });
  const pem = await readFile(join(dir, 'enrolment-key.pem'), 'utf8');
  const privateKey = async (file: string) => JSON.parse(await readFile(file, 'utf8')).d;
  const atHome: Secret[] = [
    ...stack.local.users.map(({ username, password }) => ({
      name: `password of ${username}`,
      value: password,
      home: /^stack\/local\.json$/,
    })),
    ...['AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'].map((name) => ({
      name: `a responder’s ${name}`,
      value: stack.local.responder[name as keyof typeof stack.local.responder],
      home: /^stack\/local\.json$/,
    })),
    ...(['doctor', 'privacy', 'auditor', 'openings'] as const).flatMap((who) =>
      (['AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'] as const).map((name) => ({
        name: `${who}: ${name}`,
        value: stack.local[who][name],
        home: /^stack\/local\.json$/,
      })),
    ),
    {
      name: 'nonce key',
      value: (await readFile(join(dir, 'nonce-keys'), 'utf8')).trim(),
      home: /^stack\/nonce-keys$/,
    },
    ...pem
      .split('\n')
      .filter((line) => /^[\w+/=]{40,}$/.test(line))
      .map((value, at) => ({
        name: `enrolment key, line ${at}`,
        value,
        home: /^stack\/enrolment-key\.pem$/,
      })),
    {
      name: 'key of the ready device',
      value: await privateKey(stack.local.device.key_file),
      home: /^stack\/device-key\.json$/,
    },
    {
      name: 'attestation of the ready device',
      value: (await readFile(stack.local.device.attestation_file, 'utf8')).trim(),
      home: /^stack\/device-attestation\.jwt$/,
    },
    ...(await Promise.all(
      ['alice', 'mallory'].map(async (who) => ({
        name: `device key of ${who}`,
        value: await privateKey(join(home, who, 'state', 'writ', 'local', 'device-key.json')),
        home: new RegExp(`^${who}/state/writ/local/device-key\\.json$`),
      })),
    )),
  ];
  const known = [...atHome, ...canaries.all];
  const taken = new Set(known.map(({ value }) => value));
  return [...known, ...[...sent, ...sessions].filter(({ value }) => !taken.has(value))];
}

describe('what was used', () => {
  test('every kind of secret was met, so that all of them are looked for', () => {
    expect([...new Set(secrets.map(({ name }) => name))]).toEqual(
      expect.arrayContaining([
        ...[
          'subject_token',
          'actor_token',
          'id_token',
          'access_token',
          'refresh_token',
          'client_attestation',
        ],
        ...['code', 'code_verifier', 'dpop', 'rnd', 'binding', 'cookie', 'SecretAccessKey', 'SessionToken'],
        ...['secretAccessKey', 'sessionToken', 'enrolment key, line 0', 'nonce key', 'device key of alice'],
      ]),
    );
  });

  test('refusals of Alice’s broken requests were recorded: there was something to leak into', async () => {
    const records = (await tablesOf(running.stack)).filter(({ name }) => /^ledger .* 00#refused$/.test(name));
    expect(records.length).toBeGreaterThan(5);
  });
});

describe('what was left', () => {
  test('no secret stands anywhere but where it belongs', async () => {
    expect(strays(search(await everywhere(), secrets), secrets)).toEqual([]);
  });

  test('and there the same search finds it', async () => {
    const found = search(await everywhere(), secrets);
    const withHome = secrets.filter(({ home }) => home !== undefined);
    expect(withHome.length).toBeGreaterThan(8);
    const unseen = withHome.filter(({ name }) => !found.some(({ secret }) => secret === name));
    expect(unseen.map(({ name }) => name)).toEqual([]);
  });

  test('files are their owner’s alone, and folders too', async () => {
    const modes = (
      await Promise.all(
        [running.dir, join(running.home, 'alice'), join(running.home, 'mallory')].map(modesIn),
      )
    ).flat();
    const names = modes.map(({ path }) => path.split('/').at(-1));
    expect(names).toEqual(
      expect.arrayContaining([
        ...['local.json', 'nonce-keys', 'enrolment-key.pem', 'device-key.json', 'device-attestation.jwt'],
        ...['session', 'attestation', 'cache', 'writ-exchange.log', 'CloudTrail'],
      ]),
    );
    expect(modes.some(({ path }) => /\/cache\/[0-9a-f]{64}$/.test(path))).toBe(true);
    expect(modes.filter(({ kind, mode }) => mode !== (kind === 'folder' ? '700' : '600'))).toEqual([]);
  });
});

describe('the same search finds what is put there on purpose', () => {
  const planted: Secret = { name: 'planted', value: `CANARY${randomBytes(18).toString('hex')}` };

  test('in each kind of place', async () => {
    const { stack, dir, home } = running;
    for (const TableName of Object.values(stack.local.tables)) {
      const Item = {
        pk: { S: 'PLANTED' },
        sk: { S: '0' },
        body: { S: JSON.stringify({ a: planted.value }) },
      };
      await stack.dynamodb.send(new PutItemCommand({ TableName, Item }));
    }
    await appendFile(join(dir, 'logs', 'writ-mint.log'), `{"message":"${planted.value}"}\n`);
    await appendFile(stack.local.bundle, planted.value);
    await appendFile(stack.file, planted.value);
    await appendFile(join(dir, 'nonce-keys'), planted.value);
    await writeFile(join(home, 'alice', 'state', 'writ', 'local', 'cache', 'planted'), planted.value);
    await writeFile(
      join(dir, 'cloudtrail', 'planted.json.gz'),
      trailFile({ requestParameters: { a: planted.value } }),
    );
    messages.push({
      url: stack.local.token_endpoint,
      request: { headers: [], body: '' },
      status: 400,
      answer: { headers: [], body: JSON.stringify({ error: planted.value }) },
    });
    told.push(place('writ', `writ: ${planted.value}`));

    const found = search(await everywhere(), [planted]).map((finding) => finding.place);
    expect(found.sort()).toEqual(
      [
        ...['control', 'ledger', 'people'].map((table) => `${table} PLANTED 0`),
        'alice/state/writ/local/cache/planted',
        'answer of /token',
        `stack/bundles/${stack.local.bundle.slice(dirname(stack.local.bundle).length + 1)}`,
        'stack/cloudtrail/planted.json.gz Planted',
        'stack/local.json',
        'stack/logs/writ-mint.log',
        'stack/nonce-keys',
        'writ',
      ].sort(),
    );
  });

  test.each([
    ['as it is', (secret: string) => secret],
    ['in base64 of a longer text', (secret: string) => Buffer.from(`body=${secret}&a=b`).toString('base64')],
    [
      'the same, a byte further',
      (secret: string) => Buffer.from(`body==${secret}&a=b`).toString('base64url'),
    ],
    [
      'the same, two bytes further',
      (secret: string) => Buffer.from(`body===${secret}&a=b`).toString('base64'),
    ],
    ['in hex', (secret: string) => Buffer.from(secret).toString('hex')],
    ['percent-encoded', encodeURIComponent],
    ['its own bytes in hex', (secret: string) => Buffer.from(secret, 'base64').toString('hex')],
    [
      'its own bytes in the other base64',
      (secret: string) => Buffer.from(secret, 'base64').toString('base64url'),
    ],
  ])('%s', (_, written) => {
    const secret = { name: 'key', value: `+/${randomBytes(28).toString('base64').replaceAll('=', '')}` };
    expect(search([place('log', `before ${written(secret.value)} after`)], [secret])).toHaveLength(1);
    expect(search([place('log', 'before after')], [secret])).toEqual([]);
  });

  test('a JWT by its claims or its signature alone, and never by its header', () => {
    const [header = '', claims = '', signature = ''] = ['header', 'claims', 'signature'].map((part) =>
      Buffer.from(`${part} ${randomBytes(18).toString('hex')}`).toString('base64url'),
    );
    const secret = { name: 'jwt', value: `${header}.${claims}.${signature}` };
    const found = (text: string) => search([place('log', text)], [secret]).length;
    expect([found(claims), found(signature), found(header)]).toEqual([1, 1, 0]);
    expect(formsOf(secret.value).length).toBeGreaterThan(10);
  });

  test('a session token in CloudTrail anywhere but in the one member that CloudTrail itself fills', () => {
    const found = (event: object) => search(eventsIn(trailFile(event), 'trail'), [planted]).length;
    const sessionToken = planted.value;
    expect(found({ responseElements: { credentials: { sessionToken } } })).toBe(0);
    expect(found({ responseElements: { credentials: { accessKeyId: sessionToken } } })).toBe(1);
    expect(found({ responseElements: { sessionToken } })).toBe(1);
    expect(found({ requestParameters: { credentials: { sessionToken } } })).toBe(1);
  });

  const trailFile = (event: object): Buffer =>
    gzipSync(JSON.stringify({ Records: [{ eventName: 'Planted', ...event }] }));
});
