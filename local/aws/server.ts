/** The local AWS: one HTTP server on the loopback, the services behind it, the trail of what they did. */
import type { Clock, Random } from '../../core/ports.ts';
import { createBedrock } from './bedrock.ts';
import type { Answer } from './call.ts';
import { createTrail } from './cloudtrail.ts';
import { dispatch, perform, type Services } from './dispatch.ts';
import { createDynamodb } from './dynamodb.ts';
import { createEngine } from './dynamodb-engine.ts';
import { createIam } from './iam.ts';
import { createKms, type KmsOptions, type LocalKey } from './kms.ts';
import { createLambda, type Functions } from './lambda.ts';
import { type AnyRequest, type AnyResponse, listen } from './listener.ts';
import { createObjects, type Objects } from './objects.ts';
import type { Registry, Session } from './registry.ts';
import { createS3 } from './s3.ts';
import { createScheduler } from './scheduler.ts';
import { createDelivery } from './scheduler-delivery.ts';
import { assumeAsService, type ServiceSession } from './service-session.ts';
import { createSqs } from './sqs.ts';
import type { QueueInput } from './sqs-queue.ts';
import { createQueues } from './sqs-queues.ts';
import { createSts } from './sts.ts';
import { readWire } from './wire.ts';

export interface AwsOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** The only Region there is. */
  readonly region: string;
  /** Below it the trail's files appear, under `AWSLogs/`. */
  readonly cloudtrailDir: string;
  readonly registry: Registry;
  readonly now: Clock;
  readonly random: Random;
  /** Buckets that are there from the start. */
  readonly buckets?: readonly string[];
  /** Where objects are kept as files; without it, in memory. */
  readonly dataDir?: string;
  /** URL of a DynamoDB engine; without it DynamoDB answers `NotImplemented`. */
  readonly dynamodbEndpoint?: string;
  readonly functions?: Functions;
  readonly kms?: KmsOptions;
  /** SQS's queues, those of dead letters before those that use them. */
  readonly queues?: readonly QueueInput[];
  /** The Scheduler's groups beside `default`. */
  readonly scheduleGroups?: readonly string[];
  /** Milliseconds until requests are judged by a change to a managed policy; default 0, at most ten minutes. */
  readonly iamDelayMillis?: number;
  /**
   * Told of what went wrong in here, a function's role that does not trust Lambda among it. The default prints name
   * and place of the error, not its message: that could quote what a caller sent.
   */
  readonly onFault?: (error: unknown) => void;
}

export interface LocalAws {
  /** `http://127.0.0.1:<port>`, the same for every service. */
  readonly endpoint: string;
  readonly registry: Registry;
  /** To seed buckets and to look at what calls left there. */
  readonly objects: Objects;
  /** The first of KMS's keys, and all of them. */
  readonly kmsKey: LocalKey;
  readonly kmsKeys: readonly LocalKey[];
  /** Credentials for what a service runs, and CloudTrail's event of it. @throws Error if the role says no. */
  serviceSession(wanted: ServiceSession): Session;
  /** Sets `iamDelayMillis` anew, for changes made before as well. @throws RangeError */
  setIamDelay(millis: number): void;
  /** On return every call answered so far is in a CloudTrail file. */
  flush(): Promise<void>;
  /** Stops listening, lets running calls end, flushes. */
  close(): Promise<void>;
}

/** Starts it on 127.0.0.1. @throws when the port is taken or a file cannot be read. */
export async function startAws(options: AwsOptions): Promise<LocalAws> {
  const { registry, region, now, random } = options;
  const trail = createTrail({ dir: options.cloudtrailDir, now, random });
  registry.policies.setDelay(options.iamDelayMillis ?? 0);
  const objects = createObjects(options.dataDir);
  for (const bucket of options.buckets ?? []) objects.createBucket(bucket);
  const { dynamodbEndpoint } = options;
  const engine = dynamodbEndpoint === undefined ? null : createEngine(dynamodbEndpoint, region, now);
  const kms = createKms(options.kms ?? {}, region);
  const id = () => uuid(random(16));
  const onFault = options.onFault ?? printPlace;
  const queues = createQueues(options.queues ?? [], { region, now, id });
  const serviceSession = (wanted: ServiceSession): Session =>
    assumeAsService(wanted, { registry, trail, region, now: now(), id });
  const scheduler = createScheduler({
    ...{ groups: options.scheduleGroups ?? [], region, registry, now, onFault },
    delivery: createDelivery({
      region,
      assume: serviceSession,
      perform: (name, wire, session) =>
        perform({ name, wire, session, requestId: id(), now: now() }, surroundings),
    }),
  });
  const services: Services = {
    sts: createSts(registry),
    s3: createS3(objects),
    iam: createIam(registry),
    dynamodb: createDynamodb(engine),
    lambda: createLambda(options.functions ?? null),
    kms: kms.service,
    sqs: createSqs(queues),
    scheduler: scheduler.service,
    bedrock: createBedrock(),
  };
  const surroundings = { services, registry, region, trail, now, id, onFault };

  async function serve(request: AnyRequest, response: AnyResponse): Promise<void> {
    const wire = await readWire(request);
    write(response, 'status' in wire ? wire : await dispatch(wire, surroundings), now());
  }
  const server = await listen(options.port, serve);

  return {
    endpoint: `http://127.0.0.1:${server.port}`,
    registry,
    objects,
    kmsKey: kms.key,
    kmsKeys: kms.keys,
    serviceSession,
    setIamDelay: (millis) => registry.policies.setDelay(millis),
    flush: () => trail.flush(),
    async close() {
      // Who waits for a message would wait on, and so would the server for him.
      queues.close();
      await server.close();
      await scheduler.close();
      await trail.close();
    },
  };
}

function write(response: AnyResponse, answer: Answer, now: number): void {
  // SDKs learn the server's time from `Date`, so it must be the clock that we judge by.
  response.sendDate = false;
  const body = Buffer.from(answer.body ?? '');
  const headers = { 'content-length': body.length, date: new Date(now).toUTCString(), ...answer.headers };
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.statusCode = answer.status;
  response.end(body);
}

function printPlace(error: unknown): void {
  const [name, stack] = error instanceof Error ? [error.name, error.stack ?? ''] : ['something', ''];
  const frames = stack.split('\n').filter((line) => line.startsWith('    at '));
  process.stderr.write(`local AWS: ${name}\n${frames.slice(0, 5).join('\n')}\n`);
}

/** RFC 9562 §5.4, from 16 random bytes. */
function uuid(random: Uint8Array): string {
  const bytes = Buffer.from(random);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
