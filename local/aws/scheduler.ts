import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../../core/ports.ts';
import { ACCOUNT } from './account.ts';
import type { Answer, Call, Service } from './call.ts';
import { AwsError, notImplemented } from './errors.ts';
import type { Registry } from './registry.ts';
import { type Delivery, SCHEDULER } from './scheduler-delivery.ts';
import { groupName, parseSchedule, type ScheduleInput, validation } from './scheduler-input.ts';
import { DEFAULT_GROUP, groupArn, SCHEDULE_NAME, scheduleArn } from './scheduler-names.ts';
import { createSchedules, type Schedule } from './scheduler-schedules.ts';
import { trusts } from './service-session.ts';

const SCHEDULE = /^\/schedules\/([^/]{1,512})$/;
const GROUP = /^\/schedule-groups\/([0-9a-zA-Z-_.]{1,64})$/;
const OPERATIONS: { readonly [method: string]: string } = {
  POST: 'CreateSchedule',
  GET: 'GetSchedule',
  DELETE: 'DeleteSchedule',
};
const MAX_RESULTS = 100;

export interface SchedulerOptions {
  /** Beside `default`, which every account has. */
  readonly groups: readonly string[];
  readonly region: string;
  readonly registry: Registry;
  readonly now: Clock;
  readonly delivery: Delivery;
  readonly onFault: (error: unknown) => void;
}

/** EventBridge Scheduler: one-time schedules that invoke a function. Nothing outlives the process. */
export function createScheduler(options: SchedulerOptions): {
  readonly service: Service<'scheduler'>;
  close(): Promise<void>;
} {
  const { region, registry } = options;
  const groups = new Set([DEFAULT_GROUP, ...options.groups]);
  const schedules = createSchedules(options);

  /** Reads the schedule's name, notes and authorises it. */
  function begin(call: Call, action: string, group: string): string {
    const name = nameOf(call);
    const arn = scheduleArn(region, group, name);
    call.trail.requestParameters = { name, groupName: group };
    call.trail.resources = [{ accountId: ACCOUNT, type: 'AWS::Scheduler::Schedule', ARN: arn }];
    call.authorize(`scheduler:${action}`, arn);
    if (!groups.has(group)) throw notFound(`Schedule group ${group} does not exist.`);
    return name;
  }

  function create(call: Call): Answer {
    // For CloudTrail, should the rest be refused.
    call.trail.requestParameters = { name: nameOf(call) };
    const input = parseSchedule(call.wire.body, region);
    const { group, target } = input;
    const name = begin(call, 'CreateSchedule', group);
    call.trail.requestParameters = {
      ...{
        name,
        groupName: group,
        scheduleExpression: `at(${new Date(input.at).toISOString().slice(0, 19)})`,
      },
      target: { arn: target.arn, roleArn: target.roleArn },
      actionAfterCompletion: input.deleteAfter ? 'DELETE' : 'NONE',
    };
    call.authorize('iam:PassRole', target.roleArn, { 'iam:PassedToService': SCHEDULER });
    const arn = scheduleArn(region, group, name);
    const before = schedules.get(group, name);
    if (before === null) {
      const role = registry.roleByArn(target.roleArn);
      const sourceArn = groupArn(region, group);
      if (role === null || !trusts(role, { service: SCHEDULER, sourceArn }, call.now))
        throw validation(
          'The execution role you provide must allow AWS EventBridge Scheduler to assume the role.',
        );
      if (input.at < call.now) throw validation('Invalid Schedule Expression: its time is past.');
      schedules.put({ ...input, name, arn, createdAt: call.now });
    } else if (!isRepeated(input, before)) {
      throw new AwsError(409, 'ConflictException', `Schedule ${name} already exists.`);
    }
    call.trail.responseElements = { scheduleArn: arn };
    return json({ ScheduleArn: arn });
  }

  /** The service sees whether one may list before it looks at the group: it asks for all schedules, of all groups. */
  function list(call: Call): Answer {
    const query = new URLSearchParams(call.wire.query);
    const group = query.get('ScheduleGroup');
    const prefix = query.get('NamePrefix') ?? '';
    const limit = Number(query.get('MaxResults') ?? MAX_RESULTS);
    call.trail.requestParameters = { ...(group === null ? {} : { groupName: groupName(group) }) };
    call.authorize('scheduler:ListSchedules', scheduleArn(region, '*', '*'));
    if (query.has('State')) throw notImplemented('a list by State');
    if (!Number.isInteger(limit) || limit < 1 || limit > MAX_RESULTS)
      throw validation(`MaxResults must be from 1 to ${MAX_RESULTS}.`);
    if (group !== null && !groups.has(group)) throw notFound(`Schedule group ${group} does not exist.`);
    const after = Buffer.from(query.get('NextToken') ?? '', 'base64url').toString();
    const found = schedules
      .all()
      .filter((one) => (group === null || one.group === group) && one.name.startsWith(prefix))
      .filter((one) => keyOf(one) > after);
    const page = found.slice(0, limit);
    const last = page.at(-1);
    const more = found.length > page.length && last !== undefined;
    return json({
      Schedules: page.map(summary),
      ...(more ? { NextToken: Buffer.from(keyOf(last)).toString('base64url') } : {}),
    });
  }

  function group(call: Call): Answer {
    const name = groupName(GROUP.exec(call.wire.path)?.[1]);
    call.trail.requestParameters = { name };
    call.authorize('scheduler:GetScheduleGroup', groupArn(region, name));
    if (!groups.has(name)) throw notFound(`Schedule group ${name} does not exist.`);
    return json({ Name: name, Arn: groupArn(region, name), State: 'ACTIVE' });
  }

  return {
    service: {
      protocol: 'rest',
      route({ method, path }) {
        if (path === '/schedules') return method === 'GET' ? 'ListSchedules' : null;
        if (GROUP.test(path)) return method === 'GET' ? 'GetScheduleGroup' : null;
        return SCHEDULE.test(path) ? (OPERATIONS[method] ?? null) : null;
      },
      operations: {
        CreateSchedule: create,
        GetSchedule(call) {
          const group = groupOf(call);
          const name = begin(call, 'GetSchedule', group);
          const schedule = schedules.get(group, name);
          if (schedule === null) throw notFound(`Schedule ${name} does not exist.`);
          return json(shown(schedule));
        },
        DeleteSchedule(call) {
          const group = groupOf(call);
          const name = begin(call, 'DeleteSchedule', group);
          if (!schedules.remove(group, name)) throw notFound(`Schedule ${name} does not exist.`);
          return json({});
        },
        ListSchedules: list,
        GetScheduleGroup: group,
      },
    },
    close: () => schedules.close(),
  };
}

