/**
 * Every minute, from outside, with the requests of any agent: does it work, and does it refuse?
 *
 *     sign → enroll → exchange → a call that must work → one that must not → two identities that must be refused
 *          → end the session → the first call again, until AWS refuses it
 *
 * One writ serves all. A step that rests on one that failed is not tried, and says nothing: its alarm rings by silence.
 */
import { type NotGiven, notGiven, readSession, refusedFor } from './probe/answers.ts';
import { askForSession, askToEnd, type Prober, post, subjectForm } from './probe/asked.ts';
import type { ProbePlan } from './probe/plan.ts';
import type { ProbeCalls, ProbePorts } from './probe/ports.ts';
import { NOTHING_TRIED, type Probed, type StepResult } from './probe/result.ts';
import { subjectToken } from './probe/tokens.ts';
import type { Reason } from './refusals.ts';

/** Between two looks, milliseconds: ours; what is measured is as exact as this. */
const LOOK_EVERY_MILLIS = 500;
/** An agent that no configuration has: a name there has no dot. */
const NOBODY = 'nobody.at.all';

/**
 * One probe.
 *
 * @param options.within - How long AWS may take to refuse what was ended, milliseconds.
 * @returns what became of each step. What the broker or AWS do wrong is a result, no error; a session that was had is ended
 *   whatever else failed.
 */
export async function probe(
  options: { readonly plan: ProbePlan; readonly publicUrl: string; readonly within: number },
  ports: ProbePorts,
): Promise<Probed> {
  const key = await ports.newKey();
  const rnd = Buffer.from(ports.random(32)).toString('base64url');
  const prober: Prober = { plan: options.plan, publicUrl: options.publicUrl, key, rnd, nonce: '' };
  const now = Math.floor(ports.clock() / 1000);
  const of = { jkt: key.jkt, rnd, now };
  const subject = await subjectToken(options.plan, of, ports.sign).catch(() => null);
  if (subject === null) return failed('unsigned');

  const attestation = await enroll(subject, prober, ports);
  if (typeof attestation !== 'string') return failed(attestation.result, attestation.reason);
  const shown = { subject, attestation };
  const got = readSession(await askForSession(shown, prober, ports));
  // The same token of another key: all that is wrong with it is who signed.
  const forged = await subjectToken(options.plan, of, key.sign);
  const identity = await refusesStrangers({ forged, ...shown }, prober, ports);
  if ('result' in got) {
    const { steps, ...rest } = failed(got.result, got.reason);
    return { ...rest, steps: { ...steps, identity } };
  }

  const calls = ports.callsWith(got.credential, options.plan.account.region);
  try {
    const allowed = await calls.allowed();
    const forbidden = await calls.forbidden();
    const ended = await end(got.writ, { prober, calls, works: allowed === 'allowed', ...options }, ports);
    return {
      steps: {
        exchange: 'ok',
        allowed: allowed === 'allowed' ? 'ok' : allowed,
        forbidden: forbidden === 'denied' ? 'ok' : forbidden === 'allowed' ? 'let_through' : forbidden,
        identity,
        revocation: ended.result,
      },
      writ: got.writ,
      reason: null,
      refusedAfterMillis: ended.after,
    };
  } finally {
    calls.close();
  }
}

const failed = (exchange: StepResult, reason: Reason | null = null): Probed => ({
  ...NOTHING_TRIED,
  reason,
  steps: { ...NOTHING_TRIED.steps, exchange },
});

/** @returns the attestation. The first request has no nonce, as an agent's has none (RFC 9449 §8). */
async function enroll(subject: string, prober: Prober, ports: ProbePorts): Promise<string | NotGiven> {
  const ask = () => post('/enroll', subjectForm(subject, prober.rnd), prober, ports);
  const first = await ask();
  const answer = first?.body.error === 'use_dpop_nonce' && prober.nonce !== '' ? await ask() : first;
  if (answer?.status !== 200) return notGiven(answer);
  const { client_attestation } = answer.body;
  const isJwt = typeof client_attestation === 'string' && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(client_attestation);
  return isJwt ? client_attestation : { result: 'malformed', reason: null };
}

/**
 * Two that must be refused, each for its own reason: a token that another key signed, whose bearer learns nothing beside
 * (decision 3); and, with the good token, an agent that nobody registered.
 */
async function refusesStrangers(
  shown: { readonly forged: string; readonly subject: string; readonly attestation: string },
  prober: Prober,
  ports: ProbePorts,
): Promise<StepResult> {
  const { forged, attestation } = shown;
  const stranger = await askForSession({ subject: forged, attestation }, prober, ports);
  const asStranger = refusedFor(stranger, (body) => JSON.stringify(body) === '{"error":"invalid_request"}');
  const nobody = await askForSession({ ...shown, agent: NOBODY }, prober, ports);
  const asNobody = refusedFor(nobody, ({ reason_code }) => reason_code === 'actor_unknown');
  return asStranger === 'ok' ? asNobody : asStranger;
}

/**
 * Ends the session, and looks until AWS refuses it.
 *
 * @param of.works - Whether the call worked before: of one that did not, a refusal shows nothing.
 */
async function end(
  writ: string,
  of: {
    readonly prober: Prober;
    readonly calls: ProbeCalls;
    readonly works: boolean;
    readonly within: number;
  },
  ports: ProbePorts,
): Promise<{ readonly result: StepResult; readonly after: number | null }> {
  const answer = await askToEnd(writ, of.prober, ports);
  if (answer?.status !== 200) return { result: notGiven(answer).result, after: null };
  if (answer.body.ended !== 1) return { result: 'nothing_ended', after: null };
  if (!of.works) return { result: 'not_tried', after: null };
  const asked = ports.clock();
  for (;;) {
    const said = await of.calls.allowed();
    const after = ports.clock() - asked;
    if (said === 'denied') return { result: 'ok', after };
    if (after >= of.within) return { result: said === 'allowed' ? 'still_allowed' : said, after: null };
    await ports.sleep(LOOK_EVERY_MILLIS);
  }
}
