import { describe, expect, test } from 'vitest';
import { aws } from '../../../../core/policy/presets/aws.ts';
import { github } from '../../../../core/policy/presets/github.ts';
import { kubernetes } from '../../../../core/policy/presets/kubernetes.ts';
import { spiffe } from '../../../../core/policy/presets/spiffe.ts';
import { verifyActor } from '../../../../core/tokens/actor.ts';
import { NOW } from '../../../support/clock.ts';
import { accepted } from '../../../support/outcome.ts';
import { problemsOf } from '../installation.ts';
import { type Change, presetWorld } from './world.ts';

const broker = 'https://writ.example.com';
const token = 'actor_token';
const refused = (reason: string, fields: object = {}) => ({ ok: false, refusal: { reason, ...fields } });
const unknownIssuer = refused('token_issuer_unknown', { token });
const unknownActor = refused('actor_unknown');
const wrongAudience = refused('token_audience', { token });
const rule = (claim: string) => refused('token_claim', { token, claim });

describe('GitHub Actions', async () => {
  const subject = 'repo:octo-org@123456/octo-repo@456789:ref:refs/heads/main';
  const answers = { 'owner-id': '123456', broker };
  const world = await presetWorld(
    github,
    answers,
    {
      alg: 'RS256',
      header: { typ: 'JWT', x5t: 'Hy2B' },
      claims: {
        jti: 'f6e0b0a2-7b1c-4d2e-9f3a-1b2c3d4e5f60',
        sub: subject,
        aud: broker,
        ref: 'refs/heads/main',
        sha: '0a1b2c3d4e5f60718293a4b5c6d7e8f901234567',
        repository: 'octo-org/octo-repo',
        repository_owner: 'octo-org',
        repository_owner_id: '123456',
        run_id: '1234567890',
        run_number: '10',
        run_attempt: '1',
        repository_visibility: 'private',
        repository_id: '456789',
        actor_id: '12',
        actor: 'octocat',
        workflow: 'triage',
        head_ref: '',
        base_ref: '',
        event_name: 'schedule',
        ref_protected: 'true',
        ref_type: 'branch',
        workflow_ref: 'octo-org/octo-repo/.github/workflows/triage.yml@refs/heads/main',
        job_workflow_ref: 'octo-org/octo-repo/.github/workflows/triage.yml@refs/heads/main',
        runner_environment: 'github-hosted',
        iss: 'https://token.actions.githubusercontent.com',
        nbf: NOW - 600,
        exp: NOW + 300,
        iat: NOW - 10,
      },
    },
    subject,
  );
  const verify = (change: Change = {}) => verifyActor(world.make(change), world.proof, world.context);

  test('the workflow is its agent', async () => {
    expect(accepted(await verify()).agent.agent).toBe('writer');
  });

  test.each([
    [
      'another owner',
      {
        claims: {
          sub: 'repo:evil@999/octo-repo@456789:ref:refs/heads/main',
          repository_owner: 'evil',
          repository_owner_id: '999',
        },
      },
      rule('repository_owner_id'),
    ],
    [
      'whoever took the name of the owner, with a subject of the old form',
      { claims: { sub: 'repo:octo-org/octo-repo:ref:refs/heads/main', repository_owner_id: '999' } },
      rule('repository_owner_id'),
    ],
    [
      'another repository of the owner',
      { claims: { sub: 'repo:octo-org@123456/other@1:ref:refs/heads/main', repository_id: '1' } },
      unknownActor,
    ],
    [
      'another branch',
      {
        claims: { sub: 'repo:octo-org@123456/octo-repo@456789:ref:refs/heads/evil', ref: 'refs/heads/evil' },
      },
      unknownActor,
    ],
    [
      'a pull request',
      { claims: { sub: 'repo:octo-org@123456/octo-repo@456789:pull_request', event_name: 'pull_request' } },
      unknownActor,
    ],
    [
      'a token made for its owner, as it is unless told',
      { claims: { aud: 'https://github.com/octo-org' } },
      wrongAudience,
    ],
    ['an enterprise server', { claims: { iss: 'https://ghe.example.com/_services/token' } }, unknownIssuer],
  ])('%s is refused', async (_, change, expected) => {
    expect(await verify(change)).toEqual(expected);
  });

  test('without a rule on the owner it does not load', () => {
    const text = github.file(answers).replace(/require:\n.*\n/, '');
    expect(problemsOf({ 'issuers/ci.yaml': text })).toMatchObject([
      { problem: expect.stringContaining('it signs for strangers too: require one of repository_owner') },
    ]);
  });
});

