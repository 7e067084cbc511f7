import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Credentials } from './judge-case.ts';

/** One IAM operation, which answers nothing that we need. @throws Error with IAM's code when it is refused. */
export type IamAdmin = (
  action: string,
  parameters: { readonly [name: string]: string | undefined },
) => Promise<void>;

/** IAM's query protocol, signed: the few operations with which a deploy makes roles. No client of the SDK for them. */
export function iamAdmin(endpoint: string, credentials: Credentials): IamAdmin {
  const { hostname, port, host } = new URL(endpoint);
  const signer = new SignatureV4({ service: 'iam', region: 'us-east-1', credentials, sha256: Sha256 });
  return async (action, parameters) => {
    const given = Object.entries(parameters).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value] as [string, string]],
    );
    const body = new URLSearchParams([['Action', action], ['Version', '2010-05-08'], ...given]).toString();
    const { headers } = await signer.sign({
      method: 'POST',
      protocol: 'http:',
      hostname,
      port: Number(port),
      path: '/',
      query: {},
      headers: { host, 'content-type': 'application/x-www-form-urlencoded' },
      body,
    });
    const { host: _, ...sent } = headers;
    const response = await fetch(endpoint, { method: 'POST', headers: sent, body });
    if (response.ok) return;
    const code = /<Code>(\w+)<\/Code>/.exec(await response.text())?.[1] ?? 'no code';
    throw new Error(`IAM ${action} for ${parameters.RoleName ?? ''}: ${response.status} ${code}`);
  };
}
