import type { Organization } from './laboratory.ts';

export type OptIn =
  | {
      readonly ok: true;
      readonly account: string;
      readonly region: string;
      readonly organization: Organization | null;
    }
  | { readonly ok: false; readonly why: string };

const ACCOUNT = /^\d{12}$/;

/**
 * Whether somebody asked for a real account, in so many words. Nothing is resolved or called before that: a machine's own
 * identity must not be found by accident.
 *
 * @param env - `WRIT_AWS_TEST=1`, `WRIT_AWS_ACCOUNT` (the only account that is touched), `AWS_REGION`; for what needs an
 *   organisation `WRIT_AWS_ROOT` and `WRIT_AWS_MEMBER`.
 */
export function optIn(env: NodeJS.ProcessEnv): OptIn {
  const no = (why: string): OptIn => ({ ok: false, why });
  if (env.WRIT_AWS_TEST !== '1') return no('WRIT_AWS_TEST is not 1');
  const account = env.WRIT_AWS_ACCOUNT ?? '';
  if (!ACCOUNT.test(account)) return no('WRIT_AWS_ACCOUNT is not twelve digits');
  // The laptop's: no real account has it.
  if (account === '000000000000') return no('WRIT_AWS_ACCOUNT is the stand-in’s');
  const region = env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? '';
  if (!/^[a-z]{2}(?:-[a-z]+)+-\d$/.test(region)) return no('AWS_REGION is not set');
  const elsewhere = Object.keys(env).find((name) => /^AWS_ENDPOINT_URL/.test(name) && env[name] !== '');
  if (elsewhere !== undefined) return no(`${elsewhere} leads to what is no AWS`);
  const [root = '', member = ''] = [env.WRIT_AWS_ROOT, env.WRIT_AWS_MEMBER];
  const organization = /^r-[0-9a-z]{4,32}$/.test(root) && ACCOUNT.test(member) ? { root, member } : null;
  if (organization === null && `${root}${member}` !== '')
    return no('WRIT_AWS_ROOT and WRIT_AWS_MEMBER are not a root’s id and an account’s');
  return { ok: true, account, region, organization };
}
