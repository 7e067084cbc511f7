/** The minimal floor without the SDK: what is left is what `node:http`, `jose` and the signatures cost. */
import { bareCall } from './bare-calls.ts';
import { readFloor } from './floor.ts';
import { serve } from './gauge.ts';
import { minimalBroker } from './minimal.ts';

const dynamodb = new URL(process.env.AWS_ENDPOINT_URL_DYNAMODB ?? '');
const sts = new URL(process.env.AWS_ENDPOINT_URL_STS ?? '');
const PUT = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'DynamoDB_20120810.PutItem' };
const QUERY = { 'content-type': 'application/x-www-form-urlencoded' };
const floor = readFloor();

/** awsQuery numbers the members of a list from 1. */
function query({ Tags = [], TransitiveTagKeys = [], ...plain }: typeof floor.assumeRole): string {
  const form = new URLSearchParams({ Action: 'AssumeRole', Version: '2011-06-15' });
  for (const [name, value] of Object.entries(plain)) form.set(name, String(value));
  Tags.forEach(({ Key = '', Value = '' }, index) => {
    form.set(`Tags.member.${index + 1}.Key`, Key);
    form.set(`Tags.member.${index + 1}.Value`, Value);
  });
  TransitiveTagKeys.forEach((key, index) => {
    form.set(`TransitiveTagKeys.member.${index + 1}`, key);
  });
  return form.toString();
}

const inside = (xml: string, name: string): string =>
  new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1] ?? '';

await serve([
  minimalBroker(floor, {
    put: (Item) => bareCall(dynamodb, 'dynamodb', PUT, JSON.stringify({ TableName: 'ledger', Item })),
    async assumeRole(input) {
      const xml = await bareCall(sts, 'sts', QUERY, query(input));
      const names = ['AccessKeyId', 'SecretAccessKey', 'SessionToken', 'Expiration'];
      return Object.fromEntries(names.map((name) => [name, inside(xml, name)]));
    },
  }),
]);
