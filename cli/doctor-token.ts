import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fetchJwks } from '../adapters/jwks.ts';
import { type ExplainedToken, explainToken } from '../core/doctor/token.ts';
import { MAX_TOKEN_CHARS } from '../core/limits.ts';
import type { Bundle } from '../core/policy/bundle.ts';
import { REFUSALS } from '../core/refusals.ts';
import { keyCache } from '../core/tokens/keys.ts';
import { printable, usage } from './failure.ts';
import type { Io } from './io.ts';
import { table } from './table.ts';

/**
 * `writ doctor --token`: what the broker makes of a token, line by line. The token goes nowhere: keys are fetched from the
 * configured place, and neither it nor its signature is shown.
 *
 * @param file - `-`: standard input.
 * @returns the exit code: 2 where the broker would refuse it.
 */
export async function explainTokenFile(
  file: string,
  { bundle, json, io }: { readonly bundle: Bundle; readonly json: boolean; readonly io: Io },
): Promise<0 | 2> {
  const token = (await tokenIn(file, io)).trim();
  const explained = await explainToken(token, {
    bundle,
    findKey: keyCache(async (source) =>
      'jwks_uri' in source
        ? fetchJwks({ allowHttp: source.jwks_uri.startsWith('http:') })(source.jwks_uri)
        : [],
    ),
    now: Math.floor(io.clock() / 1000),
  });
  io.stdout.write(json ? `${JSON.stringify(explained)}\n` : inWords(explained, io));
  return explained.refusal === null ? 0 : 2;
}

async function tokenIn(file: string, io: Io): Promise<string> {
  const text = file === '-' ? await io.readLine() : await readFile(resolve(io.cwd, file), 'utf8');
  if (text === null || text.trim() === '')
    throw usage('There is no token to explain.', 'Name a file: --token id.jwt');
  if (text.length > MAX_TOKEN_CHARS * 2) throw usage('That is far longer than any token.');
  return text;
}

function inWords(explained: ExplainedToken, io: Io): string {
  const { kind, issuer, claims, rules, refusal } = explained;
  const parts = [`This is ${kind}${issuer === null ? '' : `, of issuer ${issuer.alias}`}.\n`];
  if (claims.length > 0) parts.push('\n', table(CLAIMS, claims, io.stdout));
  if (rules.length > 0) parts.push('\n', table(RULES, rules, io.stdout));
  parts.push('\n', `${verdict(refusal)}\n`);
  return parts.join('');
}

const CLAIMS = [
  { title: 'CLAIM', of: ({ claim }: ExplainedToken['claims'][number]) => claim, whole: true },
  { title: 'VALUE', of: ({ value }: ExplainedToken['claims'][number]) => value },
  { title: 'IS', of: ({ means }: ExplainedToken['claims'][number]) => means ?? 'not used' },
] as const;

const HELD = { true: 'yes', false: 'NO', null: '?' } as const;

const RULES = [
  { title: 'HOLDS', of: ({ holds }: ExplainedToken['rules'][number]) => HELD[`${holds}`], whole: true },
  { title: 'RULE', of: ({ rule }: ExplainedToken['rules'][number]) => rule, whole: true },
  { title: 'SEEN', of: ({ says }: ExplainedToken['rules'][number]) => says },
  {
    title: 'ELSE',
    of: ({ reason, holds }: ExplainedToken['rules'][number]) => (holds === true ? '' : reason),
    whole: true,
  },
] as const;

function verdict(refusal: ExplainedToken['refusal']): string {
  if (refusal === null) return 'The broker takes it, as far as it can be judged by itself.';
  if (refusal === 'keys_unavailable')
    return 'The broker cannot verify it: its issuer’s keys could not be had.';
  return printable(`The broker refuses it: ${refusal}. ${REFUSALS[refusal].says}`);
}
