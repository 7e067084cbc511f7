/**
 * CloudTrail, which the audit reads: later events of a session are attributed by the AssumeRole event, and that one is a
 * read (architecture, section 4).
 */

import { about, type Check, must, OK, type Verdict } from './check.ts';
import { dataResources } from './data-resources.ts';
import { type Facts, known, type TrailFacts, type TrailSelector } from './facts.ts';
import { eachAccount } from './roles.ts';

export const TRAIL_CHECKS: readonly Check[] = [
  {
    id: 'trail.present',
    what: 'Every account has a trail, its own or the organisation’s.',
    reliesOn: 'CloudTrail: trails',
    fault: 'An account has no trail.',
    judge: eachAccount(({ account, id }, { trails }) =>
      about(`account ${account}`, trails, (all) =>
        must(all.length > 0, {
          what: 'What sessions did there is written down nowhere.',
          proof: `DescribeTrails: none in account ${id}`,
          fix: 'aws cloudtrail create-trail --is-multi-region-trail --enable-log-file-validation … (one for the organisation is enough)',
        }),
      ),
    ),
  },
  trail(
    'trail.regions',
    'covers every Region',
    '`IsMultiRegionTrail`',
    'covers one Region only',
    ({ name, multiRegion }) =>
      must(multiRegion, {
        what: 'What a session does in another Region is not seen.',
        proof: `${name}: IsMultiRegionTrail is false`,
        fix: `aws cloudtrail update-trail --name ${name} --is-multi-region-trail`,
      }),
  ),
  trail('trail.logging', 'is logging', '`IsLogging`', 'is not logging', ({ name, logging }) =>
    must(logging, {
      what: 'Nothing is written down at this moment.',
      proof: `${name}: IsLogging is false`,
      fix: `aws cloudtrail start-logging --name ${name}`,
    }),
  ),
  trail(
    'trail.validation',
    'can be shown to be whole',
    '`LogFileValidationEnabled`',
    'has no digests',
    ({ name, logFileValidation }) =>
      must(logFileValidation, {
        what: 'Nobody can show that no file was changed or taken away.',
        proof: `${name}: LogFileValidationEnabled is false`,
        fix: `aws cloudtrail update-trail --name ${name} --enable-log-file-validation`,
      }),
  ),
  trail(
    'trail.management',
    'has management events',
    'event selectors: management events',
    'has no management events',
    ({ name, selectors }) =>
      must(management(selectors).length > 0, {
        what: 'AssumeRole is a management event: without it no event has an author.',
        proof: `${name}: no selector includes management events`,
        fix: selectAll(name),
      }),
  ),
  trail(
    'trail.read-write',
    'has reads as well as writes',
    'event selectors: `ReadWriteType`',
    'has management events of one kind only',
    ({ name, selectors }) => {
      const found = management(selectors);
      if (found.length === 0) return null;
      return must(isBoth(found), {
        what: 'AssumeRole is logged as a read: a trail of writes loses the event that names user, agent and task.',
        proof: `${name}: ReadWriteType is ${found.map(({ only }) => only).join(', ')}`,
        fix: selectAll(name),
      });
    },
  ),
  {
    id: 'trail.data-events',
    what: 'Data events are logged for the objects and items that permissions reach.',
    reliesOn:
      'CloudTrail: data events of `AWS::S3::Object` and `AWS::DynamoDB::Table`; `statements` of permissions/*.yaml',
    fault: 'Something that a permission can read or write is in no data event.',
    judge: eachAccount((account, { trails }, { policy: { bundle } }) => {
      const resources = dataResources(bundle, account);
      if (resources.length === 0) return [];
      return about(`account ${account.account}`, trails, (all) => {
        if (all.length === 0) return null;
        const selectors = all.flatMap((one) => one.selectors).filter(({ category }) => category === 'Data');
        const missing = resources.filter(
          (resource) =>
            !isBoth(
              selectors.filter(
                (selector) => selector.resourceType === resource.type && covers(selector, resource.prefix),
              ),
            ),
        );
        return missing.length === 0
          ? OK
          : must(false, {
              what: 'What agents read and write there leaves no trace.',
              proof: `no data events of ${missing.map(({ prefix }) => prefix).join(', ')}`,
              fix: `aws cloudtrail put-event-selectors --trail-name ${best(all)?.name ?? ''} --advanced-event-selectors … (category Data, resources.type ${[...new Set(missing.map(({ type }) => type))].join(', ')})`,
            });
      });
    }),
  },
];

/** A setting of the account's best trail: with several, one that has all of them is enough. */
function trail(
  id: string,
  holds: string,
  setting: string,
  differs: string,
  judge: (trail: TrailFacts) => Verdict | null,
): Check {
  return {
    id,
    what: `The account’s trail ${holds}.`,
    reliesOn: `CloudTrail: ${setting}`,
    fault: `The account’s trail ${differs}.`,
    judge: eachAccount(({ account }, { trails }: Facts['accounts'][string]) => {
      if (!trails.known) return about(`account ${account}`, trails, () => null);
      const found = best(trails.value);
      return found === null ? [] : about(`trail ${found.name} of ${account}`, known(found), judge);
    }),
  };
}

/** Of which the most is right. */
function best(trails: readonly TrailFacts[]): TrailFacts | null {
  const right = ({ multiRegion, logging, logFileValidation, selectors }: TrailFacts): number =>
    [multiRegion, logging, logFileValidation, management(selectors).some(({ only }) => only === null)].filter(
      Boolean,
    ).length;
  return trails.reduce<TrailFacts | null>(
    (found, one) => (found === null || right(one) > right(found) ? one : found),
    null,
  );
}

/** Reads and writes, in one selector or in two. */
function isBoth(selectors: readonly TrailSelector[]): boolean {
  const kinds = new Set(selectors.map(({ only }) => only));
  return kinds.has(null) || (kinds.has('ReadOnly') && kinds.has('WriteOnly'));
}

const management = (selectors: readonly TrailSelector[]): readonly TrailSelector[] =>
  selectors.filter(({ category, narrowed }) => category === 'Management' && !narrowed);

/** CloudTrail compares what a request named: a prefix of `arn:…:` alone means all. */
const covers = ({ startsWith, narrowed }: TrailSelector, prefix: string): boolean =>
  !narrowed && (startsWith.length === 0 || startsWith.some((begin) => prefix.startsWith(begin)));

const selectAll = (name: string): string =>
  `aws cloudtrail put-event-selectors --trail-name ${name} --event-selectors '[{"ReadWriteType":"All","IncludeManagementEvents":true}]' (it replaces all selectors: keep those of data events)`;
