import type { Conditions } from '../../../core/session/policy-document.ts';
import type { JudgeCase } from '../judge-case.ts';
import { allow, arnOfTarget, deny, MINT, targetRole } from '../roles.ts';
import type { ServiceCall } from '../service-call.ts';

const GET = { operation: 'GetObject', Bucket: 'reports', Key: 'q3/sum.csv' } as const;
const list = (more: { Prefix?: string; MaxKeys?: number; Delimiter?: string }): ServiceCall => ({
  operation: 'ListObjectsV2',
  Bucket: 'reports',
  ...more,
});
const ITEM = { operation: 'GetItem', TableName: 'tickets' } as const;

/** What a request itself says of time, place and content, read by a condition. */
export function requestKeyCases(now: number): JudgeCase[] {
  const at = (seconds: number): string => new Date((now + seconds) * 1000).toISOString();
  const rows: readonly (readonly [name: string, condition: Conditions, call: ServiceCall])[] = [
    ['the hour is not over', { DateLessThan: { 'aws:CurrentTime': at(3600) } }, GET],
    ['the hour is over', { DateLessThan: { 'aws:CurrentTime': at(-3600) } }, GET],
    ['an hour ahead in another offset', { DateLessThan: { 'aws:CurrentTime': offset(now + 3600) } }, GET],
    ['an hour ago in another offset', { DateLessThan: { 'aws:CurrentTime': offset(now - 3600) } }, GET],
    ['seconds since 1970', { NumericGreaterThan: { 'aws:EpochTime': String(now - 3600) } }, GET],
    ['seconds since 1970, to come', { NumericGreaterThan: { 'aws:EpochTime': String(now + 3600) } }, GET],
    ['a date of seconds since 1970', { DateGreaterThan: { 'aws:EpochTime': String(now - 3600) } }, GET],
    ['its address', { IpAddress: { 'aws:SourceIp': '127.0.0.1/32' } }, GET],
    ['its address without prefix', { IpAddress: { 'aws:SourceIp': '127.0.0.1' } }, GET],
    ['its network', { IpAddress: { 'aws:SourceIp': ['192.0.2.0/24', '127.0.0.0/8'] } }, GET],
    ['another network', { IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } }, GET],
    ['not another network', { NotIpAddress: { 'aws:SourceIp': '192.0.2.0/24' } }, GET],
    ['no TLS', { Bool: { 'aws:SecureTransport': 'false' } }, GET],
    ['TLS', { Bool: { 'aws:SecureTransport': 'true' } }, GET],
    ['no service between', { Bool: { 'aws:ViaAWSService': 'false' } }, GET],
    ['a service between', { Bool: { 'aws:ViaAWSService': 'true' } }, GET],
    ['a VPC', { StringEquals: { 'aws:SourceVpc': 'vpc-1' } }, GET],
    ['not that VPC', { StringNotEquals: { 'aws:SourceVpc': 'vpc-1' } }, GET],
    ['its account', { StringEquals: { 'aws:PrincipalAccount': '000000000000' } }, GET],
    ['another account', { StringEquals: { 'aws:PrincipalAccount': '444455556666' } }, GET],
    ['its kind of principal', { StringEquals: { 'aws:PrincipalType': 'AssumedRole' } }, GET],
    ['its Region', { StringEquals: { 'aws:RequestedRegion': 'us-east-1' } }, ITEM],
    ['another Region', { StringEquals: { 'aws:RequestedRegion': 'eu-central-1' } }, ITEM],
    ['the resource’s account', { StringEquals: { 'aws:ResourceAccount': '000000000000' } }, ITEM],
    ['the resource’s other account', { StringNotEquals: { 'aws:ResourceAccount': '000000000000' } }, ITEM],
    ['its prefix', { StringLike: { 's3:prefix': 'q3/*' } }, list({ Prefix: 'q3/' })],
    ['another prefix', { StringLike: { 's3:prefix': 'q3/*' } }, list({ Prefix: 'q4/' })],
    ['no prefix', { StringLike: { 's3:prefix': 'q3/*' } }, list({})],
    ['the empty prefix', { StringEquals: { 's3:prefix': '' } }, list({ Prefix: '' })],
    ['a listing without prefix', { Null: { 's3:prefix': 'true' } }, list({})],
    ['few keys', { NumericLessThanEquals: { 's3:max-keys': '10' } }, list({ MaxKeys: 10 })],
    ['too many keys', { NumericLessThanEquals: { 's3:max-keys': '10' } }, list({ MaxKeys: 11 })],
    ['no number of keys', { NumericLessThanEquals: { 's3:max-keys': '10' } }, list({})],
    ['its delimiter', { StringEquals: { 's3:delimiter': '/' } }, list({ Delimiter: '/' })],
    ['another delimiter', { StringEquals: { 's3:delimiter': '/' } }, list({ Delimiter: '-' })],
    ['its item', { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['one'] } }, ITEM],
    ['another item', { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['two'] } }, ITEM],
  ];
  return rows.flatMap(([name, condition, call], index) => {
    const sided = (effect: 'Allow' | 'Deny'): JudgeCase => {
      const statements =
        effect === 'Allow' ? [{ ...allow('*'), Condition: condition }] : [allow('*'), deny('*', condition)];
      const role = targetRole(`asks-${index}-${effect.toLowerCase()}`, statements);
      return {
        name: `${effect} on condition of ${name}`,
        roles: [MINT, role],
        caller: { role: MINT.name },
        assume: { RoleArn: arnOfTarget(role.name), RoleSessionName: 'report-writer' },
        call,
      };
    };
    return [sided('Allow'), sided('Deny')];
  });
}

/** The same instant as two hours east of Greenwich write it. */
const offset = (seconds: number): string =>
  new Date((seconds + 7200) * 1000).toISOString().replace(/\.\d+Z$/, '+02:00');
