/**
 * `manifest.json`: what was asked, what was read, what was counted, and the hash of each report. It holds no time of its
 * own making, so that the same question over the same input gives the same bytes.
 */
import type { AuditResult } from '../../core/audit/result.ts';
import { jsonText } from './json-line.ts';
import type { Written } from './report-file.ts';

export const MANIFEST = 'manifest.json';
/** What `sha256sum -c` takes: all of the others, the manifest too. */
export const SUMS = 'SHA256SUMS';

export function manifestOf(
  { question, inputs, coverage, counts, completeness, log, writs, alarms, refusals }: AuditResult,
  files: readonly Written[],
): string {
  const body = {
    v: 1,
    type: 'writ-audit',
    local: log.local,
    question,
    log,
    inputs,
    coverage,
    counts,
    completeness,
    writs: writs.shown.length + writs.leftOut,
    alarms: alarms.shown.length + alarms.leftOut,
    refusals: refusals.shown.length + refusals.leftOut,
    reports: files,
  };
  return jsonText(body);
}

/** Names are ours: they need no quoting. */
export const sumsOf = (files: readonly Written[]): string =>
  files.map(({ name, sha256 }) => `${sha256}  ${name}\n`).join('');
