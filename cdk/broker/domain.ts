import {
  BasePathMapping,
  DomainName,
  EndpointType,
  type RestApi,
  SecurityPolicy,
} from 'aws-cdk-lib/aws-apigateway';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { ARecord, HostedZone, RecordTarget } from 'aws-cdk-lib/aws-route53';
import { ApiGatewayDomain } from 'aws-cdk-lib/aws-route53-targets';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';

export interface DomainProps {
  readonly name: string;
  /** ARN, in the broker's Region. */
  readonly certificate: string;
  /** Gets an alias record; absent: whoever keeps the zone makes one. */
  readonly zone?: { readonly id: string; readonly name: string } | undefined;
  /** `s3://bucket/key`, PEM: with it clients must show a certificate. */
  readonly truststore?: string | undefined;
}

/** The broker's own name, and mutual TLS where a truststore says whose certificates are good. */
export class Domain extends Construct {
  constructor(scope: Construct, id: string, { api, ...props }: DomainProps & { readonly api: RestApi }) {
    super(scope, id);
    const mtls = props.truststore === undefined ? {} : { mtls: truststoreOf(this, props.truststore) };
    const domain = new DomainName(this, 'Name', {
      domainName: props.name,
      certificate: Certificate.fromCertificateArn(this, 'Certificate', props.certificate),
      endpointType: EndpointType.REGIONAL,
      securityPolicy: SecurityPolicy.TLS_1_2,
      ...mtls,
    });
    new BasePathMapping(this, 'Mapping', { domainName: domain, restApi: api, stage: api.deploymentStage });
    if (props.zone === undefined) return;
    new ARecord(this, 'Record', {
      zone: HostedZone.fromHostedZoneAttributes(this, 'Zone', {
        hostedZoneId: props.zone.id,
        zoneName: props.zone.name,
      }),
      recordName: `${props.name}.`,
      target: RecordTarget.fromAlias(new ApiGatewayDomain(domain)),
    });
  }
}

function truststoreOf(scope: Construct, address: string) {
  const [, , bucket = '', ...key] = address.split('/');
  return { bucket: Bucket.fromBucketName(scope, 'Truststore', bucket), key: key.join('/') };
}
