import { sha256Hex } from '../../core/encoding/hash.ts';
import type { Clock } from '../../core/ports.ts';
import { sharedError } from './errors.ts';
import { amzDate, signature } from './sigv4.ts';

/**
 * The engine's own key pair: it stores and does not judge, so this is no secret. The stack signs with it, and so does
 * what is forwarded from here. Writ's functions sign with their roles' sessions, as on AWS: an engine that keeps a
 * database for each key pair (DynamoDB Local without `-sharedDb`) would show them no tables.
 */
export const ENGINE_CREDENTIALS = { accessKeyId: 'ENGINELOCAL', secretAccessKey: 'no-secret' } as const;

/** An engine that hangs must not hang the caller; milliseconds. */
const TIMEOUT = 10_000;

export interface Engine {
  /** Sends one operation's body unchanged. @throws AwsError when the engine cannot be reached. */
  send(
    operation: string,
    body: Uint8Array,
  ): Promise<{ readonly status: number; readonly body: Uint8Array; readonly errorType: string }>;
}

/** @param endpoint - `http://127.0.0.1:8473`: dynoxide, or any other DynamoDB. */
export function createEngine(endpoint: string, region: string, now: Clock): Engine {
  const url = new URL(endpoint);
  return {
    async send(operation, body) {
      const date = amzDate(now());
      const headers = {
        'content-type': 'application/x-amz-json-1.0',
        host: url.host,
        'x-amz-date': date,
        'x-amz-target': `DynamoDB_20120810.${operation}`,
      };
      const signedHeaders = Object.keys(headers);
      const scope = { date: date.slice(0, 8), region, service: 'dynamodb', signedHeaders };
      const signed = signature(
        { method: 'POST', path: '/', query: '', headers },
        scope,
        sha256Hex(body),
        ENGINE_CREDENTIALS.secretAccessKey,
      );
      const credential = `${ENGINE_CREDENTIALS.accessKeyId}/${scope.date}/${region}/dynamodb/aws4_request`;
      const { host: _, ...sent } = headers;
      let response: Response;
      let bytes: Uint8Array;
      try {
        response = await fetch(url, {
          method: 'POST',
          body: Buffer.from(body),
          headers: {
            ...sent,
            authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${signedHeaders.join(';')}, Signature=${signed}`,
          },
          redirect: 'error',
          signal: AbortSignal.timeout(TIMEOUT),
        });
        bytes = await response.bytes();
      } catch {
        throw sharedError('internal', 'json', 'The DynamoDB engine did not answer.');
      }
      return { status: response.status, body: bytes, errorType: response.ok ? '' : errorType(bytes) };
    },
  };
}

function errorType(body: Uint8Array): string {
  try {
    const { __type } = JSON.parse(Buffer.from(body).toString('utf8'));
    return /[A-Za-z]{1,64}$/.exec(String(__type))?.[0] ?? 'Unknown';
  } catch {
    return 'Unknown';
  }
}

/** A table's key schema does not change while it lives; kept for each engine. */
const schemas = new WeakMap<Engine, Map<string, string>>();

/**
 * The partition key's attribute of a table or index.
 *
 * @returns `null` when there is no such table: the engine will say so, after the caller has been judged.
 */
export async function keySchema(engine: Engine, table: string, index?: string): Promise<string | null> {
  const known = schemas.get(engine) ?? new Map<string, string>();
  schemas.set(engine, known);
  const name = `${table}/${index ?? ''}`;
  const before = known.get(name);
  if (before !== undefined) return before;
  const answer = await engine.send('DescribeTable', Buffer.from(JSON.stringify({ TableName: table })));
  if (answer.status !== 200) return null;
  const { Table } = JSON.parse(Buffer.from(answer.body).toString('utf8'));
  const described =
    index === undefined
      ? Table
      : [...(Table.GlobalSecondaryIndexes ?? []), ...(Table.LocalSecondaryIndexes ?? [])].find(
          (each) => each.IndexName === index,
        );
  const hash = described?.KeySchema?.find(
    (key: { KeyType: string }) => key.KeyType === 'HASH',
  )?.AttributeName;
  if (typeof hash !== 'string') return null;
  known.set(name, hash);
  return hash;
}
