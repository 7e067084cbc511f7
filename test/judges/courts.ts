/** Both judges, up, with the same buckets, objects and tables. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ENGINE_CREDENTIALS } from '../../local/aws/dynamodb-engine.ts';
import { createRegistry } from '../../local/aws/registry.ts';
import { startAws } from '../../local/aws/server.ts';
import { startDynamoDb } from '../../local/dynoxide.ts';
import { REGION } from '../../local/names.ts';
import { noParts, type Part } from '../../local/parts.ts';
import { freePort } from '../support/dynamodb.ts';
import type { Judge } from './judge-case.ts';
import { localJudge } from './local-judge.ts';
import { startMinistack } from './ministack.ts';
import { type MinistackJudge, ministackJudge } from './ministack-judge.ts';
import { createTables, seedLocal, seedMinistack } from './seed.ts';

export interface Courts extends Part {
  readonly ours: Judge;
  readonly theirs: MinistackJudge;
}

/** @throws Error when something does not start; what had started is stopped. */
export async function openCourts(env: NodeJS.ProcessEnv): Promise<Courts> {
  const parts = noParts();
  try {
    const ministack = parts.keep(await startMinistack(env));
    const cloudtrailDir = mkdtempSync(join(tmpdir(), 'writ-judges-'));
    parts.keep({ close: async () => rmSync(cloudtrailDir, { recursive: true, force: true }) });
    const engine = parts.keep(await startDynamoDb(await freePort(), env));
    const [now, random] = [Date.now, randomBytes];
    const registry = createRegistry({ now, random });
    const aws = parts.keep(
      await startAws({
        ...{ port: 0, region: REGION, cloudtrailDir, registry, now, random },
        dynamodbEndpoint: engine.endpoint,
      }),
    );
    seedLocal(aws.objects);
    await seedMinistack(ministack.endpoint);
    for (const { endpoint } of [engine, ministack]) await createTables(endpoint);
    return {
      ours: localJudge(aws),
      theirs: ministackJudge(ministack.endpoint, ENGINE_CREDENTIALS),
      close: () => parts.close(),
    };
  } catch (error) {
    await parts.close();
    throw error;
  }
}
