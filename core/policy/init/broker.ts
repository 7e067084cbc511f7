/** Where the broker is to run, and whose accounts it serves. */
export interface Deployed {
  /** Twelve digits. */
  readonly account: string;
  readonly region: string;
  /** `null`: members are rolled out by other means. */
  readonly organization: { readonly id: string; readonly root: string } | null;
}

/** `broker.yaml`: what `npx cdk deploy` reads beside the bundle. */
export const brokerFile = ({ account, region, organization }: Deployed): string =>
  `# yaml-language-server: $schema=./schemas/broker.schema.json
# Where the broker runs: an account of its own, so that nobody else's administrator can become mint.
account: "${account}"
region: ${region}
${
  organization === null
    ? ''
    : `# With it, npx cdk deploy --all makes the roles in every account of accounts.yaml.
organization:
  id: ${organization.id}
  root: ${organization.root}
`
}`;
