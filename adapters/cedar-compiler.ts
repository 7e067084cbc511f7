/** Cedar as the compiler of configuration needs it. At build time only: functions use `cedar.ts`. */
import {
  checkParsePolicySet,
  type DetailedError,
  policySetTextToParts,
  policyToJson,
  type Schema,
  validate,
} from '@cedar-policy/cedar-wasm/nodejs';
import type { CedarCompiler, ParsedPolicy } from '../core/policy/config/cedar.ts';

/** Never throws for a bad policy: problems come back with their offset in UTF-16, which Cedar counts in bytes. */
export const cedarCompiler: CedarCompiler = {
  parse(text) {
    const checked = checkParsePolicySet({ staticPolicies: text });
    const parts = policySetTextToParts(text);
    if (parts.type === 'failure')
      return { ok: false, problems: parts.errors.map((error) => told(text, error)) };
    const [template] = parts.policy_templates;
    if (template !== undefined) {
      const offset = Math.max(0, text.indexOf(template));
      return { ok: false, problems: [{ offset, problem: 'is a template: policies here have no slots' }] };
    }
    if (checked.type === 'failure')
      return { ok: false, problems: checked.errors.map((error) => told(text, error)) };
    const policies: ParsedPolicy[] = [];
    const taken = new Set<number>();
    for (const policy of parts.policies) {
      const offset = untaken(text, policy, taken);
      taken.add(offset);
      const answer = policyToJson(policy);
      if (answer.type === 'failure') {
        return { ok: false, problems: answer.errors.map(({ message }) => ({ offset, problem: message })) };
      }
      const { effect, annotations } = answer.json;
      policies.push({ text: policy, offset, effect, annotations: annotations ?? {}, json: answer.json });
    }
    return { ok: true, policies };
  },

  validate(policies, schema) {
    const answer = validate({
      validationSettings: { mode: 'strict' },
      schema: schema as Schema,
      policies: { staticPolicies: policies },
    });
    if (answer.type === 'failure') {
      return answer.errors.map(({ message }) => ({ id: '', offset: 0, problem: message }));
    }
    return [...answer.validationErrors, ...answer.validationWarnings].map(({ policyId, error }) => ({
      id: policyId,
      ...told(policies[policyId] ?? '', error),
    }));
  },
};

/** Where the policy stands in the file. Two may have the same text, and Cedar gives them in an order of its own. */
function untaken(text: string, policy: string, taken: ReadonlySet<number>): number {
  let offset = text.indexOf(policy);
  while (taken.has(offset)) offset = text.indexOf(policy, offset + 1);
  return Math.max(0, offset);
}

function told(text: string, error: DetailedError): { readonly offset: number; readonly problem: string } {
  const start = error.sourceLocations?.[0]?.start ?? 0;
  const problem = error.help ? `${error.message} (${error.help})` : error.message;
  return { offset: utf16Offset(text, start), problem };
}

/** Cedar counts bytes of UTF-8. */
function utf16Offset(text: string, bytes: number): number {
  const before = new TextEncoder().encode(text).subarray(0, bytes);
  return new TextDecoder().decode(before).length;
}
