import { BROKER, ISSUER_URL, type Preset, quoted, SCHEMA_LINE } from './preset.ts';

/**
 * Service account tokens of one cluster, projected with the broker as audience.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/
 */
export const kubernetes: Preset = {
  name: 'kubernetes',
  class: 'actor',
  alias: 'cluster',
  says: 'agents in pods of one Kubernetes cluster',
  subjectExample: 'system:serviceaccount:agents:report-writer',
  questions: [
    {
      flag: 'cluster',
      asks: "The cluster's issuer (kubectl get --raw /.well-known/openid-configuration)",
      example: 'https://oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE',
      fits: ISSUER_URL,
    },
    {
      flag: 'namespace',
      asks: 'Namespace of the agents',
      example: 'agents',
      fits: /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
    },
    {
      flag: 'cluster-keys',
      asks: 'Where its keys are, if not where EKS, GKE and AKS have them',
      example: 'https://cluster.example.com/openid/v1/jwks',
      fits: ISSUER_URL,
      optional: true,
    },
    BROKER,
  ],
  file: ({
    cluster = '',
    namespace,
    'cluster-keys': keys,
    broker,
  }) => `${SCHEMA_LINE}# Agents in pods: service account tokens of one cluster. Another cluster has another issuer, and other keys.
#
# The pod mounts a token made for the broker (volumes: projected: serviceAccountToken: audience, expirationSeconds: 600).
# The tokens that every pod has are made for the cluster itself and are refused.
iss: ${quoted(cluster)}
class: actor
audiences: [${quoted(broker)}]
algorithms: [RS256]
jwks_uri: ${quoted(keys ?? keysOf(cluster))}
require:
  # Who may create pods in a namespace can be every service account of it: so only this one.
  - { claim: [kubernetes.io, namespace], oneOf: [${quoted(namespace)}] }
claims:
  # system:serviceaccount:<namespace>:<name>
  subject: sub
`,
};

/** Read from the clusters' own discovery documents. */
function keysOf(cluster: string): string {
  if (cluster.startsWith('https://oidc.eks.')) return `${cluster}/keys`;
  if (cluster.startsWith('https://container.googleapis.com/')) return `${cluster}/jwks`;
  return `${cluster.replace(/\/$/, '')}/openid/v1/jwks`;
}
