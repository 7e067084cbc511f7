/** GET /receipts/{id}, which IAM guards. Decisions live in core/receipts.ts. */
import { Fault } from '../core/fault.ts';
import { receipts } from '../core/receipts.ts';
import { receiptPorts } from './edge/compose.ts';
import { readConfig } from './edge/config.ts';
import { httpEndpoint } from './edge/http.ts';
import { logDone } from './edge/log.ts';

const PATH = '/receipts/{id}';
const config = readConfig(process.env, ['publicUrl', 'controlTable', 'evidenceBucket', 'region']);
const ports = receiptPorts(config);

/** Nothing in it is secret, and everything says that there was something: so whoever asks has signed. */
export const handler = httpEndpoint(
  async ({ caller }, id) => {
    if (caller === undefined) throw new Fault('misconfigured');
    const found = await receipts(id, ports);
    logDone('receipts', null);
    if (found === null) return { status: 404, headers: {}, body: { error: 'not_found' } };
    return { status: 200, headers: {}, body: { ...found } };
  },
  { name: 'receipts', method: 'GET', path: PATH, publicUrl: config.publicUrl, iamPath: PATH },
);
