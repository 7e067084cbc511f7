/** The local AWS: one HTTP server on the loopback, the services behind it, the trail of what they did. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock, Random } from '../../core/ports.ts';
import { createBedrock } from './bedrock.ts';
import type { Answer } from './call.ts';
import { createTrail } from './cloudtrail.ts';
import { dispatch, type Services } from './dispatch.ts';
import { createDynamodb } from './dynamodb.ts';
import { createEngine } from './dynamodb-engine.ts';
import { createKms, type KmsOptions, type LocalKey } from './kms.ts';
import { createLambda, type Functions } from './lambda.ts';
import { createObjects, type Objects } from './objects.ts';
import type { Registry, Session } from './registry.ts';
import { createS3 } from './s3.ts';
import { assumeAsService, type ServiceSession } from './service-session.ts';
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
}

export interface LocalAws {
  /** `http://127.0.0.1:<port>`, the same for every service. */
  readonly endpoint: string;
  readonly registry: Registry;
  /** To seed buckets and to look at what calls left there. */
  readonly objects: Objects;
  readonly kmsKey: LocalKey;
  /** Credentials for what a service runs, and CloudTrail's event of it. @throws Error if the role says no. */
  serviceSession(wanted: ServiceSession): Session;
  /** On return every call answered so far is in a CloudTrail file. */
  flush(): Promise<void>;
  /** Stops listening, lets running calls end, flushes. */
  close(): Promise<void>;
}

/** Starts it on 127.0.0.1. @throws when the port is taken or a file cannot be read. */
export async function startAws(options: AwsOptions): Promise<LocalAws> {
  const { registry, region, now, random } = options;
  const trail = createTrail({ dir: options.cloudtrailDir, region, now, random });
  const objects = createObjects(options.dataDir);
  for (const bucket of options.buckets ?? []) objects.createBucket(bucket);
  const { dynamodbEndpoint } = options;
  const engine = dynamodbEndpoint === undefined ? null : createEngine(dynamodbEndpoint, region, now);
  const kms = createKms(options.kms ?? {}, region);
  const services: Services = {
    sts: createSts(registry),
    s3: createS3(objects),
    dynamodb: createDynamodb(engine),
    lambda: createLambda(options.functions ?? null),
    kms: kms.service,
    bedrock: createBedrock(),
  };
  const id = () => uuid(random(16));
  const surroundings = { services, registry, region, trail, now, id };

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const wire = await readWire(request);
    if ('status' in wire) return write(response, wire, now());
    write(response, await dispatch(wire, surroundings), now());
  }

  const server = createServer((request, response) => {
    // Only a connection that broke can fail here: `dispatch` answers everything else.
    serve(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;

  return {
    endpoint: `http://127.0.0.1:${port}`,
    registry,
    objects,
    kmsKey: kms.key,
    serviceSession: (wanted) => assumeAsService(wanted, { registry, trail, region, now: now(), id }),
    flush: () => trail.flush(),
    async close() {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      server.closeIdleConnections();
      await closed;
      await trail.close();
    },
  };
}

function write(response: ServerResponse, answer: Answer, now: number): void {
  // SDKs learn the server's time from `Date`, so it must be the clock that we judge by.
  response.sendDate = false;
  const body = Buffer.from(answer.body ?? '');
  response.writeHead(answer.status, {
    'content-length': body.length,
    date: new Date(now).toUTCString(),
    ...answer.headers,
  });
  response.end(body);
}

/** RFC 9562 §5.4, from 16 random bytes. */
function uuid(random: Uint8Array): string {
  const bytes = Buffer.from(random);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
