import { createHash } from 'node:crypto';

const STYLE =
  'body{font:1rem/1.5 system-ui,sans-serif;max-width:22rem;margin:12vh auto;padding:0 1rem}' +
  'label{display:block;margin:1rem 0}input{display:block;width:100%;font:inherit;padding:.4rem;box-sizing:border-box}' +
  'button{font:inherit;padding:.4rem 1.2rem}[role=alert]{color:#a00}small{color:#555}';

/**
 * No script, no image, no frame; the one style by its hash. `form-action` names the loopback too: browsers hold
 * it against the redirects that follow a form, and the last of them leads to the client's own port.
 */
export const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; ` +
    "form-action 'self' http://127.0.0.1:*; frame-ancestors 'none'; base-uri 'none'",
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

/** Text as HTML text or attribute value in double quotes. */
const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

const page = (title: string, body: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(title)}</title>` +
  `<meta name="viewport" content="width=device-width"><style>${STYLE}</style></head><body>${body}</body></html>`;

/**
 * @param action - Path that the form is posted to.
 * @param username - What was typed before, or a hint: shown again.
 */
export const loginPage = (action: string, username: string, failed: boolean): string =>
  page(
    'Sign in',
    '<h1>Sign in</h1><p><small>The local identity provider of Writ. Test users only.</small></p>' +
      (failed ? '<p role="alert">User name or password is wrong.</p>' : '') +
      `<form method="post" action="${escapeHtml(action)}">` +
      `<label>User name<input name="username" autocomplete="username" required value="${escapeHtml(username)}"></label>` +
      '<label>Password<input name="password" type="password" autocomplete="current-password" required></label>' +
      '<button type="submit">Sign in</button></form>',
  );

export const errorPage = (error: string): string =>
  page(
    'Not signed in',
    `<h1>Not signed in</h1><p>${escapeHtml(error)}</p><p>Start again with <code>writ login</code>.</p>`,
  );
