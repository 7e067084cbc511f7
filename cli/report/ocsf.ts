/**
 * `events.ocsf.jsonl`: the joined events and the issued writs for a SIEM, in the Open Cybersecurity Schema Framework.
 * What the schema has no field for stands in `unmapped`, under the names that it will have or that ours are.
 */
import { ALARMS, type Verdict } from '../../core/audit/verdict.ts';

/** Of the schema. 1.9 knows AI agents and lists of roles; 1.5 is what most lakes take. */
export const OCSF_VERSIONS = ['1.9', '1.5'] as const;
export type OcsfVersion = (typeof OCSF_VERSIONS)[number];

/** An event of the schema 1.9.0. Absent fields are `undefined`, and are not written. */
export interface OcsfEvent {
  readonly [field: string]: unknown;
  readonly class_uid: number;
  readonly unmapped: { readonly [field: string]: unknown };
}

/** Milliseconds since 1970 (`timestamp_t`). @param time - NumericDate. */
export const timestamp = (time: number | null | undefined): number | undefined =>
  time === null || time === undefined ? undefined : time * 1000;

/** A `string_t` that is not there is no empty one. */
export const given = <T>(value: T | null): T | undefined => value ?? undefined;

/** @returns `undefined` for an object without any field, which most of the schema's objects must not be. */
export const objectOf = <T extends { readonly [field: string]: unknown }>(fields: T): T | undefined =>
  Object.values(fields).some((value) => value !== undefined) ? fields : undefined;

export const metadata = (release: string, profiles: readonly string[], more: { readonly uid: string }) => ({
  version: '1.9.0',
  product: { name: 'Writ', vendor_name: 'Writ', version: release },
  profiles,
  ...more,
});

/** `severity_id`: 1 informational, 2 low, 3 medium, 4 high. */
export function severityOf(verdict: Verdict): { readonly severity_id: number; readonly severity: string } {
  if (ALARMS.includes(verdict)) return { severity_id: 4, severity: 'High' };
  if (verdict === 'IN_DOUBT') return { severity_id: 3, severity: 'Medium' };
  if (verdict === 'DENIED') return { severity_id: 2, severity: 'Low' };
  return { severity_id: 1, severity: 'Informational' };
}

/** `aws`, `aws-cn`, `aws-us-gov`: from any ARN. */
export const partitionOf = (arn: string | null): string | undefined => arn?.match(/^arn:(aws[a-z-]*):/)?.[1];
