/**
 * The whole stack with its three people signed in, for bad days of ending: their sessions, what AWS says to them, what
 * the ledger says of them.
 *
 * The command runs in this process: it is the same code, and a test asks for a hundred of them.
 */
import { join } from 'node:path';
import { BedrockRuntimeClient, InvokeModelCommand } from '@aws-sdk/client-bedrock-runtime';
import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { expect, vi } from 'vitest';
import { run } from '../../cli/main.ts';
import { type Asked, ask, type Credentials, type Wanted } from '../../local/story/ask.ts';
import { getObject, sortTicket } from '../../local/story/calls.ts';
import { type Person, person, type Ran } from '../../local/story/writ.ts';
import { openStack, type RunningStack } from './stack.ts';

/** Somebody's live session. */
export interface Live {
  readonly writ: string;
  readonly permission: string;
  readonly credentials: Credentials;
}

/** One item of the ledger, its body opened. */
export interface Told {
  readonly sk: string;
  readonly record: { readonly [field: string]: unknown };
}

export interface EndingStack extends RunningStack {
  /** Finance, and responsible for nothing. */
  readonly alice: Person;
  /** Support. */
  readonly bob: Person;
  /** A responder, who may end anything. */
  readonly carol: Person;
  /** Somebody on one more device. */
  readonly onAnotherDevice: (username: string) => Promise<Person>;
  /** A new session; each asks for a task of its own, unless it names one. */
  readonly issue: (who: Person, change?: Partial<Wanted>) => Promise<Live>;
  /** The same, where it may be refused. */
  readonly tries: (who: Person, change?: Partial<Wanted>) => Promise<Asked>;
  /** As a responder, without whose name nothing is typed. */
  readonly revoke: (who: Person, ...args: readonly string[]) => Promise<Ran>;
  /** The session's own call: `works`, `denied` by the deny policy, or what else AWS said. */
  readonly use: (live: Live) => Promise<string>;
  readonly untilDenied: (...live: readonly Live[]) => Promise<void>;
  readonly story: (pk: string) => Promise<readonly Told[]>;
}

/** More than the slowest machine takes; nothing here waits for so long where all is well. */
export const PATIENCE = { timeout: 25_000, interval: 100 } as const;

const ASKS: { readonly [permission: string]: Partial<Wanted> } = {
  'reports-read': { parameters: ['prefix=q3'] },
};

export async function openEnding(): Promise<EndingStack> {
  const running = await openStack();
  const { stack, home } = running;
  const at = { file: stack.file, command: stack.local.writ };
  let made = 0;

  const signedIn = async (folder: string, username: string): Promise<Person> => {
    const someone = inThisProcess(await person(join(home, folder), at));
    for (const args of [['login', '--as', username], ['enroll']]) {
      const { exit, stderr } = await someone.writ(...args, '--profile', 'local');
      if (exit !== 0) throw new Error(`writ ${args[0]} failed: ${stderr}`);
    }
    return someone;
  };
  const people = await Promise.all(['alice', 'bob', 'carol'].map((name) => signedIn(name, name)));
  const [alice, bob, carol] = people as [Person, Person, Person];

  const wantedBy = (who: Person, change: Partial<Wanted>): Wanted => {
    made += 1;
    const permission = change.permission ?? (who === bob ? 'tickets-write' : 'reports-read');
    return {
      permission,
      agent: who === bob ? 'ticket-triage' : 'report-writer',
      task: `K-${made}`,
      purpose: 'A bad day',
      ...ASKS[permission],
      ...change,
    };
  };
  const tries = (who: Person, change: Partial<Wanted> = {}) => ask(stack, who, wantedBy(who, change));

  async function use({ permission, credentials }: Live): Promise<string> {
    const calls: { readonly [permission: string]: () => Promise<string> } = {
      'reports-read': () => getObject(stack, credentials, 'q3/figures.csv'),
      'tickets-write': () => sortTicket(stack, credentials, 'T-1'),
      'summaries-run': () => summarise(stack.local, credentials),
    };
    const said = (await calls[permission]?.()) ?? 'no call is known for it';
    if (!/AccessDenied|not authorized/.test(said)) return /^\w+: /.test(said) ? said : 'works';
    return said.includes('explicit deny in an identity-based policy') ? 'denied' : said;
  }

  return {
    ...running,
    ...{ alice, bob, carol, tries, use },
    onAnotherDevice: (username) => signedIn(`${username}-on-another-device`, username),
    async issue(who, change = {}) {
      const wanted = wantedBy(who, change);
      const { granted, said } = await ask(stack, who, wanted);
      if (granted === null) throw new Error(said);
      return { ...granted, permission: wanted.permission };
    },
    revoke: (who, ...args) => who.writ('revoke', ...args, '--profile', 'local', '--reason', 'A bad day'),
    untilDenied: async (...live) => {
      for (const each of live) await vi.waitFor(async () => expect(await use(each)).toBe('denied'), PATIENCE);
    },
    async story(pk) {
      const { Items = [] } = await stack.dynamodb.send(
        new QueryCommand({
          TableName: stack.local.tables.ledger,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': { S: pk } },
          ConsistentRead: true,
        }),
      );
      return Items.map(({ sk, body }) => ({ sk: sk?.S ?? '', record: JSON.parse(body?.S ?? 'null') }));
    },
  };
}

function inThisProcess(someone: Person): Person {
  return {
    ...someone,
    writ: async (...argv) => {
      let [stdout, stderr] = ['', ''];
      const exit = await run({
        argv,
        env: someone.env,
        cwd: someone.home,
        home: someone.home,
        stdout: { write: (text) => (stdout += text), isTerminal: false },
        stderr: { write: (text) => (stderr += text), isTerminal: false },
        readLine: async () => null,
        fetch: (...of) => fetch(...of),
        clock: Date.now,
        openBrowser: null,
        node: process.execPath,
        script: '/opt/writ/dist/writ.js',
      });
      return { exit, stdout, stderr };
    },
  };
}

async function summarise(
  { region, aws_endpoint }: { readonly region: string; readonly aws_endpoint: string },
  { AccessKeyId, SecretAccessKey, SessionToken }: Credentials,
): Promise<string> {
  const client = new BedrockRuntimeClient({
    region,
    endpoint: aws_endpoint,
    credentials: {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: SessionToken,
    },
  });
  try {
    await client.send(new InvokeModelCommand({ modelId: 'amazon.nova-lite-v1:0', body: '{}' }));
    return '"summarised"';
  } catch (error) {
    return String(error);
  } finally {
    client.destroy();
  }
}

/** Records of one type, as the ledger has them under a key. */
export const recordsOf = (story: readonly Told[], type: string) =>
  story.map(({ record }) => record).filter((record) => record.type === type);
