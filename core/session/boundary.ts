import type { Permission, Statement } from '../policy/bundle.ts';
import { containment } from './containment.ts';
import type { PolicyDocument } from './policy-document.ts';

/**
 * The permissions boundary of a target role: no policy that somebody attaches to the role later gives its sessions
 * another action, and containment holds even where a session policy would have lost its own.
 *
 * Resources are the fence's business: it denies, and a boundary's silence would not hold against a resource policy.
 *
 * @param statements - The role's widest statements, Allow only.
 */
export function boundary(statements: readonly Statement[], lifts: Permission['lifts']): PolicyDocument {
  const actions = [...new Set(statements.flatMap(({ Action }) => Action))].sort();
  return {
    Version: '2012-10-17',
    Statement: [
      { Sid: 'Most', Effect: 'Allow', Action: actions, Resource: '*' },
      containment(statements, lifts),
    ],
  };
}
