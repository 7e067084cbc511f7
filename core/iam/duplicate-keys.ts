/**
 * Whether an object in this JSON text names one key twice. `JSON.parse` silently keeps the last, so that
 * `{"Effect":"Deny","Effect":"Allow"}` would read as its opposite; IAM refuses it ("Individual elements must
 * not contain multiple instances of the same key").
 *
 * @param text - What `JSON.parse` has accepted: the scan relies on that.
 * @see IAM User Guide, "Grammar of the IAM JSON policy language"
 */
export function hasDuplicateKeys(text: string): boolean {
  const open: Set<string>[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (char === '{' || char === '[') open.push(new Set());
    else if (char === '}' || char === ']') open.pop();
    else if (char === '"') {
      const end = endOfString(text, at);
      if (isKey(text, end)) {
        // Compared after unescaping: `"\u0045ffect"` is `"Effect"`.
        const key: unknown = JSON.parse(text.slice(at, end));
        const keys = open.at(-1);
        if (typeof key !== 'string' || keys === undefined || keys.has(key)) return true;
        keys.add(key);
      }
      at = end - 1;
    }
  }
  return false;
}

/** Index after the closing quote. */
function endOfString(text: string, quote: number): number {
  let at = quote + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

function isKey(text: string, after: number): boolean {
  let at = after;
  while (/^[ \t\r\n]$/.test(text[at] ?? '')) at += 1;
  return text[at] === ':';
}
