/** Every minute, where the configuration has a prober. What is asked, and in which order, lives in core/probe.ts. */
import { probe } from '../core/probe.ts';
import { loadPolicy, prober } from './edge/compose.ts';
import { readConfig } from './edge/config.ts';
import { invocation } from './edge/invocation.ts';
import { logProbed } from './edge/log.ts';
import { startOnce } from './edge/once.ts';
import { within } from './edge/within.ts';

const config = readConfig(process.env, ['publicUrl', 'bundle', 'probeKey', 'judgedEndpoint', 'region']);
const started = startOnce(() => prober(config, loadPolicy(config, process.env)));

export const handler = invocation(async (event: { readonly within?: unknown }) => {
  const { plan, ports } = started();
  const options = { plan, publicUrl: config.publicUrl, within: within(event) };
  const startedAt = ports.clock();
  const probed = await probe(options, ports);
  logProbed(probed, startedAt);
  return probed;
}, 'probe');
