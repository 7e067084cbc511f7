/**
 * `broker.yaml`: where and how the broker itself is deployed. It decides nothing that a request asks for, so it is no part
 * of the bundle: the stacks read it.
 */
import { z } from 'zod';
import { ACCOUNT_ID, ORGANIZATION_ID, REGION, ROOT_ID } from '../../aws-names.ts';
import { must } from './in-words.ts';

const arnOf = (service: string) =>
  z.string().regex(new RegExp(`^arn:aws:${service}:[^\\s]+$`), `must be an ARN of ${service}`);
const principals = (description: string) =>
  z
    .array(z.string().regex(/^arn:aws:(?:iam|sts)::(?:\d{12}|\*):[^\s]+$/, 'must be an ARN, or one with *'))
    .min(1)
    .describe(description);

const Domain = z
  .strictObject({
    name: z
      .string()
      .regex(/^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/, 'must be a host name'),
    certificate: arnOf('acm').describe('In the broker’s Region.'),
    zone: z
      .strictObject({
        id: z.string().regex(/^Z[A-Z0-9]+$/, 'must be the id of a hosted zone'),
        name: z.string(),
      })
      .describe('The Route 53 zone that gets the record. Default: none is made.')
      .optional(),
    truststore: z
      .string()
      .regex(/^s3:\/\/[a-z0-9.-]{3,63}\/.+$/, 'must be s3://bucket/key')
      .describe('Certificates of which a client must show one (mutual TLS).')
      .optional(),
  })
  .describe('The broker’s own name. Default: the one that API Gateway gives.');

const Organization = z
  .strictObject({
    root: z
      .string()
      .regex(ROOT_ID, 'must be the id of the organisation’s root')
      .describe('With it the stack WritMembers rolls the members’ templates out.'),
    id: z.string().regex(ORGANIZATION_ID, 'must be the id of the organisation'),
    deployers: principals(
      'Who may change roles and policies of Writ’s. Default: the roles of StackSets and of CDK.',
    ).optional(),
    responders: principals('Who may attach a deny directly, with nothing of Writ’s in the way.').optional(),
  })
  .describe('What guard rails and the roll-out need to know of the organisation.');

const Evidence = z
  .strictObject({
    lock: z
      .enum(['governance', 'compliance'])
      .describe(
        'How evidence is locked (S3 Object Lock). Default: governance, which an administrator can undo; compliance, which ' +
          'nobody can, nor shorten, nor delete the bucket before.',
      )
      .optional(),
    days: z.int().min(1).max(36_500).describe('For how long each object is locked. Default: 400.').optional(),
    origin: z
      .string()
      .regex(/^(?=.{1,200}$)[a-z0-9.-]+(?:\/[a-z0-9._-]+)*$/, 'must be a host, or host and path')
      .describe('The log’s name; never change it. Default: writ-<account>-<region>/evidence.')
      .optional(),
    trail: z
      .string()
      .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be the name of a bucket')
      .describe('Bucket with CloudTrail’s files, which auditors may read as well.')
      .optional(),
    elsewhere: z
      .strictObject({
        account: z
          .string(must('twelve digits in quotation marks'))
          .regex(ACCOUNT_ID, 'must be twelve digits in quotation marks'),
        bucket: z.string().regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/, 'must be the name of a bucket'),
        key: arnOf('kms').describe('Output KeyArn of the stack in that account.').optional(),
      })
      .describe('Another account that keeps the log. Default: the broker’s own.')
      .optional(),
  })
  .describe('The evidence log.');

export const BrokerFile = z
  .strictObject({
    account: z
      .string(must('twelve digits in quotation marks'))
      .regex(ACCOUNT_ID, 'must be twelve digits in quotation marks')
      .describe('The account that the broker runs in: best one of its own.'),
    region: z.string().regex(REGION, 'must be the name of a Region'),
    domain: Domain.optional(),
    vpcEndpoints: z
      .array(z.string().regex(/^vpce-[0-9a-f]{8,17}$/, 'must be the id of a VPC endpoint'))
      .min(1)
      .describe('With these the endpoint is private: only through them can it be reached.')
      .optional(),
    webAcl: z
      .union([arnOf('wafv2'), z.literal('none')], must('an ARN of wafv2, or none'))
      .describe('Default: one of its own, which limits what one address may ask.')
      .optional(),
    alarmTopics: z.array(arnOf('sns')).describe('Where alarms go, beside the broker’s own topic.').optional(),
    permissionsBoundary: arnOf('iam')
      .describe('A managed policy that every role of the broker gets.')
      .optional(),
    tags: z
      .record(z.string().regex(/^(?!aws:|writ:)[\w .:/=+@-]{1,128}$/, 'must be a tag'), z.string().max(256))
      .optional(),
    logDays: z
      .union([z.literal(30), z.literal(90), z.literal(180), z.literal(365), z.literal(400), z.literal(731)])
      .describe('How long function and access logs are kept. Default: 400.')
      .optional(),
    lab: z
      .boolean()
      .describe('A broker to throw away: no deletion protection, nothing is retained, nothing reserved.')
      .optional(),
    evidence: Evidence.optional(),
    organization: Organization.optional(),
  })
  .refine(
    ({ domain, vpcEndpoints }) => !(domain && vpcEndpoints),
    'domain and vpcEndpoints exclude each other',
  );
export type BrokerFile = z.infer<typeof BrokerFile>;
