import type { Question } from '../../core/audit/result.ts';
import type { TrailEvent } from '../../core/audit/trail-event.ts';

/** Which events are counted. */
export type Asked = Pick<Question, 'from' | 'to' | 'accounts' | 'regions'>;

export const isAsked = ({ eventTime, account, region }: TrailEvent, asked: Asked): boolean =>
  (asked.from === null || eventTime >= asked.from) &&
  (asked.to === null || eventTime < asked.to) &&
  (asked.accounts.length === 0 || asked.accounts.includes(account)) &&
  (asked.regions.length === 0 || asked.regions.includes(region));
