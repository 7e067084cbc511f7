/** Element content: text, children by name, or one element repeated. `undefined` is left out. */
export type Xml = string | number | boolean | undefined | { readonly [name: string]: Xml | readonly Xml[] };

/** XML 1.0 §2.2 has no control characters but tab, line feed and carriage return. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what must not get through
const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

const ENTITIES: { readonly [character: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\r': '&#13;',
};

const escapeText = (text: string): string =>
  text.replace(NOT_XML, '\ufffd').replace(/[&<>"'\r]/g, (character) => ENTITIES[character] ?? '');

function element(name: string, content: Xml, attributes = ''): string {
  if (content === undefined) return '';
  if (typeof content !== 'object') return `<${name}${attributes}>${escapeText(String(content))}</${name}>`;
  const children = Object.entries(content).map(([child, value]) =>
    Array.isArray(value)
      ? value.map((one: Xml) => element(child, one)).join('')
      : element(child, value as Xml),
  );
  return `<${name}${attributes}>${children.join('')}</${name}>`;
}

/** A whole document. Names are ours, content may be anybody's. */
export function xml(root: string, content: Xml, namespace?: string): string {
  const attributes = namespace === undefined ? '' : ` xmlns="${namespace}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element(root, content, attributes)}`;
}
