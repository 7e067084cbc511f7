/** The evidence log's bucket and key as they are deployed: what the archiver may write into it, and what nobody may. */
import { describe, expect, test } from 'vitest';
import { evidenceTemplate } from '../../cdk/evidence-stack.ts';
import { flags } from '../../cdk/installation.ts';
import { evaluate } from '../../core/iam/evaluate.ts';
import { parsePolicy } from '../../core/iam/parse.ts';
import type { BrokerFile } from '../../core/policy/config/broker.ts';
import type { PolicyDocument } from '../../core/session/policy-document.ts';
import { brokerTemplate, find, ofType, resolved, SETTINGS, type Template } from './synthesised.ts';

const template = brokerTemplate();
const EVIDENCE: BrokerFile['evidence'] = {
  elsewhere: {
    account: '777788889999',
    bucket: 'acme-evidence',
    key: 'arn:aws:kms:eu-central-1:777788889999:key/1',
  },
};

const bucketPolicy = (of: Template): PolicyDocument => {
  const [[, policy] = []] = ofType(of, 'AWS::S3::BucketPolicy');
  const parsed = parsePolicy(JSON.stringify(resolved(policy?.Properties.PolicyDocument, of)), 'resource');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed));
  return parsed.document;
};

const keyPolicy = (of: Template): PolicyDocument => {
  const [, { Properties }] = find(of, 'AWS::KMS::Key', { KeySpec: 'ECC_NIST_EDWARDS25519' });
  const parsed = parsePolicy(JSON.stringify(resolved(Properties.KeyPolicy, of)), 'resource');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed));
  return parsed.document;
};

/** What the archiver may by its own role, and by that bucket's policy. */
const roleOf = (of: Template): PolicyDocument => {
  const [, { Properties }] = find(of, 'AWS::IAM::Role', { RoleName: 'writ-archive' });
  const [policy] = resolved(
    Properties.Policies as readonly { readonly PolicyDocument: PolicyDocument }[],
    of,
  );
  if (policy === undefined) throw new Error('no policy');
  return policy.PolicyDocument;
};

const bucketArn = (policy: PolicyDocument): string => {
  const resources = policy.Statement.flatMap(({ Resource }) => Resource ?? []);
  return String(resources.find((arn) => !String(arn).includes('/')));
};

type Context = { readonly [key: string]: string };
const ONCE: Context = { 's3:if-none-match': '*', 'aws:SecureTransport': 'true', 's3:TlsVersion': '1.3' };
const locked = (days: number, mode = 'GOVERNANCE'): Context => ({
  ...ONCE,
  's3:object-lock-mode': mode,
  's3:object-lock-remaining-retention-days': String(days),
});

const session = (role: string): string => `arn:aws:sts::444455556666:assumed-role/${role}/${role}`;
const byRole = (role: string): Context => ({
  'aws:PrincipalArn': `arn:aws:iam::444455556666:role/${role}`,
});
const EVERYTHING: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
};

function decide(of: Template, action: string, path: string, context: Context): string {
  const resource = bucketPolicy(of);
  const request = {
    action: `s3:${action}`,
    resource: `${bucketArn(resource)}/${path}`,
    principal: session('writ-archive'),
    context: { ...byRole('writ-archive'), ...context },
  };
  return evaluate(request, { identity: [roleOf(of)], resource }).decision;
}

/** Which statement denies it to a role of the broker's account that IAM allows everything; `null`: none does. */
function deniedTo(role: string, action: string, resource: string, policy: PolicyDocument): string | null {
  const context = { ...locked(400), ...byRole(role), 'aws:ResourceAccount': '444455556666' };
  const request = { action, resource, principal: session(role), context };
  const { decision, by } = evaluate(request, { identity: [EVERYTHING], resource: policy });
  return decision === 'explicitDeny' ? (by?.statement ?? '') : null;
}

