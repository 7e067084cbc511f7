import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Effect, ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { STAGE } from '../names.ts';
import { ROUTES } from './api.ts';

/** A policy that an admin gives to whoever may end sessions with AWS credentials alone: the routes that IAM guards. */
export class Responders extends Construct {
  constructor(scope: Construct, id: string, { api }: { readonly api: RestApi }) {
    super(scope, id);
    const routes = ROUTES.filter(({ guard }) => guard === 'iam');
    new ManagedPolicy(this, 'Policy', {
      managedPolicyName: 'writ-responder',
      description: 'May revoke, list and look through the routes of Writ that IAM guards.',
      statements: [
        new PolicyStatement({
          effect: Effect.ALLOW,
          actions: ['execute-api:Invoke'],
          resources: routes.map(({ method, path }) =>
            api.arnForExecuteApi(method, path.replace(/\{\w+\}/, '*'), STAGE),
          ),
        }),
      ],
    });
  }
}
