import type { APIGatewayProxyEvent, APIGatewayProxyEventV2, Context } from 'aws-lambda';

/** One valid request in each of API Gateway's shapes; a test changes one thing. */
export const FORM = 'grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange';

export const CONTEXT = {} as Context;

type Rest = Pick<
  APIGatewayProxyEvent,
  'httpMethod' | 'headers' | 'multiValueHeaders' | 'body' | 'isBase64Encoded'
>;

export const restEvent = (change: Partial<Rest> = {}): APIGatewayProxyEvent =>
  ({
    httpMethod: 'POST',
    path: '/token',
    headers: { Host: 'evil.example', 'X-Forwarded-For': '203.0.113.66', DPoP: 'one.two.three' },
    multiValueHeaders: {
      Host: ['evil.example'],
      'X-Forwarded-For': ['203.0.113.66'],
      DPoP: ['one.two.three'],
    },
    requestContext: { identity: { sourceIp: '198.51.100.7' } },
    body: FORM,
    isBase64Encoded: false,
    ...change,
  }) as unknown as APIGatewayProxyEvent;

export const httpApiEvent = (change: Partial<APIGatewayProxyEventV2> = {}): APIGatewayProxyEventV2 =>
  ({
    version: '2.0',
    rawPath: '/token',
    headers: { host: 'evil.example', 'x-forwarded-for': '203.0.113.66', dpop: 'one.two.three' },
    requestContext: { http: { method: 'POST', sourceIp: '198.51.100.7' } },
    body: FORM,
    isBase64Encoded: false,
    ...change,
  }) as unknown as APIGatewayProxyEventV2;
