/** What was read, byte for byte, and by what. */
import type { AuditResult } from '../../../core/audit/result.ts';
import { counted, number } from '../moment.ts';
import { code, type Html, html, shown as text } from './html.ts';
import { andMore, first, section, sizeOf, table } from './parts.ts';

const MOST_FILES = 100;

export function inputs({ inputs: read, completeness, log, question }: AuditResult): Html {
  const { shown, leftOut } = first(read.files, MOST_FILES);
  return section(
    'inputs',
    'Inputs',
    html`<p>${counted(sizeOf(read.files), 'file')} of the trail; SHA-256 of the list, as <code>sha256sum</code> prints it and sorted by name: ${code(read.filesHash)}. Made by Writ ${text(question.release, 40)}.</p>`,
    shown.length > 0 &&
      table(
        'Files of the trail, by name',
        [
          { title: 'File', wide: true },
          { title: 'Records', number: true },
          { title: 'Bytes', number: true },
          { title: 'SHA-256', wide: true },
        ],
        shown.map(({ name, sha256, bytes, records }) => ({
          cells: [code(name, 240), number(records), number(bytes), code(sha256)],
        })),
      ),
    andMore(leftOut, 'files', 'in manifest.json'),
    table(
      `Leaves of the log by type: together ${number(log.size)}`,
      [{ title: 'Record' }, { title: 'Leaves', number: true }],
      [
        ...Object.entries(completeness.leaves).map(([type, count]) => ({
          cells: [text(type, 40), number(count)],
        })),
        {
          total: true,
          cells: ['All', number(Object.values(completeness.leaves).reduce((sum, count) => sum + count, 0))],
        },
      ],
    ),
  );
}