/** The same request once more, as its token says and its body proves. */
const isRepeated = (input: ScheduleInput, before: Schedule): boolean =>
  input.clientToken !== undefined &&
  input.clientToken === before.clientToken &&
  isDeepStrictEqual(input.asGiven, before.asGiven);

const groupOf = ({ wire }: Call): string =>
  groupName(new URLSearchParams(wire.query).get('groupName') ?? undefined);

function nameOf({ wire }: Call): string {
  let name = '';
  try {
    name = decodeURIComponent(SCHEDULE.exec(wire.path)?.[1] ?? '');
  } catch {
    // Falls through: it is no name.
  }
  if (!SCHEDULE_NAME.test(name)) throw validation('Name is not valid.');
  return name;
}

const notFound = (message: string): AwsError => new AwsError(404, 'ResourceNotFoundException', message);

/** `/` is in no name. */
const keyOf = ({ group, name }: Schedule): string => `${group}/${name}`;

const summary = ({ arn, name, group, createdAt, target }: Schedule) => ({
  ...{ Arn: arn, Name: name, GroupName: group, State: 'ENABLED', Target: { Arn: target.arn } },
  ...{ CreationDate: createdAt / 1000, LastModificationDate: createdAt / 1000 },
});

function shown(schedule: Schedule) {
  const { ClientToken, ...given } = schedule.asGiven;
  return {
    ScheduleExpressionTimezone: 'UTC',
    ActionAfterCompletion: 'NONE',
    ...given,
    ...summary(schedule),
    Target: given.Target,
  };
}

const json = (value: object): Answer => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
});
