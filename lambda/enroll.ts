/** POST /enroll. Decisions live in core/enroll.ts. */
import { cedar } from '../adapters/cedar.ts';
import { enroll } from '../core/enroll.ts';
import { enrolmentPorts, loadPolicy } from './edge/compose.ts';
import { PUBLIC_SETTINGS, readConfig } from './edge/config.ts';
import { httpEndpoint } from './edge/http.ts';
import { startOnce } from './edge/once.ts';
import { respond } from './edge/respond.ts';

const config = readConfig(process.env, PUBLIC_SETTINGS);
const ports = startOnce(() => {
  const policy = loadPolicy(config, process.env);
  return enrolmentPorts(config, policy, cedar(policy.bundle.policies));
});

export const handler = httpEndpoint(
  async (received) =>
    respond('enroll', await enroll(received, ports()), ports(), (enrolment) => ({ ...enrolment })),
  { name: 'enroll', method: 'POST', path: '/enroll', publicUrl: config.publicUrl },
);
