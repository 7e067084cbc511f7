/** AWS's query protocol, as STS and IAM speak it: a form in, XML out. */
import type { Answer, Call } from './call.ts';
import type { Wire } from './wire.ts';
import { type Xml, xml } from './xml.ts';

const NAMESPACES = {
  sts: 'https://sts.amazonaws.com/doc/2011-06-15/',
  iam: 'https://iam.amazonaws.com/doc/2010-05-08/',
} as const;

export type QueryService = keyof typeof NAMESPACES;

/** Of what is answered to nobody's service in particular, too. */
export const namespaceOf = (service: string | null): string =>
  service === 'iam' ? NAMESPACES.iam : NAMESPACES.sts;

export const queryForm = ({ body }: Wire): URLSearchParams => new URLSearchParams(body.toString('utf8'));

/** @returns `null` where the request is none of this protocol. */
export const queryAction = (wire: Wire): string | null =>
  wire.method === 'POST' && wire.path === '/' ? queryForm(wire).get('Action') : null;

/** @param result - `undefined` for an operation whose answer says nothing but that it was done. */
export const queryAnswer = (
  service: QueryService,
  operation: string,
  call: Call,
  result: Xml | undefined,
): Answer => ({
  status: 200,
  headers: { 'content-type': 'text/xml' },
  body: xml(
    `${operation}Response`,
    { [`${operation}Result`]: result, ResponseMetadata: { RequestId: call.requestId } },
    NAMESPACES[service],
  ),
});