describe('Kubernetes', async () => {
  const cluster = 'https://oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE';
  const subject = 'system:serviceaccount:agents:report-writer';
  const bound = {
    namespace: 'agents',
    node: { name: 'ip-10-0-1-2.eu-central-1.compute.internal', uid: '1a2b3c4d-0000-4000-8000-000000000001' },
    pod: { name: 'report-writer-7c9f-x2x4z', uid: '1a2b3c4d-0000-4000-8000-000000000002' },
    serviceaccount: { name: 'report-writer', uid: '1a2b3c4d-0000-4000-8000-000000000003' },
  };
  const world = await presetWorld(
    kubernetes,
    { cluster, namespace: 'agents', broker },
    {
      alg: 'RS256',
      header: {},
      claims: {
        aud: [broker],
        exp: NOW + 540,
        iat: NOW - 60,
        iss: cluster,
        jti: '9f8e7d6c-0000-4000-8000-000000000004',
        'kubernetes.io': bound,
        nbf: NOW - 60,
        sub: subject,
      },
    },
    subject,
  );
  const verify = (change: Change = {}) => verifyActor(world.make(change), world.proof, world.context);

  test('the service account is its agent, and the keys are where EKS has them', async () => {
    expect(accepted(await verify()).actor.sub).toBe(subject);
    expect(world.issuer.keys).toEqual({ jwks_uri: `${cluster}/keys` });
  });

  test.each([
    [
      'the same account in another cluster',
      { claims: { iss: 'https://oidc.eks.eu-central-1.amazonaws.com/id/OTHER' } },
      unknownIssuer,
    ],
    [
      'another cluster that takes our name, with its own key',
      { key: world.stranger },
      refused('token_signature', { token }),
    ],
    [
      'another namespace',
      {
        claims: {
          sub: 'system:serviceaccount:evil:report-writer',
          'kubernetes.io': { ...bound, namespace: 'evil' },
        },
      },
      rule('kubernetes.io.namespace'),
    ],
    [
      'an old token, from a secret',
      { claims: { 'kubernetes.io': undefined } },
      rule('kubernetes.io.namespace'),
    ],
    [
      'another account of the namespace',
      { claims: { sub: 'system:serviceaccount:agents:default' } },
      unknownActor,
    ],
    ["the cluster's own token", { claims: { aud: ['https://kubernetes.default.svc'] } }, wrongAudience],
  ])('%s is refused', async (_, change, expected) => {
    expect(await verify(change)).toEqual(expected);
  });

  test.each([
    [
      'https://container.googleapis.com/v1/projects/p/locations/europe-west3/clusters/c',
      'https://container.googleapis.com/v1/projects/p/locations/europe-west3/clusters/c/jwks',
    ],
    [
      'https://westeurope.oic.prod-aks.azure.com/1111/2222/',
      'https://westeurope.oic.prod-aks.azure.com/1111/2222/openid/v1/jwks',
    ],
  ])('of %s the keys are at %s', (issuer, keys) => {
    expect(kubernetes.file({ cluster: issuer, namespace: 'a', broker })).toContain(`jwks_uri: "${keys}"`);
  });
});

