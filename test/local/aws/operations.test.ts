import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createBedrock } from '../../../local/aws/bedrock.ts';
import { createDynamodb } from '../../../local/aws/dynamodb.ts';
import { createIam } from '../../../local/aws/iam.ts';
import { createKms } from '../../../local/aws/kms.ts';
import { createLambda } from '../../../local/aws/lambda.ts';
import { createObjects } from '../../../local/aws/objects.ts';
import { isService, listed, OPERATIONS } from '../../../local/aws/operations.ts';
import { createRegistry } from '../../../local/aws/registry.ts';
import { createS3 } from '../../../local/aws/s3.ts';
import { createScheduler } from '../../../local/aws/scheduler.ts';
import { createSqs } from '../../../local/aws/sqs.ts';
import { createQueues } from '../../../local/aws/sqs-queues.ts';
import { createSts } from '../../../local/aws/sts.ts';
import { NOW, REGION } from './world.ts';

test('what is listed is what is served', () => {
  const registry = createRegistry({ now: () => NOW, random: (bytes) => new Uint8Array(bytes) });
  const now = () => NOW;
  const nobody = async () => undefined;
  const scheduler = createScheduler({
    ...{ groups: [], region: REGION, registry, now, onFault: nobody },
    delivery: { invoke: nobody, bury: nobody },
  });
  const services = {
    sts: createSts(registry),
    s3: createS3(createObjects()),
    iam: createIam(registry),
    dynamodb: createDynamodb(null),
    lambda: createLambda(null),
    kms: createKms({}, REGION).service,
    sqs: createSqs(createQueues([], { region: REGION, now, id: () => '' })),
    scheduler: scheduler.service,
    bedrock: createBedrock(),
  };
  const served = Object.entries(services).map(([name, { operations }]) => [
    name,
    Object.keys(operations).sort(),
  ]);
  const list = Object.entries(OPERATIONS).map(([name, operations]) => [name, Object.keys(operations).sort()]);
  expect(served).toEqual(list);
});

/** What Writ's functions talk to directly on a laptop, or take from a file instead. */
const ELSEWHERE = ['dynamodb', 'dynamodb-streams', 'secrets-manager'];

/** What only `writ doctor` asks, which on a laptop says that it cannot tell. */
const NOT_ON_A_LAPTOP = ['cloudtrail', 'eks', 'organizations'];

test('every SDK command that Writ itself sends is served', () => {
  const imports = globSync('{adapters,lambda,cli}/**/*.ts').flatMap((file) =>
    [
      ...readFileSync(file, 'utf8').matchAll(/import \{([^}]*)\} from '@aws-sdk\/client-([a-z0-9-]+)'/g),
    ].flatMap(([, names = '', client = '']) =>
      [...names.matchAll(/\b(\w+)Command\b/g)].map(([, operation = '']) => ({ client, operation })),
    ),
  );
  const unserved = imports.filter(
    ({ client, operation }) =>
      ![...ELSEWHERE, ...NOT_ON_A_LAPTOP].includes(client) &&
      !(isService(client) && listed(client, operation) !== null),
  );
  expect(imports).toContainEqual({ client: 'sts', operation: 'AssumeRole' });
  expect(unserved).toEqual([]);
});

test.each(['toString', '__proto__', 'constructor', ''])('%j is no service and no operation', (name) => {
  expect(isService(name)).toBe(false);
  expect(listed('sts', name)).toBeNull();
});