describe('by role and bucket policy together', () => {
  test.each([
    ['a segment, locked for as long as is written', 'segments/000000000000-ab.jsonl', locked(399), 'allowed'],
    ['a full tile', 'tile/0/000', locked(400), 'allowed'],
    ['a full bundle', 'tile/entries/x001/000', locked(400), 'allowed'],
    ['a kept checkpoint', 'checkpoints/000000000007', locked(400), 'allowed'],
    ['more than is wanted', 'tile/0/000', locked(4000, 'COMPLIANCE'), 'allowed'],
    ['a partial tile, locked for a week', 'tile/0/000.p/7', locked(6), 'allowed'],
    ['a partial bundle, not locked', 'tile/entries/000.p/7', ONCE, 'allowed'],
    ['the newest checkpoint, over another', 'checkpoint', { ...ONCE, 's3:if-none-match': '' }, 'allowed'],
    ['a segment without a lock', 'segments/000000000000-ab.jsonl', ONCE, 'explicitDeny'],
    ['a full tile for a week', 'tile/0/000', locked(6), 'explicitDeny'],
    ['a kept checkpoint for a day less', 'checkpoints/000000000007', locked(398), 'explicitDeny'],
    ['what has no place there', 'other', ONCE, 'explicitDeny'],
  ])('%s: %s', (_, path, context, decision) => {
    expect(decide(template, 'PutObject', path, context)).toBe(decision);
  });

  test.each(['segments/x', 'tile/0/000', 'tile/0/000.p/7', 'checkpoints/000000000007'])(
    '%s over what may stand there: denied',
    (path) => {
      const { 's3:if-none-match': _, ...over } = locked(400);
      expect(decide(template, 'PutObject', path, over)).toBe('explicitDeny');
    },
  );

  test.each(['DeleteObject', 'DeleteObjectVersion', 'BypassGovernanceRetention'])(
    '%s: denied to everybody, whatever else allows it',
    (action) => {
      const resource = bucketPolicy(template);
      const request = {
        action: `s3:${action}`,
        resource: `${bucketArn(resource)}/segments/x`,
        principal: 'arn:aws:iam::444455556666:role/admin',
        context: ONCE,
      };
      expect(evaluate(request, { identity: [EVERYTHING], resource }).decision).toBe('explicitDeny');
    },
  );

  test('with compliance, governance is not enough', () => {
    const strict = brokerTemplate({ evidence: { lock: 'compliance', days: 184 } });
    expect(decide(strict, 'PutObject', 'segments/x', locked(184))).toBe('explicitDeny');
    expect(decide(strict, 'PutObject', 'segments/x', locked(184, 'COMPLIANCE'))).toBe('allowed');
    const [, { Properties }] = find(strict, 'AWS::Lambda::Function', { FunctionName: 'writ-archive' });
    expect(Properties.Environment).toMatchObject({ Variables: { WRIT_EVIDENCE_LOCK: 'COMPLIANCE:184' } });
  });
});

describe('by others of the broker’s account, whatever IAM allows them', () => {
  const elsewhere = evidenceTemplate({ ...SETTINGS, evidence: EVIDENCE }, flags()) as Template;
  const PLACES = [
    ['in the broker’s account', template],
    ['in another account', elsewhere],
    ['in a laboratory', brokerTemplate({ lab: true })],
  ] as const;

  describe.each(PLACES)('%s', (_, of) => {
    const policy = bucketPolicy(of);
    const paths = ['checkpoint', 'checkpoints/000000000007', 'tile/0/000', 'tile/0/000.p/7', 'segments/x'];
    const actions = ['PutObject', 'PutObjectRetention', 'PutObjectLegalHold', 'ReplicateObject'];

    test.each(actions)('%s: of the archiver alone', (action) => {
      for (const path of paths) {
        const asked = [`s3:${action}`, `${bucketArn(policy)}/${path}`, policy] as const;
        for (const role of ['admin', 'writ-receipts', 'writ-archive-2']) {
          expect(deniedTo(role, ...asked)).toBe('WrittenByTheArchiver');
        }
        expect(deniedTo('writ-archive', ...asked)).toBeNull();
      }
    });

    test('kms:Sign: of the archiver alone', () => {
      const [[id = ''] = []] = ofType(of, 'AWS::KMS::Key').filter(([name]) => /Evidence/.test(name));
      const asked = ['kms:Sign', `arn:aws:kms:eu-central-1:444455556666:key/${id}`, keyPolicy(of)] as const;
      for (const role of ['admin', 'writ-receipts', 'writ-archive-2']) {
        expect(deniedTo(role, ...asked)).toBe('SignedByTheArchiver');
      }
      expect(deniedTo('writ-archive', ...asked)).toBeNull();
    });
  });

  test('the archiver signs, by its role and the key’s policy together', () => {
    const [id] = find(template, 'AWS::KMS::Key', { KeySpec: 'ECC_NIST_EDWARDS25519' });
    const request = {
      action: 'kms:Sign',
      resource: `arn:aws:kms:eu-central-1:444455556666:key/${id}`,
      principal: session('writ-archive'),
      context: byRole('writ-archive'),
    };
    const verdict = evaluate(request, { identity: [roleOf(template)], resource: keyPolicy(template) });
    expect(verdict.decision).toBe('allowed');
  });

  test('the bucket of a laboratory can still be emptied', () => {
    const policy = bucketPolicy(brokerTemplate({ lab: true }));
    for (const action of ['DeleteObject', 'DeleteObjectVersion', 'BypassGovernanceRetention']) {
      expect(deniedTo('admin', `s3:${action}`, `${bucketArn(policy)}/segments/x`, policy)).toBeNull();
    }
  });
});

