/** Down to OCSF 1.5.0, which has no AI agents, no delegation and one kind of assignment: what it lacks goes to `unmapped`. */
import type { OcsfEvent, OcsfVersion } from './ocsf.ts';

const AUTHORIZE_SESSION = 3003;

/** Fields of 1.9.0 that 1.5.0 has not. */
const NEWER = ['ai_agent', 'delegation', 'iam_roles'] as const;

/** @returns the event as that version of the schema has it. */
export const inVersion = (event: OcsfEvent, version: OcsfVersion): OcsfEvent =>
  version === '1.9' ? event : olderOcsf(event);

function olderOcsf(event: OcsfEvent): OcsfEvent {
  const kept = Object.fromEntries(Object.entries(event).filter(([field]) => !isNewer(field)));
  const moved = Object.fromEntries(NEWER.map((field) => [field, event[field]]));
  const delegation = { ...objectIn(event.delegation), ...objectIn(event.unmapped.delegation) };
  return {
    ...kept,
    ...(event.class_uid === AUTHORIZE_SESSION ? ASSIGN_PRIVILEGES : {}),
    class_uid: event.class_uid,
    metadata: { ...objectIn(event.metadata), version: '1.5.0', profiles: ['cloud'] },
    // Privileges or a group must be there: 1.5.0 cannot say *roles*.
    ...(event.class_uid === AUTHORIZE_SESSION ? { privileges: event.privileges ?? ['unknown'] } : {}),
    unmapped: {
      ...event.unmapped,
      ...moved,
      delegation: Object.keys(delegation).length === 0 ? undefined : delegation,
    },
  };
}

/** Activity 3 *Assign Roles* came later. */
const ASSIGN_PRIVILEGES = {
  activity_id: 1,
  activity_name: 'Assign Privileges',
  type_uid: AUTHORIZE_SESSION * 100 + 1,
  type_name: 'Authorize Session: Assign Privileges',
};

const isNewer = (field: string): boolean => NEWER.some((newer) => newer === field);

const objectIn = (value: unknown): { readonly [field: string]: unknown } =>
  typeof value === 'object' && value !== null ? { ...value } : {};
