import { ACCOUNT } from './account.ts';

/** Of schedules and of their groups. */
export const SCHEDULE_NAME = /^[0-9A-Za-z_.-]{1,64}$/;

export const DEFAULT_GROUP = 'default';

export const scheduleArn = (region: string, group: string, name: string): string =>
  `arn:aws:scheduler:${region}:${ACCOUNT}:schedule/${group}/${name}`;

/** What a target role's trust policy sees as `aws:SourceArn`: the Scheduler names the group, never the schedule. */
export const groupArn = (region: string, group: string): string =>
  `arn:aws:scheduler:${region}:${ACCOUNT}:schedule-group/${group}`;
