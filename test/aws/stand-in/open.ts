/** A laboratory without an account: `local/aws` judges, and what it does not serve is answered in a few lines. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PolicyDocument } from '../../../core/session/policy-document.ts';
import { WRIT_ID_RANDOM_BYTES, writId } from '../../../core/writ-id.ts';
import { ACCOUNT } from '../../../local/aws/account.ts';
import { createRegistry } from '../../../local/aws/registry.ts';
import { startAws } from '../../../local/aws/server.ts';
import { startDynamoDb } from '../../../local/dynoxide.ts';
import { noParts, type Part } from '../../../local/parts.ts';
import { freePort } from '../../support/dynamodb.ts';
import { createCleanup } from '../cleanup.ts';
import { type Clients, type Credentials, clientsWith, destroy } from '../clients.ts';
import { type Laboratory, NAME_PREFIX } from '../laboratory.ts';
import { document } from '../roles.ts';
import { type Answers, answerBy } from './answers.ts';
import { bucketAnswers } from './buckets.ts';
import { iamAnswers } from './iam.ts';
import { keyAnswers } from './keys.ts';
import { queueAnswers } from './queues.ts';
import { stackAnswers } from './stacks.ts';
import { tableAnswers } from './tables.ts';

export interface StandIn extends Part {
  readonly lab: Laboratory;
  /** Somebody else of the account, who may assume any role that lets him. */
  readonly stranger: Clients;
  /** What was measured. */
  readonly said: readonly string[];
  /** What there is of the tests' names, in the services that the stand-in keeps itself. */
  left(): readonly string[];
}

export const ORGANIZATION = { root: 'r-abcd', member: '111122223333' };
const REGION = 'eu-central-1';

const none = (): never => {
  throw new TypeError('no function');
};
const NO_FUNCTIONS = { has: () => false, names: () => [], configuration: none, invoke: async () => none() };

export const TESTER_POLICY = JSON.parse(
  readFileSync(new URL('../policy.json', import.meta.url), 'utf8'),
) as PolicyDocument;

/** @param otherwise - What AWS does otherwise here than the sentence of a check says: it must notice. */
export async function openStandIn(
  options: { readonly otherwise?: Answers; readonly withinMillis?: number } = {},
): Promise<StandIn> {
  const parts = noParts();
  try {
    const cloudtrailDir = mkdtempSync(join(tmpdir(), 'writ-aws-'));
    parts.keep({ close: async () => rmSync(cloudtrailDir, { recursive: true, force: true }) });
    const [now, random] = [Date.now, (bytes: number) => new Uint8Array(randomBytes(bytes))];
    const engine = parts.keep(await startDynamoDb(await freePort(), {}));
    const registry = createRegistry({ now, random });
    const aws = parts.keep(
      await startAws({
        ...{ port: 0, region: REGION, cloudtrailDir, registry, now, random },
        dynamodbEndpoint: engine.endpoint,
        functions: NO_FUNCTIONS,
      }),
    );
    // No more than whoever runs the tests is told to have.
    registry.putRole({ name: 'tester', trust: document(), inline: { tests: TESTER_POLICY } });
    const tester = registry.issue({ roleName: 'tester', roleSessionName: 'alice', durationSeconds: 3600 });
    const { accessKeyId, secretAccessKey, sessionToken } = tester;

    const stacks = stackAnswers(ACCOUNT, () => clients.iam);
    const [queues, keys, buckets] = [queueAnswers(ACCOUNT, REGION, now), keyAnswers(), bucketAnswers(now)];
    const tables = tableAnswers(engine.endpoint, REGION);
    parts.keep({ close: async () => tables.close() });
    const opened: Clients[] = [];
    parts.keep({ close: async () => opened.forEach(destroy) });
    const clientsWithLayers = (credentials: Credentials, layers: readonly Answers[]): Clients => {
      const made = clientsWith({ region: REGION, credentials, endpoint: aws.endpoint });
      opened.push(made);
      return answerBy(made, [options.otherwise ?? {}, ...layers]);
    };
    // Sessions' calls are all judged; only what the tester makes and removes is answered here.
    const kept = [stacks, queues, keys, buckets, tables].map(({ answers }) => answers);
    const clients: Clients = clientsWithLayers({ accessKeyId, secretAccessKey, sessionToken }, [
      ...kept,
      iamAnswers(registry),
    ]);
    const clientsOf: Laboratory['clientsOf'] = (credentials) => clientsWithLayers(credentials, []);

    const assumeAll = document({ Effect: 'Allow', Action: 'sts:*', Resource: '*' });
    registry.putRole({ name: 'stranger', trust: document(), inline: { all: assumeAll } });
    const other = registry.issue({ roleName: 'stranger', roleSessionName: 'mallory', durationSeconds: 3600 });

    const said: string[] = [];
    const lab: Laboratory = {
      ...{ account: ACCOUNT, region: REGION, userId: tester.assumedRoleId, clients, clientsOf, now },
      run: writId(now(), random(WRIT_ID_RANDOM_BYTES)),
      cleanup: createCleanup(),
      patience: { withinMillis: options.withinMillis ?? 5_000, everyMillis: 20, times: 1 },
      say: (line) => said.push(line),
      organization: ORGANIZATION,
    };
    return {
      lab,
      said,
      stranger: clientsOf({
        ...{ accessKeyId: other.accessKeyId, secretAccessKey: other.secretAccessKey },
        sessionToken: other.sessionToken,
      }),
      left: () => [
        ...[...stacks.names(), ...queues.names(), ...keys.names(), ...buckets.names()],
        ...registry.roles(`/${NAME_PREFIX.slice(0, -1)}/`).map(({ name }) => name),
        ...registry.policies.list().map(({ arn }) => arn),
      ],
      close: () => parts.close(),
    };
  } catch (error) {
    await parts.close();
    throw error;
  }
}
