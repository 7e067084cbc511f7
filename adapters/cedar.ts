import {
  type AuthorizationAnswer,
  type CheckParseAnswer,
  type Context,
  type Entities,
  type PolicySet,
  preparsePolicySet,
  preparseSchema,
  type Schema,
  statefulIsAuthorized,
} from '@cedar-policy/cedar-wasm/nodejs';
import { sha256Hex } from '../core/encoding/hash.ts';
import { jcs } from '../core/encoding/jcs.ts';
import { Fault } from '../core/fault.ts';
import type { CedarPolicies } from '../core/policy/bundle.ts';
import type { Authorize } from '../core/ports.ts';

/**
 * Cedar with these policies and this schema, parsed once: call it when the function starts.
 *
 * @throws Fault `policy_engine_failed` where they do not parse; and from each call where the engine gives no answer,
 *   also because a question does not fit the schema.
 */
export function cedar(policies: CedarPolicies): Authorize {
  // Cedar keeps what it parsed under a name. The hash as its name keeps two bundles in one process apart.
  const name = sha256Hex(jcs(policies));
  parsed(attempt(() => preparseSchema(name, policies.schema as Schema)));
  parsed(
    attempt(() =>
      preparsePolicySet(name, { staticPolicies: policies.policies as PolicySet['staticPolicies'] }),
    ),
  );
  return (question) => {
    const answer: AuthorizationAnswer = attempt(() =>
      statefulIsAuthorized({
        principal: question.principal,
        action: question.action,
        resource: question.resource,
        context: question.context as Context,
        entities: question.entities as unknown as Entities,
        preparsedPolicySetId: name,
        preparsedSchemaName: name,
        validateRequest: true,
      }),
    );
    if (answer.type === 'failure') throw new Fault('policy_engine_failed');
    const { decision, diagnostics } = answer.response;
    return {
      decision,
      policies: [...diagnostics.reason].sort(),
      errors: diagnostics.errors.map((error) => error.policyId).sort(),
    };
  };
}

/** The engine's messages quote what they choked on, so nothing of them is passed on. */
function attempt<T>(call: () => T): T {
  try {
    return call();
  } catch (cause) {
    throw new Fault('policy_engine_failed', { cause });
  }
}

function parsed(answer: CheckParseAnswer): void {
  if (answer.type === 'failure') throw new Fault('policy_engine_failed');
}
