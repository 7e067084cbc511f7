import { careful } from './http.ts';
import { signInFailed } from './oidc.ts';

const MAX_STEPS = 10;
const FORM_ACTION = /<form method="post" action="([^"<>]{1,200})">/;

/**
 * Signs a test user in at the local identity provider without a browser: the same pages, form, cookies and
 * redirects, filled in over HTTP. Never leaves the issuer's origin, so the password goes nowhere else.
 *
 * @returns the redirect to `redirectUri`, with the code in it.
 */
export async function fillLoginForm(
  start: URL,
  redirectUri: string,
  user: { readonly username: string; readonly password: string },
  fetchIt: typeof fetch,
): Promise<URL> {
  const get = careful(fetchIt, 'return');
  const cookies = new Map<string, string>();
  let url = start;
  let form: URLSearchParams | null = null;
  let sent = false;

  for (let step = 0; step < MAX_STEPS; step += 1) {
    const response = await get(url.href, {
      headers: {
        accept: 'text/html',
        cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      },
      ...(form === null ? {} : { method: 'POST', body: form }),
    });
    form = null;
    for (const cookie of response.headers.getSetCookie()) keep(cookies, cookie);

    const location = response.headers.get('location');
    if (location !== null) {
      url = new URL(location, url);
      if (url.href.startsWith(`${redirectUri}?`)) return url;
      if (url.origin !== start.origin) break;
      continue;
    }
    const action = FORM_ACTION.exec(await response.text())?.[1];
    if (action === undefined) break;
    if (sent) throw signInFailed('The local identity provider did not accept the test password.');
    url = new URL(action, url);
    if (url.origin !== start.origin) break;
    form = new URLSearchParams({ username: user.username, password: user.password });
    sent = true;
  }
  throw signInFailed('The local identity provider did not lead through its login form.');
}

/** One issuer, one sign-in: path and lifetime do not matter, only that an emptied cookie is gone. */
function keep(cookies: Map<string, string>, header: string): void {
  const pair = header.split(';', 1)[0] ?? '';
  const at = pair.indexOf('=');
  if (at <= 0) return;
  const value = pair.slice(at + 1);
  if (value === '') cookies.delete(pair.slice(0, at));
  else cookies.set(pair.slice(0, at), value);
}