test('the bucket is versioned, locks, is nobody’s in public, and stays; its key signs Ed25519', () => {
  const [[, bucket] = []] = ofType(template, 'AWS::S3::Bucket');
  expect(bucket).toMatchObject({
    DeletionPolicy: 'Retain',
    UpdateReplacePolicy: 'Retain',
    Properties: {
      ObjectLockEnabled: true,
      VersioningConfiguration: { Status: 'Enabled' },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
    },
  });
  // A default would hold the one object that is replaced, and each of its versions.
  expect(bucket?.Properties.ObjectLockConfiguration).toBeUndefined();
  expect(find(template, 'AWS::KMS::Key', { KeySpec: 'ECC_NIST_EDWARDS25519' })[1]).toMatchObject({
    DeletionPolicy: 'Retain',
    Properties: { KeyUsage: 'SIGN_VERIFY' },
  });
});

describe('in another account', () => {
  const broker = brokerTemplate({ evidence: EVIDENCE });
  const there = evidenceTemplate({ ...SETTINGS, evidence: EVIDENCE }, flags()) as Template;

  test('the broker has neither bucket nor key of it, and writes there', () => {
    expect(ofType(broker, 'AWS::S3::Bucket')).toEqual([]);
    const [, { Properties }] = find(broker, 'AWS::Lambda::Function', { FunctionName: 'writ-archive' });
    expect(Properties.Environment).toMatchObject({
      Variables: {
        WRIT_EVIDENCE_BUCKET: 'acme-evidence',
        WRIT_EVIDENCE_KEY: EVIDENCE?.elsewhere?.key,
        WRIT_EVIDENCE_ORIGIN: 'writ-444455556666-eu-central-1/evidence',
      },
    });
  });

  test('its key must be there first, and the error says how', () => {
    const { key: _, ...unnamed } = EVIDENCE?.elsewhere ?? { account: '', bucket: '' };
    expect(() => brokerTemplate({ evidence: { elsewhere: unnamed } })).toThrow('evidence.template.json');
  });

  test('there the same is denied, and only the two functions are let in', () => {
    const policy = bucketPolicy(there);
    const sids = policy.Statement.flatMap(({ Sid }) => Sid ?? []);
    expect(sids).toEqual(expect.arrayContaining(['WrittenOnce', 'Locked', 'LongEnough', 'DeletedByNobody']));
    const allows = policy.Statement.filter(({ Effect }) => Effect === 'Allow');
    for (const { Condition } of allows) {
      for (const arn of [Condition?.ArnEquals?.['aws:PrincipalArn'] ?? 'anybody'].flat()) {
        expect(arn).toMatch(/^arn:aws:iam::444455556666:role\/writ-(?:archive|receipts)$/);
      }
    }
    expect(allows.flatMap(({ Action }) => Action ?? [])).not.toContainEqual(
      expect.stringMatching(/Delete|Bypass|\*/),
    );
  });

  test('what has no such account has no such template', () => {
    expect(evidenceTemplate(SETTINGS, flags())).toBeNull();
  });
});

test('auditors read evidence and ask for receipts, and can do nothing else', () => {
  const [, { Properties }] = find(template, 'AWS::IAM::ManagedPolicy', { ManagedPolicyName: 'writ-auditor' });
  const { Statement } = resolved(Properties.PolicyDocument as PolicyDocument, template);
  expect(Statement.flatMap(({ Action }) => Action ?? []).sort()).toEqual([
    'cloudtrail:DescribeTrails',
    'cloudtrail:ListPublicKeys',
    'execute-api:Invoke',
    'kms:GetPublicKey',
    's3:GetObject',
    's3:GetObjectRetention',
    's3:GetObjectVersion',
    's3:ListBucket',
  ]);
});

test('who forgets people deletes openings, and writes that down where nothing else stands', () => {
  const [, { Properties }] = find(template, 'AWS::IAM::ManagedPolicy', { ManagedPolicyName: 'writ-privacy' });
  const { Statement } = resolved(Properties.PolicyDocument as PolicyDocument, template);
  const told = Statement.filter(({ Action }) =>
    [Action].flat().some((each) => String(each).startsWith('dynamodb:')),
  );
  expect(told).toMatchObject([
    {
      Action: ['dynamodb:DeleteItem', 'dynamodb:Query'],
      Resource: expect.stringMatching(/TablesPeople\w+$/),
    },
    {
      Action: 'dynamodb:PutItem',
      Resource: expect.stringMatching(/TablesLedger\w+$/),
      Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['FORGOTTEN#*'] } },
    },
  ]);
});

test('who hands openings to an auditor reads the table of people, and can change nothing', () => {
  const [, { Properties }] = find(template, 'AWS::IAM::ManagedPolicy', {
    ManagedPolicyName: 'writ-openings',
  });
  const { Statement } = resolved(Properties.PolicyDocument as PolicyDocument, template);
  expect(Statement.flatMap(({ Action }) => Action ?? []).sort()).toEqual([
    'dynamodb:Query',
    'kms:Decrypt',
    'kms:DescribeKey',
    'lambda:GetFunctionConfiguration',
  ]);
  expect(Statement.map(({ Resource }) => String(Resource))).toEqual([
    expect.stringMatching(/TablesPeople\w+$/),
    expect.stringMatching(/:function:writ-exchange$/),
    expect.any(String),
  ]);
});
