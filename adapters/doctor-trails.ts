import {
  type AdvancedEventSelector,
  type CloudTrailClient,
  DescribeTrailsCommand,
  type EventSelector,
  GetEventSelectorsCommand,
  GetTrailStatusCommand,
} from '@aws-sdk/client-cloudtrail';
import type { TrailFacts, TrailSelector } from '../core/doctor/facts.ts';
import { filled } from './doctor-answer.ts';

/**
 * The trails that log an account in one Region, those of the organisation and of other Regions among them.
 *
 * @param clientFor - A trail's selectors and status are told in its home Region.
 */
export async function trailsOf(
  clientFor: (region: string) => CloudTrailClient,
  region: string,
): Promise<readonly TrailFacts[]> {
  const { trailList = [] } = await clientFor(region).send(
    new DescribeTrailsCommand({ includeShadowTrails: true }),
  );
  return Promise.all(
    trailList.map(async ({ Name, TrailARN, HomeRegion, IsMultiRegionTrail, LogFileValidationEnabled }) => {
      const home = clientFor(HomeRegion ?? region);
      const [{ IsLogging }, selectors] = await Promise.all([
        home.send(new GetTrailStatusCommand({ Name: filled(TrailARN) })),
        home.send(new GetEventSelectorsCommand({ TrailName: filled(TrailARN) })),
      ]);
      return {
        name: filled(Name),
        multiRegion: IsMultiRegionTrail === true,
        logFileValidation: LogFileValidationEnabled === true,
        logging: IsLogging === true,
        selectors: [
          ...(selectors.EventSelectors ?? []).flatMap(basic),
          ...(selectors.AdvancedEventSelectors ?? []).map(advanced),
        ],
      };
    }),
  );
}

/** One basic selector is of management events, of data events, or of both. */
function basic(selector: EventSelector): readonly TrailSelector[] {
  const { ReadWriteType, IncludeManagementEvents, DataResources = [] } = selector;
  const only = ReadWriteType === 'ReadOnly' || ReadWriteType === 'WriteOnly' ? ReadWriteType : null;
  return [
    ...(IncludeManagementEvents === true
      ? [{ category: 'Management', only, resourceType: '', startsWith: [], narrowed: false } as const]
      : []),
    ...DataResources.map(
      ({ Type = '', Values = [] }): TrailSelector => ({
        category: 'Data',
        only,
        resourceType: Type,
        // Without values it is of nothing.
        startsWith: Values,
        narrowed: Values.length === 0,
      }),
    ),
  ];
}

const CATEGORIES: { readonly [category: string]: TrailSelector['category'] } = {
  Management: 'Management',
  Data: 'Data',
};
const READ = ['eventCategory', 'readOnly', 'resources.type', 'resources.ARN', 'eventSource'];
/** Left out of management events without harm: neither has a part in who did what with a session. */
const LOUD = ['kms.amazonaws.com', 'rdsdata.amazonaws.com'];

function advanced({ FieldSelectors = [] }: AdvancedEventSelector): TrailSelector {
  const field = (name: string) => FieldSelectors.find(({ Field }) => Field === name);
  const readOnly = field('readOnly')?.Equals?.[0];
  const arn = field('resources.ARN');
  const source = field('eventSource');
  const { StartsWith = [], Equals = [] } = arn ?? {};
  return {
    category: CATEGORIES[field('eventCategory')?.Equals?.[0] ?? ''] ?? 'Other',
    only: readOnly === undefined ? null : readOnly === 'true' ? 'ReadOnly' : 'WriteOnly',
    resourceType: field('resources.type')?.Equals?.[0] ?? '',
    startsWith: [...StartsWith, ...Equals],
    narrowed:
      FieldSelectors.some(({ Field = '' }) => !READ.includes(Field)) ||
      (arn !== undefined && StartsWith.length + Equals.length === 0) ||
      (source !== undefined && !(source.NotEquals ?? ['']).every((one) => LOUD.includes(one))),
  };
}
