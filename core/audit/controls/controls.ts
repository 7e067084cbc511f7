/** What a run shows toward each control: counted from its records and verdicts, not claimed. */
import type { AuditRun } from '../result.ts';
import { CATALOGUE, type Control } from './catalogue.ts';
import {
  type ControlFinding,
  type EvidenceLock,
  FRAMEWORKS,
  type Framework,
  type Statement,
} from './finding.ts';
import { type Facts, factsOf } from './period.ts';
import { NEVER, QUERIES, type Query } from './queries.ts';
import { unproven } from './show-log.ts';
import { both, count, missing, type Shown, statement } from './statement.ts';

/**
 * @param run - Its period is the question's; what was not asked for counts as what was found.
 * @param options.lock - What the store said of its locks; `null`: it was not asked.
 * @param options.frameworks - Which; all of them by default, in their order.
 * @returns one finding for each control, whatever there is toward it. The same for the same run.
 */
export function controlsOf(
  { result, evidence }: Pick<AuditRun, 'result' | 'evidence'>,
  {
    lock = null,
    frameworks = FRAMEWORKS,
  }: { readonly lock?: EvidenceLock | null; readonly frameworks?: readonly Framework[] } = {},
): readonly ControlFinding[] {
  const facts = factsOf(result, evidence, lock);
  const answered = new Map<Query, Shown>();
  const answer = (query: Query): Shown => {
    const known = answered.get(query) ?? QUERIES[query](facts);
    answered.set(query, known);
    return known;
  };
  const always = both(distrust(facts), unproven(facts));
  return FRAMEWORKS.filter((framework) => frameworks.includes(framework)).flatMap((framework) =>
    CATALOGUE[framework].map((control) => findingOf(framework, control, answer, always)),
  );
}

function findingOf(
  framework: Framework,
  { id, title, shows, never }: Control,
  answer: (query: Query) => Shown,
  always: Shown,
): ControlFinding {
  const said = both(...shows.map(answer));
  return {
    ...{ framework, id, title },
    evidence: once(said.evidence),
    missing: shows.length === 0 ? [] : once([...always.missing, ...said.missing]),
    never: never.map((word) => NEVER[word]),
  };
}

/** Said first, wherever anything rests on the log. */
const distrust = ({ result: { log } }: Facts): Shown =>
  log.flaws.length === 0
    ? missing()
    : missing(
        statement(
          `The log does not verify (${count(log.flaws.length, 'flaw')}): nothing beside this sentence can be relied on.`,
        ),
      );

const once = (statements: readonly Statement[]): readonly Statement[] => [
  ...new Map(statements.map((each) => [each.says, each])).values(),
];
