/**
 * What policies can speak of, in Cedar's JSON schema format. Written once, here: policies are validated against it
 * when they are compiled, and every question is validated against it when it is asked.
 * `core/policy/question.ts` and `revoke-question.ts` fill it.
 */

const string = { type: 'String' } as const;
const long = { type: 'Long' } as const;
const boolean = { type: 'Boolean' } as const;
const strings = { type: 'Set', element: string } as const;
const optional = <T extends object>(type: T) => ({ ...type, required: false });
const entity = (name: string) => ({ type: 'Entity', name }) as const;
const record = (attributes: { readonly [name: string]: object }) => ({ type: 'Record', attributes }) as const;

/** How, whence and when the person signed in: in the context of every action. */
const SIGN_IN = {
  acr: optional(string),
  amr: strings,
  /** NumericDate, and seconds since then: Cedar's `Long` knows no clock. */
  auth_time: long,
  auth_age: long,
  /** Whether a person signed in for this: false only under a mandate. */
  attended: boolean,
  address: { type: 'Extension', name: 'ipaddr' },
  now: long,
  /** `forbid … unless context.approvals.contains("…")` cannot be out-voted. No approval: empty. */
  approvals: strings,
} as const;

/** `by`: `declared` by the agent, `signed` by an issuer, `approved` by a person. */
const LABELLED = record({ value: string, by: string });

/**
 * @param parameterNames - Every parameter of every permission: optional strings of `context.parameters`, so that a
 *   policy which misspells one does not compile.
 */
export function cedarSchema(parameterNames: readonly string[]): { readonly Writ: object } {
  const parameters = Object.fromEntries(parameterNames.map((name) => [name, optional(string)]));
  const known = ['User', 'Agent', 'Device', 'Permission'];
  return {
    Writ: {
      entityTypes: {
        Group: {},
        User: { memberOfTypes: ['Group'], shape: record({ alias: string }) },
        Agent: { shape: record({ owner: entity('Group') }) },
        Device: { shape: record({ kind: string, compliant: optional(boolean) }) },
        Permission: {},
        /** A session: what it was issued for. `account`: its name in `accounts.yaml`. */
        Writ: {
          shape: record({
            user: entity('User'),
            agent: entity('Agent'),
            device: entity('Device'),
            task: entity('Task'),
            permission: entity('Permission'),
            account: string,
          }),
        },
        /** By its tag. */
        Task: {},
        /** By its ARN. */
        Role: {},
        /** All of it: `Writ::Installation::"*"`. */
        Installation: {},
      },
      actions: {
        issue: {
          appliesTo: {
            principalTypes: ['User'],
            resourceTypes: ['Permission'],
            context: record({
              ...SIGN_IN,
              agent: entity('Agent'),
              actor: record({ kind: string, id: string }),
              device: entity('Device'),
              binding: record({
                subject: string,
                actor: string,
                actor_device: optional(string),
                request: optional(string),
              }),
              task: LABELLED,
              purpose: LABELLED,
              parameters: record(parameters),
              /** Its name in `accounts.yaml`. */
              account: string,
              /** Seconds. */
              duration: long,
            }),
          },
        },
        enroll: {
          appliesTo: { principalTypes: ['User'], resourceTypes: ['Device'], context: record(SIGN_IN) },
        },
        revoke: {
          appliesTo: {
            principalTypes: ['User'],
            resourceTypes: ['Writ', ...known, 'Task', 'Role', 'Installation'],
            /** `end`, `block` or `lift`. */
            context: record({ ...SIGN_IN, mode: string }),
          },
        },
        read: {
          appliesTo: {
            principalTypes: ['User'],
            resourceTypes: ['Writ', ...known, 'Task', 'Role', 'Installation'],
            context: record(SIGN_IN),
          },
        },
      },
    },
  };
}
