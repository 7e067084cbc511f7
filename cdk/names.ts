/** What things are called in the broker's account. Members trust two of these roles by name, so names are contract. */
import type { Duty } from '../core/duties.ts';

export const functionName = (duty: Duty): string => `writ-${duty}`;
export const roleName = (duty: Duty | 'scheduler'): string => `writ-${duty}`;

/** @param account - The broker's, twelve digits. */
export const roleArnOf = (account: string, duty: Duty): string =>
  `arn:aws:iam::${account}:role/${roleName(duty)}`;
export const functionArnOf = (account: string, region: string, duty: Duty): string =>
  `arn:aws:lambda:${region}:${account}:function:${functionName(duty)}`;

/** Of the schedules that close writs. */
export const SCHEDULE_GROUP = 'writ';
/** What members' rules send to: `watch` of the broker's account. */
export const WATCH_BUS = 'writ-watch';
export const busArnOf = (account: string, region: string): string =>
  `arn:aws:events:${region}:${account}:event-bus/${WATCH_BUS}`;
/** The stage is part of the public URL where there is no domain. */
export const STAGE = 'writ';

/** What schedule may make. @param account - Twelve digits. */
export const schedulesPattern = (account: string, region: string): string =>
  `arn:aws:scheduler:${region}:${account}:schedule/${SCHEDULE_GROUP}/*`;
