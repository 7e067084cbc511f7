/** One call of AWS, in as few words as name it. */
import type { AuditRow } from '../../../core/audit/result.ts';
import { code, type Html, html } from './html.ts';

/** `s3:GetObject` */
export const callOf = ({
  eventSource,
  eventName,
}: {
  readonly eventSource: string;
  readonly eventName: string;
}): Html => code(`${eventSource.replace(/\.amazonaws\.com$/, '')}:${eventName}`, 80);

/** Id of a row that others can point to: of the event and, as ids can stand twice, of its place among the rows. */
export const anchorOf = (eventId: string): string => `e-${eventId.replace(/[^\w-]/g, '_').slice(0, 64)}`;

export const writAnchor = (writ: string): string => `w-${writ.replace(/[^\w-]/g, '_').slice(0, 64)}`;

/** A link to the writ's own row, where this page has one. */
export const writLink = (writ: string | null, shown: ReadonlySet<string>): Html => {
  if (writ === null) return html`no writ`;
  return shown.has(writ) ? html`<a href="#${writAnchor(writ)}">${code(writ)}</a>` : code(writ);
};

/** Who called, as CloudTrail has it. */
export const callerOf = ({ event: { identity } }: AuditRow): Html =>
  code(identity.arn ?? identity.userName ?? identity.principalId ?? identity.type, 160);
