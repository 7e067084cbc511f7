/** Requests that are refused or make something fail, each with a canary where a secret would stand. */
import { randomBytes } from 'node:crypto';
import { type SignedRequest, signedRequest } from '../../cli/broker.ts';
import { type ExchangeRequest, exchangeCall, subjectForm } from '../../cli/exchange.ts';
import { JWT, TOKEN_EXCHANGE } from '../../core/tokens/token-types.ts';
import type { Secret } from '../support/secrets.ts';

/** Canaries by name; asking twice gives the same one. */
export class Canaries {
  readonly #canaries = new Map<string, Secret>();

  /** @param home - Places where it may stand, and must. */
  canary(name: string, home?: RegExp): string {
    const known = this.#canaries.get(name);
    const canary = known ?? {
      name: `canary: ${name}`,
      value: `CANARY${randomBytes(18).toString('hex')}`,
      ...(home === undefined ? {} : { home }),
    };
    this.#canaries.set(name, canary);
    return canary.value;
  }

  get all(): readonly Secret[] {
    return [...this.#canaries.values()];
  }
}

export interface Sent {
  readonly name: string;
  readonly path: string;
  readonly init: RequestInit;
}

const base64url = (text: string): string => Buffer.from(text).toString('base64url');
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const SLOTS = ['subject_token', 'actor_token'] as const;

/** JWTs as somebody's broken program makes them, with the canary in a different part each time. */
const brokenJwts = (canary: (part: string) => string): { readonly [part: string]: string } => {
  const header = base64url('{"alg":"ES256","typ":"JWT","kid":"a"}');
  const claims = base64url('{"iss":"https://nobody.example","sub":"a"}');
  return {
    none: canary('none'),
    header: `${base64url(`{"alg":"ES256","kid":"${canary('header')}"}`)}.${claims}.c2ln`,
    'header no JSON': `${base64url(`{"alg":${canary('header no JSON')}}`)}.${claims}.c2ln`,
    claims: `${header}.${base64url(`{"iss":"${canary('claims')}","sub":"${canary('claims')}"}`)}.c2ln`,
    'claims no JSON': `${header}.${base64url(`{"sub":${canary('claims no JSON')}`)}.c2ln`,
    signature: `${header}.${claims}.${canary('signature')}`,
    'four parts': `${header}.${claims}.c2ln.${canary('four parts')}`,
  };
};

const ENDPOINTS = ['/token', '/permissions', '/enroll', '/revoke', '/writs', '/status', '/responder/revoke'];
/** What `/revoke` asks for besides: the rest ignores it. */
const ENDING = { token: '0123456789abcdef', reason: 'found in a paste', request_id: 'r-1' };

/** From strangers: nothing in them verifies. */
export function strangersRequests(canaries: Canaries): readonly Sent[] {
  return ENDPOINTS.flatMap((path) => {
    const canary = (what: string) => canaries.canary(`${path} ${what}`);
    const post = (name: string, body: RequestInit['body'], headers: Record<string, string> = FORM): Sent => ({
      name: `${path} ${name}`,
      path,
      init: { method: 'POST', headers, body: body ?? null },
    });
    const form = (name: string, more: Record<string, string>, headers: Record<string, string> = {}): Sent => {
      const good = { grant_type: TOKEN_EXCHANGE, subject_token_type: JWT, actor_token_type: JWT, ...ENDING };
      return post(name, new URLSearchParams({ ...good, ...more }).toString(), { ...FORM, ...headers });
    };
    const jwts = (slot: string) => Object.entries(brokenJwts((part) => canary(`${slot} ${part}`)));
    return [
      post('as text', `subject_token=${canary('as text')}`, { 'content-type': 'text/plain' }),
      post('as JSON', JSON.stringify({ subject_token: canary('as JSON') }), {
        'content-type': 'application/json',
      }),
      post('broken JSON', `{"subject_token":"${canary('broken JSON')}`, {
        'content-type': 'application/json',
      }),
      post('without a type', Buffer.from(canary('without a type')), {}),
      post(
        'not UTF-8',
        Buffer.concat([Buffer.from(`subject_token=${canary('not UTF-8')}`), Buffer.from([0xff])]),
      ),
      post('percent signs', `subject_token=%ZZ${canary('percent signs')}%`),
      post('too large', `subject_token=${canary('too large')}${'a'.repeat(70_000)}`),
      post('repeated', `subject_token=${canary('repeated')}&subject_token=b`),
      form('scope', { scope: canary('scope') }),
      form('audience', { audience: canary('audience'), resource: canary('audience') }),
      form('grant type', { grant_type: canary('grant type') }),
      form('client secret', { client_secret: canary('client secret'), client_id: 'a' }),
      form('binding', { binding: base64url(`{"rnd":"${canary('binding')}"}`) }),
      form('broken binding', { binding: base64url(`{"rnd":"${canary('broken binding')}`) }),
      form('details', { authorization_details: `[{"type":"aws_session","x":"${canary('details')}"}]` }),
      form('token', { token: canary('token') }),
      form('token type hint', { token_type_hint: canary('token type hint') }),
      form('mode', { mode: canary('mode') }),
      form('reason', { reason: canary('reason') }),
      form('request id', { request_id: canary('request id') }),
      form('page', { page: canary('page'), task: canary('task'), account: canary('account') }),
      form('broken details', { authorization_details: `[{"type":"${canary('broken details')}` }),
      ...SLOTS.flatMap((slot) => jwts(slot).map(([part, jwt]) => form(`${slot} ${part}`, { [slot]: jwt }))),
      ...['DPoP', 'OAuth-Client-Attestation'].flatMap((header) =>
        jwts(header).map(([part, jwt]) =>
          form(`${header} ${part}`, { subject_token: 'a' }, { [header]: jwt }),
        ),
      ),
      form(
        'other headers',
        {},
        {
          authorization: `Bearer ${canary('authorization')}`,
          cookie: `session=${canary('cookie')}`,
          'x-amz-security-token': canary('x-amz-security-token'),
          'user-agent': canary('user agent of a stranger'),
          'x-forwarded-for': canary('x-forwarded-for'),
        },
      ),
      { name: `${path} PUT`, path, init: { method: 'PUT', headers: FORM, body: `a=${canary('PUT')}` } },
      { name: `${path} query`, path: `${path}?subject_token=${canary('query')}`, init: {} },
      { name: `${path} path`, path: `${path}/${canary('path')}`, init: { method: 'POST' } },
    ];
  });
}

/** From Alice, whose sign-in and proof are good: what is refused of hers is recorded. */
export async function knownRequests(
  good: ExchangeRequest,
  nonce: string,
  canaries: Canaries,
): Promise<readonly Sent[]> {
  const canary = (what: string, home?: RegExp) => canaries.canary(`known: ${what}`, home);
  const people = /^people /;
  // And so in the evidence log, which has the ledger's bodies as they are.
  const ledger = /^(?:ledger |stack\/evidence\/)/;
  const send = async (
    name: string,
    change: {
      readonly request?: Partial<ExchangeRequest>;
      readonly form?: { readonly [parameter: string]: string };
      readonly headers?: { readonly [name: string]: string };
      readonly nonce?: string;
    },
  ): Promise<Sent> => {
    const call = exchangeCall({ ...good, ...change.request });
    const form = async (of: string | null, now: number) => {
      const built = await call.form(of, now);
      for (const [parameter, value] of Object.entries(change.form ?? {})) built.set(parameter, value);
      return built;
    };
    const now = Math.floor(Date.now() / 1000);
    return asSent(name, await signedRequest({ ...call, form }, change.nonce ?? nonce, now), change.headers);
  };
  /** To the endpoints of ending, in her own name. */
  const asks = async (
    path: string,
    form: { readonly [parameter: string]: string },
    attestation = good.attestation,
  ): Promise<Sent> => {
    const whole = async () => new URLSearchParams({ ...subjectForm(good.subject), ...form });
    const call = { endpoint: `${good.issuer}${path}`, key: good.key, attestation, form: whole };
    const name = `${path} ${Object.keys(form).join()}`;
    return asSent(name, await signedRequest(call, nonce, Math.floor(Date.now() / 1000)));
  };
  const details = (change: object) => ({ request: { details: { ...good.details, ...change } } });
  const jwts = (slot: string) => Object.entries(brokenJwts((part) => canary(`${slot} ${part}`)));

  return Promise.all([
    ...jwts('actor').map(([part, token]) => send(`actor ${part}`, { request: { actor: { token } } })),
    ...jwts('attestation').map(([part, attestation]) =>
      send(`attestation ${part}`, { request: { attestation } }),
    ),
    ...jwts('first').map(([part, first]) =>
      send(`first ${part}`, { request: { subject: { ...good.subject, first } } }),
    ),
    send('rnd', { request: { subject: { ...good.subject, rnd: canary('rnd') } } }),
    send('server nonce', { nonce: canary('server nonce') }),
    send('parameter', details({ parameters: { prefix: `${canary('parameter', ledger)}/*` } })),
    send('parameter name', details({ parameters: { [canary('parameter name')]: 5 } })),
    send('refused agent', {
      headers: { 'user-agent': canary('user agent', people) },
      ...details({ account: 'none' }),
    }),
    // Not hers to end: recorded, and told as nothing.
    asks('/revoke', {
      token: `corp:${canary('token', ledger)}`,
      token_type_hint: 'user',
      reason: canary('reason', people),
      request_id: canary('request id', ledger),
    }),
    asks('/revoke', { ...ENDING, token: canary('no writ') }),
    asks('/revoke', { ...ENDING, token_type_hint: canary('token type hint') }),
    asks('/revoke', { ...ENDING, mode: canary('mode') }),
    asks('/revoke', { ...ENDING, request_id: `${canary('no request id')}/` }),
    asks('/writs', { page: canary('page') }),
    asks('/writs', { user: `corp:${canary('user')}`, task: canary('task'), account: canary('account') }),
    asks('/status', { account: canary('status') }),
    ...['/revoke', '/writs', '/status'].flatMap((path) =>
      jwts(`${path} attestation`).map(([, attestation]) => asks(path, ENDING, attestation)),
    ),
    send('other headers', { ...details({ permission: 'none' }), headers: { cookie: canary('cookie') } }),
  ]);
}

const asSent = (name: string, { url, ...init }: SignedRequest, headers = {}): Sent => ({
  name: `known: ${name}`,
  path: new URL(url).pathname,
  init: { ...init, headers: { ...init.headers, ...headers } },
});