describe('SPIFFE', async () => {
  const iss = 'https://spire-oidc.example.org';
  const subject = 'spiffe://example.org/agents/report-writer';
  const world = await presetWorld(
    spiffe,
    { 'trust-domain': 'example.org', 'jwt-issuer': iss, broker },
    {
      alg: 'ES256',
      header: { typ: 'JWT' },
      // As SPIRE makes them: no jti.
      claims: { sub: subject, aud: [broker], iat: NOW - 30, exp: NOW + 270, iss },
    },
    subject,
  );
  const verify = (change: Change = {}) => verifyActor(world.make(change), world.proof, world.context);

  test.each(['JWT', 'JOSE', undefined])('the workload is its agent (typ %s)', async (typ) => {
    expect(accepted(await verify({ header: { typ } })).actor).toMatchObject({ sub: subject, jti: null });
  });

  test.each([
    [
      'another trust domain',
      { claims: { sub: 'spiffe://partner.example/agents/report-writer' } },
      rule('sub'),
    ],
    [
      'a trust domain that begins like ours',
      { claims: { sub: 'spiffe://example.org.evil/agents/report-writer' } },
      rule('sub'),
    ],
    [
      'a federated trust domain, by its own issuer',
      { claims: { iss: 'https://oidc.partner.example' } },
      unknownIssuer,
    ],
    ['a JWT-SVID without issuer, as the standard allows', { claims: { iss: undefined } }, unknownIssuer],
    ['another workload', { claims: { sub: 'spiffe://example.org/agents/other' } }, unknownActor],
    [
      'a JWT-SVID that is no longer young',
      { claims: { iat: NOW - 301 } },
      refused('token_too_old', { token, iat: NOW - 301, now: NOW }),
    ],
  ])('%s is refused', async (_, change, expected) => {
    expect(await verify(change)).toEqual(expected);
  });
});

describe('AWS outbound federation', async () => {
  const iss = 'https://a1b2c3d4-5678-90ab-cdef-111111111111.tokens.sts.global.api.aws';
  const subject = 'arn:aws:iam::111122223333:role/report-writer';
  const namespace = 'https://sts.amazonaws.com/';
  const session = {
    aws_account: '111122223333',
    source_region: 'eu-central-1',
    org_id: 'o-a1b2c3d4e5',
    ou_path: 'o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/',
    principal_tags: { team: 'finance' },
    lambda_source_function_arn: 'arn:aws:lambda:eu-central-1:111122223333:function:report-writer',
    original_session_exp: '2025-06-15T16:06:40Z',
    request_tags: { aws_account: '999988887777' },
  };
  const answers = { 'aws-issuer': iss, 'aws-account': '111122223333', 'aws-org': 'o-a1b2c3d4e5', broker };
  const world = await presetWorld(
    aws,
    answers,
    {
      alg: 'ES384',
      header: { typ: 'JWT' },
      claims: {
        iss,
        aud: broker,
        sub: subject,
        iat: NOW - 10,
        exp: NOW + 290,
        jti: 'xyz123',
        [namespace]: session,
      },
    },
    subject,
  );
  const verify = (change: Change = {}) => verifyActor(world.make(change), world.proof, world.context);
  const withSession = (change: object) => ({ claims: { [namespace]: { ...session, ...change } } });

  test('the role is its agent', async () => {
    expect(accepted(await verify()).actor.sub).toBe(subject);
  });

  test.each([
    [
      'another account, by its own issuer',
      { claims: { iss: 'https://ffffffff-5678-90ab-cdef-111111111111.tokens.sts.global.api.aws' } },
      unknownIssuer,
    ],
    [
      'another account in ours',
      withSession({ aws_account: '999988887777' }),
      rule(`${namespace}.aws_account`),
    ],
    ['another organisation', withSession({ org_id: 'o-zzzzzzzzzz' }), rule(`${namespace}.org_id`)],
    ['an account that has left', withSession({ org_id: undefined }), rule(`${namespace}.org_id`)],
    [
      'a claim of that name outside its namespace',
      { claims: { [namespace]: undefined, aws_account: '111122223333', org_id: 'o-a1b2c3d4e5' } },
      rule(`${namespace}.aws_account`),
    ],
    ['another role', { claims: { sub: 'arn:aws:iam::111122223333:role/other' } }, unknownActor],
    ['a token for another service', { claims: { aud: 'https://api.example.com' } }, wrongAudience],
  ])('%s is refused', async (_, change, expected) => {
    expect(await verify(change)).toEqual(expected);
  });

  test('without an organisation the account is enough', () => {
    const text = aws.file({ ...answers, 'aws-org': undefined });
    expect(
      problemsOf({ 'issuers/ci.yaml': text, 'agents/writer.yaml': ['repo:example/writer', subject] }),
    ).toEqual([]);
    expect(text).not.toContain('org_id');
  });
});
