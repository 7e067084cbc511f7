/**
 * `npm run judges`: holds the local AWS and `core/iam` against an independent judge, ministack. Both get the roles that
 * Writ deploys and the calls that Writ and its sessions send; where they differ, `differences.json` must say so, and by
 * which passage of the AWS documentation ours is right. `--json`: one line, for a script.
 */
import { parseArgs } from 'node:util';
import { cases as byHand } from '../core/iam/cases.ts';
import { express } from './by-hand.ts';
import { assumptionCases } from './cases/assumptions.ts';
import { denyDocumentCases } from './cases/deny-documents.ts';
import { endingCases } from './cases/endings.ts';
import { requestKeyCases } from './cases/request-keys.ts';
import { roleCases } from './cases/roles.ts';
import { signatureCases } from './cases/signatures.ts';
import { writCases } from './cases/writs.ts';
import { openCourts } from './courts.ts';
import { exampleBundle } from './example.ts';
import { complaints, knownDifferences } from './judged.ts';
import { inWords, type Report, tally } from './report.ts';
import { tryAll } from './trial.ts';

/** Fewer would be no second opinion. */
const LEAST_CASES = 60;

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
  const bundle = exampleBundle();
  const now = Math.floor(Date.now() / 1000);
  const expressed = byHand.map((each, number) => ({ name: each.name, ...express(each, number) }));
  const cases = [
    ...writCases(bundle, now),
    ...endingCases(bundle, now),
    ...denyDocumentCases(bundle, now),
    ...assumptionCases(bundle, now),
    ...roleCases,
    ...signatureCases,
    ...requestKeyCases(now),
    ...expressed.flatMap((each) => ('value' in each ? [each.value] : [])),
  ];
  const courts = await openCourts(process.env);
  try {
    const judged = await tryAll(cases, courts);
    const known = knownDifferences();
    const wrong = [
      ...complaints(judged, known),
      ...(judged.length < LEAST_CASES
        ? [`both judged ${judged.length} cases, fewer than ${LEAST_CASES}`]
        : []),
    ];
    const report: Report = {
      judged,
      known,
      wrong,
      trustLeftOut: [...courts.theirs.leftOut],
      casesLeftOut: expressed.flatMap(({ name, ...each }) =>
        'leftOut' in each ? [{ name, why: each.leftOut }] : [],
      ),
    };
    console.log(values.json ? JSON.stringify({ ...tally(report), ...report }) : inWords(report));
    return wrong.length === 0 ? 0 : 1;
  } finally {
    await courts.close();
  }
}

process.exitCode = await main();
