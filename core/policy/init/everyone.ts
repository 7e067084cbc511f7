import type { First } from './first.ts';
import { type Example, named, somebody } from './people.ts';

export const EVERYONE = `// What holds for everyone. A forbid cannot be out-voted by any permit.

// Twelve hours: a new day, a new sign-in.
@id("sign-in-is-fresh")
@remedy("step_up")
forbid (principal, action, resource)
when { context.auth_age > 43200 };

// A device that only the sign-in's own token claims has proven nothing by itself.
@id("device-is-proven")
@remedy("enroll")
forbid (principal, action == Writ::Action::"issue", resource)
when { context.device.kind == "claimed" };

@id("device-is-compliant")
forbid (principal, action == Writ::Action::"issue", resource)
when { context.device has compliant && !context.device.compliant };
`;

export const everyoneCases = (
  first: First,
  example: Example,
): string => `# yaml-language-server: $schema=../schemas/test.schema.json
cases:
  - name: yesterday's sign-in is too old, and signing in again helps
    ask: { ${somebody(first)}, auth_age: 43201, ${named(example)} }
    expect: refuse
    by: [sign-in-is-fresh]
    remedy: step_up

  - name: a claimed device is to be enrolled
    ask: { ${somebody(first)}, device: { kind: claimed }, ${named(example)} }
    expect: refuse
    by: [device-is-proven]
    remedy: enroll

  - name: a device out of compliance gets nothing
    ask: { ${somebody(first)}, device: { kind: attested, compliant: false }, ${named(example)} }
    expect: refuse
    by: [device-is-compliant]
`;
