import { Sha256 } from '@aws-crypto/sha256-js';
import { IAMClient } from '@aws-sdk/client-iam';
import { SignatureV4 } from '@smithy/signature-v4';
import { REGION } from '../core/aws-names.ts';
import { credentialsMissing, failureOfCode } from './aws-failure.ts';
import type { Network } from './broker.ts';
import { brokerFailure } from './broker-failure.ts';
import { Failure, usage } from './failure.ts';
import { careful } from './http.ts';

/** API Gateway's, whatever the API is called. */
const SERVICE = 'execute-api';
const API_HOST = /^(?:[a-z0-9]{1,32})\.execute-api\.([a-z0-9-]{1,32})\.amazonaws\.com(?:\.cn)?$/;

/** @returns the text of a 200. */
type Post = (url: string, form: URLSearchParams) => Promise<string>;

/**
 * Requests signed for API Gateway (SigV4), with credentials and Region as the AWS CLI finds them: in this process's own
 * environment, in AWS's files, from the machine.
 *
 * @param region - `undefined`: as the broker's host says, or as configured.
 * @throws Failure where there are no credentials, or IAM or the broker refuses.
 */
export async function signedPost(region: string | undefined, network: Network): Promise<Post> {
  if (region !== undefined && !REGION.test(region)) {
    throw usage('--region is the name of a Region, such as eu-central-1.');
  }
  // Not to call IAM with it: a client of the SDK finds credentials and Region as every other does.
  const { config } = new IAMClient({});
  const credentials = await config.credentials().catch(() => {
    throw credentialsMissing();
  });
  const configured = async () =>
    config.region().catch(() => {
      throw usage('The Region of the broker is not known.', 'Name it: --region, or AWS_REGION.');
    });
  return async (url, form) => {
    const { hostname, host, port, protocol, pathname } = new URL(url);
    const signer = new SignatureV4({
      service: SERVICE,
      region: region ?? API_HOST.exec(hostname)?.[1] ?? (await configured()),
      credentials,
      sha256: Sha256,
    });
    const body = form.toString();
    const signed = await signer.sign(
      {
        method: 'POST',
        protocol,
        hostname,
        ...(port === '' ? {} : { port: Number(port) }),
        path: pathname,
        query: {},
        headers: {
          host,
          'content-type': 'application/x-www-form-urlencoded',
          accept: 'application/json',
        },
        body,
      },
      { signingDate: new Date(network.clock()) },
    );
    // Whoever fetches sends the host by itself, and lets nobody else say it.
    const { host: _, ...headers } = signed.headers;
    const response = await careful(network.fetch)(url, { method: 'POST', headers, body });
    const text = await response.text();
    if (response.status === 200) return text;
    throw response.status === 403 || response.status === 401
      ? refused(response.headers.get('x-amzn-errortype'))
      : brokerFailure(response.status, text);
  };
}

/** API Gateway says so before any function of ours runs. */
function refused(errorType: string | null): Failure {
  const code = /^\w{1,64}/.exec(errorType ?? '')?.[0] ?? 'AccessDenied';
  const name = code.replace(/Exception$/, '');
  const isDenied = name === 'Forbidden' || name === 'MissingAuthenticationToken';
  const failure = failureOfCode(isDenied ? 'AccessDenied' : name, 'API Gateway did not let the request in.');
  // Whatever it is called, nothing of ours was at fault.
  return new Failure({ ...failure.fields, exit: 2 });
}
