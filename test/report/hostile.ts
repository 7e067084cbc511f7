/** Text as an attacker would write it where a log takes any text. */
import type { Text } from './sample-writs.ts';

const MARKUP = `"><img src=x onerror="window.pwned=1"><script>window.pwned=1</script><svg onload=window.pwned=1>`;
const CLOSING = `</script></style></title></textarea>--><iframe src="https://attacker.example/"></iframe>`;
const ATTRIBUTE = `' onmouseover='window.pwned=1' x='javascript:window.pwned=1`;
/** Turns what follows around, and hides characters. */
const BIDI = 'invoice\u202egpj.exe\u2066\u200b\u200d\ufeff\u00ad\u{e0041}';
/** Clears a terminal, writes its title, opens a link; by two bytes and by one. */
const TERMINAL =
  '\u001b[2J\u001b]0;owned\u0007\u001b]8;;https://attacker.example/\u001b\\\u009b31m\u007f\b\r\nnext line';
const BROKEN = 'nul:\u0000 high:\ud800 low:\udc00 not:\uffff end';
export const FORMULAS = [
  '=HYPERLINK("https://attacker.example/","x")',
  "+1+cmd|'/c calc'!A0",
  '-2+3',
  '@SUM(A1)',
  '\t=1+1',
  '\r=1+1',
  ' =1+1',
  '\uff1d1+1',
  '","=1+1',
  '"=1+1',
  'a;=1+1',
] as const;
const LONG = 'A'.repeat(256 * 1024);

/** @param formula - What the fields begin with: a cell is dangerous by its first character. */
export const hostileText = (formula: string = FORMULAS[0]): Text => ({
  purpose: `${formula} ${MARKUP}${BIDI}${TERMINAL}${BROKEN.replace(/[\ud800-\udfff]/g, '')}`,
  task: `${formula}${CLOSING}${BIDI}`,
  parameter: `${ATTRIBUTE}${MARKUP}`,
  userAgent: `${formula}${TERMINAL}${BROKEN}${MARKUP}${LONG}`,
  errorMessage: `${formula}${CLOSING}${TERMINAL}${BROKEN}`,
  resource: `${formula}${MARKUP}${BIDI}`,
});

/** As many beginnings as there are formulas, one after the other. */
export const hostileTexts: readonly Text[] = FORMULAS.map(hostileText);

/** What may stand in no file that is made for people or for a terminal, but its own line ends. */
export const STEERS =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
  /[\u0000-\u0009\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/u;
