/** IAM in front of the routes that it guards, as API Gateway has it: whose signature, and may he call this route? */
import type { IncomingMessage } from 'node:http';
import { authenticate } from './aws/authenticate.ts';
import { policiesOf, refusal } from './aws/authorize.ts';
import { AwsError } from './aws/errors.ts';
import type { Registry } from './aws/registry.ts';
import { parseAuthorization } from './aws/sigv4.ts';
import type { Wire } from './aws/wire.ts';
import { API_ARN, REGION } from './names.ts';

/** A caller whom IAM lets through; or how API Gateway refuses. */
export type Admitted = { readonly userArn: string } | { readonly status: number; readonly message: string };

const SERVICE = 'execute-api';

/** @param now - Milliseconds since 1970. */
export function admit(
  request: IncomingMessage,
  path: string,
  body: Buffer,
  registry: Registry,
  now: number,
): Admitted {
  const wire = wireOf(request, path, body);
  if (parseAuthorization(wire.headers.authorization)?.service !== SERVICE) {
    return { status: 403, message: 'Missing Authentication Token' };
  }
  try {
    const session = authenticate(wire, 'rest', { registry, region: REGION, now });
    const role = registry.roleByName(session.roleName);
    if (role === null) return { status: 403, message: 'Forbidden' };
    const policies = policiesOf(role, session, registry, now);
    const route = `${API_ARN}/${wire.method}${path}`;
    const words = refusal(
      { session, role, wire, region: REGION, now },
      policies,
      'execute-api:Invoke',
      route,
    );
    return words === null ? { userArn: session.arn } : { status: 403, message: words };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return { status: 403, message: error.message };
  }
}

function wireOf(request: IncomingMessage, path: string, body: Buffer): Wire {
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, String(value ?? '')]),
  );
  const query = (request.url ?? '').split('?')[1] ?? '';
  const address = request.socket.remoteAddress ?? '';
  return { method: request.method ?? '', path, query, headers, body, address };
}
