/** `npx cdk synth` and `npx cdk deploy`: the broker, and with an organisation its roll-out to the members. */
import { join, resolve } from 'node:path';
import { App } from 'aws-cdk-lib';
import { builtCode } from './broker/code.ts';
import { BrokerStack } from './broker-stack.ts';
import { ROOT, readInstallation } from './installation.ts';

const app = new App();
const config: unknown = app.node.tryGetContext('config');
const { settings, policy, bundleFile } = readInstallation(
  resolve(ROOT, typeof config === 'string' ? config : 'config'),
);
const code = builtCode(
  { functions: join(ROOT, 'dist', 'functions'), bundle: bundleFile },
  join(ROOT, 'dist', 'assets'),
);
new BrokerStack(app, 'Writ', { settings, policy, code });
app.synth();
