/** `npx cdk synth`, `npx cdk deploy`: the broker, and where an organisation is named its roll-out to the members. */
import { join, resolve } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { builtCode } from './broker/code.ts';
import { BrokerStack } from './broker-stack.ts';
import { flags, ROOT, readInstallation } from './installation.ts';
import { memberTemplates } from './member-stack.ts';
import { MembersStack } from './members-stack.ts';

const app = new App();
Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));

const config: unknown = app.node.tryGetContext('config');
const { settings, policy, bundleFile } = readInstallation(
  resolve(ROOT, typeof config === 'string' ? config : 'config'),
);
const functions = join(ROOT, 'dist', 'functions');
const code = builtCode({ functions, bundle: bundleFile }, join(ROOT, 'dist', 'assets'));

const broker = new BrokerStack(app, 'Writ', { settings, policy, code });
if (settings.organization !== undefined) {
  const { root } = settings.organization;
  const templates = memberTemplates(policy.bundle, settings, flags());
  // Members trust the broker's roles by name: IAM wants them to be there first.
  new MembersStack(app, 'WritMembers', { settings, root, templates }).addStackDependency(broker);
}
app.synth();
