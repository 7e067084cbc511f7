import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { CfnWebACL, CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';
import { MAX_BODY_BYTES } from '../../core/limits.ts';

/** Requests of one address in five minutes: a whole office behind one address has room. */
const OF_ONE_ADDRESS = 2000;

const seen = (metricName: string): CfnWebACL.VisibilityConfigProperty => ({
  cloudWatchMetricsEnabled: true,
  metricName,
  // Samples show headers, and so proofs.
  sampledRequestsEnabled: false,
});

/**
 * What stops a flood before it costs anything. AWS's common rules are not among them: they refuse bodies above 8 KB, and
 * four tokens in a form are longer.
 */
export class WebAcl extends Construct {
  constructor(
    scope: Construct,
    id: string,
    {
      api,
      arn,
    }: {
      readonly api: RestApi /** Somebody else's, instead of one of its own. */;
      readonly arn?: string | undefined;
    },
  ) {
    super(scope, id);
    new CfnWebACLAssociation(this, 'Association', {
      resourceArn: api.deploymentStage.stageArn,
      webAclArn: arn ?? this.#own().attrArn,
    });
  }

  #own(): CfnWebACL {
    return new CfnWebACL(this, 'Acl', {
      name: 'writ',
      scope: 'REGIONAL',
      defaultAction: { allow: {} },
      visibilityConfig: seen('writ'),
      rules: [
        {
          name: 'rate',
          priority: 0,
          action: { block: { customResponse: { responseCode: 429 } } },
          statement: { rateBasedStatement: { limit: OF_ONE_ADDRESS, aggregateKeyType: 'IP' } },
          visibilityConfig: seen('writ-rate'),
        },
        {
          name: 'body',
          priority: 1,
          action: { block: { customResponse: { responseCode: 413 } } },
          statement: {
            sizeConstraintStatement: {
              fieldToMatch: { body: { oversizeHandling: 'MATCH' } },
              comparisonOperator: 'GT',
              size: MAX_BODY_BYTES,
              textTransformations: [{ priority: 0, type: 'NONE' }],
            },
          },
          visibilityConfig: seen('writ-body'),
        },
        {
          name: 'known-bad-addresses',
          priority: 2,
          overrideAction: { none: {} },
          statement: {
            managedRuleGroupStatement: { vendorName: 'AWS', name: 'AWSManagedRulesAmazonIpReputationList' },
          },
          visibilityConfig: seen('writ-known-bad-addresses'),
        },
      ],
      // By default 16 KB of a body are looked at, and what is longer is oversize.
      associationConfig: { requestBody: { API_GATEWAY: { defaultSizeInspectionLimit: 'KB_64' } } },
    });
  }
}
