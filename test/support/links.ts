/** Links of a page in Markdown, and where they lead. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** `[text](target#anchor)`. */
const LINK = /\[[^\]]*\]\(([^)#\s]*)(?:#([^)\s]+))?\)/g;

/**
 * Links that lead nowhere: to a file that is not there, or to an anchor that it has not. Those to other hosts are left out.
 *
 * @param page - Path of the file.
 */
export function brokenLinks(page: string): readonly string[] {
  return [...readFileSync(page, 'utf8').matchAll(LINK)].flatMap(([link, target = '', anchor]) => {
    if (/^[a-z]+:/.test(target)) return [];
    const file = target === '' ? page : join(dirname(page), target);
    if (!existsSync(file)) return [link];
    return anchor === undefined || anchorsOf(readFileSync(file, 'utf8')).includes(anchor) ? [] : [link];
  });
}

/** Headings as a host of repositories names them, and anchors that are written down. */
function anchorsOf(markdown: string): readonly string[] {
  const headings = [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
  return [...headings, ...[...markdown.matchAll(/<a id="([^"]+)">/g)].map(([, id = '']) => id)];
}
