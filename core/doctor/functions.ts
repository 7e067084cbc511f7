/** The deployed functions: that all are there, run, and decide by one configuration, which is this one. */

import { DUTIES } from '../duties.ts';
import { member } from '../encoding/i-json.ts';
import { MINT_TIMEOUT_MILLIS, RECONCILE_MILLIS } from '../limits.ts';
import { RELEASE_SETTING } from '../release.ts';
import { about, type Check, type Judgement, must, type Verdict } from './check.ts';
import { type Facts, type FunctionFacts, known } from './facts.ts';
import { functionOf, publicUrlOf, settingOf, valuesOf } from './settings.ts';

const RUNTIME = 'nodejs24.x';
const BUNDLE = 'WRIT_BUNDLE_SHA256';

/** What a duty waits for at least, seconds. */
const WAITS = [
  { duty: 'exchange', least: MINT_TIMEOUT_MILLIS / 1000 },
  { duty: 'reconcile', least: RECONCILE_MILLIS / 1000 },
] as const;

export const FUNCTION_CHECKS: readonly Check[] = [
  {
    id: 'function.present',
    what: 'There is a function for each duty.',
    reliesOn: 'Lambda: functions `writ-<duty>`',
    fault: 'A duty has no function.',
    judge: (facts) =>
      DUTIES.flatMap((duty) =>
        about(duty, facts.broker.functions, () =>
          must(functionOf(facts, duty).known, {
            what: `Nothing does what ${duty} is for.`,
            proof: `no function is called …-${duty}`,
            fix: 'npx cdk deploy',
          }),
        ),
      ),
  },
  {
    id: 'function.runtime',
    what: `Functions run on ${RUNTIME}.`,
    reliesOn: 'Lambda: `Runtime`',
    fault: 'A function runs on another runtime.',
    judge: each(({ runtime }) =>
      must(runtime === RUNTIME, {
        what: 'The code was made for another runtime, or this one gets no more security fixes.',
        proof: `Runtime: ${runtime}`,
        fix: 'npx cdk deploy',
      }),
    ),
  },
  {
    id: 'function.state',
    what: 'Functions can be invoked, and their last update succeeded.',
    reliesOn: 'Lambda: `State`, `LastUpdateStatus`',
    fault: 'A function is not active, or its last update failed.',
    judge: each(({ name, state, lastUpdate }) =>
      must(state === 'Active' && lastUpdate === 'Successful', {
        what: 'The function does not answer, or runs what was there before.',
        proof: `State: ${state}, LastUpdateStatus: ${lastUpdate}`,
        fix: `aws lambda get-function-configuration --function-name ${name} says why`,
      }),
    ),
  },
  {
    id: 'function.timeout',
    what: 'A function may take longer than what it waits for.',
    reliesOn: 'Lambda: `Timeout` of exchange and reconcile',
    fault: 'A function is stopped before what it waits for can have answered.',
    judge: (facts) =>
      WAITS.flatMap(({ duty, least }) => {
        const found = functionOf(facts, duty);
        // One that is not there is another check's fault.
        return found.known || !facts.broker.functions.known
          ? about(duty, found, ({ name, timeoutSeconds }) =>
              must(timeoutSeconds > least, {
                what: 'It is cut off in the middle: writs are left without an answer, or accounts unverified.',
                proof: `Timeout: ${timeoutSeconds} s; what it waits for may take ${least} s`,
                fix: `npx cdk deploy, or: aws lambda update-function-configuration --function-name ${name} --timeout ${least + 5}`,
              }),
            )
          : [];
      }),
  },
  {
    id: 'function.bundle',
    what: 'All functions decide by one configuration.',
    reliesOn: `\`${BUNDLE}\` of all functions`,
    fault: 'Two functions have different bundles.',
    judge: ({ broker }) => about('bundle', broker.functions, (functions) => agree(functions, BUNDLE)),
  },
  {
    id: 'function.release',
    what: 'All functions are of one release.',
    reliesOn: `\`${RELEASE_SETTING}\` of all functions`,
    fault: 'Two functions are of different releases.',
    judge: ({ broker }) =>
      about('release', broker.functions, (functions) => agree(functions, RELEASE_SETTING)),
  },
  {
    id: 'function.settings',
    what: 'Functions agree on where everything is.',
    reliesOn: 'the functions’ other `WRIT_*` settings',
    fault: 'Two functions have different values of one setting.',
    judge: ({ broker }) =>
      about('settings', broker.functions, (functions) => {
        const names = [...new Set(functions.flatMap(({ settings }) => Object.keys(settings)))].sort();
        const differing = names.find(
          (name) => name !== BUNDLE && name !== RELEASE_SETTING && valuesOf(functions, name).size > 1,
        );
        return differing === undefined ? agree(functions, '') : agree(functions, differing);
      }),
  },
  {
    id: 'configuration.deployed',
    what: 'What is deployed is this configuration.',
    reliesOn: `\`${BUNDLE}\`, against \`config/\``,
    fault: 'The functions decide by another configuration than the one that the doctor was given.',
    judge: ({ broker, policy }) => {
      const deployed = settingOf(broker.functions, BUNDLE);
      // Where they do not agree, that is the fault.
      if (!deployed.known && broker.functions.known) return [];
      return about('bundle', deployed, (hash) =>
        must(hash === policy.hash, {
          what: 'What was changed in config/ does not hold yet, and whatever is said here is said of the new one.',
          proof: `deployed: ${hash.slice(0, 12)}…, config/: ${policy.hash.slice(0, 12)}…`,
          fix: 'npx writ policy diff shows what would change; npx cdk deploy brings it there',
        }),
      );
    },
  },
  {
    id: 'release.deployed',
    what: 'What is deployed is the doctor’s own release.',
    reliesOn: `\`${RELEASE_SETTING}\`, against \`writ --version\``,
    fault: 'The functions are of another release than the doctor.',
    judge: ({ broker, release }) => {
      const deployed = settingOf(broker.functions, RELEASE_SETTING);
      // Where they do not agree, that is the fault.
      if (broker.functions.known && valuesOf(broker.functions.value, RELEASE_SETTING).size > 1) return [];
      return about('release', deployed, (value) =>
        must(value === release, {
          what: 'Roles and settings are held against what this release makes of config/, which may not be what runs.',
          proof: `deployed: ${value.slice(0, 64)}, doctor: ${release}`,
          fix: 'Use the writ of the deployed release, or upgrade: docs/upgrading.md',
        }),
      );
    },
  },
  {
    id: 'broker.metadata',
    what: 'The broker answers at its public URL, and calls itself so.',
    reliesOn: '`WRIT_PUBLIC_URL`; metadata (RFC 8414 §3)',
    fault: 'The public URL does not answer, or with another broker’s metadata.',
    judge: (facts) =>
      about('broker', facts.broker.metadata, (metadata) => {
        const url = publicUrlOf(facts);
        if (!url.known) return null;
        const issuer = metadata.ok ? member(metadata.value, 'issuer') : null;
        return must(issuer === url.value, {
          what: 'No client finds the broker, or each proof is refused for its htu.',
          proof: metadata.ok
            ? `${url.value} calls itself ${String(issuer).slice(0, 200)}`
            : `${url.value}: ${metadata.problem}`,
          fix: 'Let the domain, its certificate and WRIT_PUBLIC_URL agree: config/broker.yaml, then npx cdk deploy',
        });
      }),
  },
];

function each(judge: (of: FunctionFacts) => Verdict): Check['judge'] {
  return ({ broker: { functions } }: Facts): readonly Judgement[] =>
    functions.known
      ? functions.value.flatMap((one) => about(one.name, known(one), judge))
      : about('functions', functions, () => null);
}

/** @param setting - One that no function has is agreed on. */
function agree(functions: readonly FunctionFacts[], setting: string): Verdict {
  const values = valuesOf(functions, setting);
  return must(values.size < 2, {
    what: 'During a deploy that is so for a moment, and refuses; after one, some functions were left out.',
    proof: [...values]
      .map(([value, names]) => `${setting} is ${value.slice(0, 80)} in ${names.join(', ')}`)
      .join('; '),
    fix: 'npx cdk deploy',
  });
}
