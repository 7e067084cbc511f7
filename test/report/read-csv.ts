/** RFC 4180, read strictly: what is no such file throws. */
export function readCsv(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    const quoted = /"((?:[^"]|"")*)"/y;
    const bare = /[^",\r\n]*/y;
    const pattern = text[at] === '"' ? quoted : bare;
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found === null) throw new SyntaxError(`no cell at ${at}`);
    row.push(found[1] === undefined ? found[0] : found[1].replaceAll('""', '"'));
    at = pattern.lastIndex;
    if (text[at] === ',') at++;
    else if (text.startsWith('\r\n', at)) {
      rows.push(row);
      row = [];
      at += 2;
    } else throw new SyntaxError(`no end of a cell at ${at}`);
  }
  if (row.length > 0) throw new SyntaxError('the last line has no end');
  return rows;
}
