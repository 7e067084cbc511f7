/** What no report of this kind can know. Printed whatever was found. */
import type { AuditResult } from '../../../core/audit/result.ts';
import { type Html, html } from './html.ts';
import { section } from './parts.ts';

export const limits = ({ question, log, coverage }: AuditResult): Html =>
  section(
    'limits',
    'What this report cannot know',
    html`<p>Read it with these in mind.</p>`,
    html`<ul class="limits">${[
      log.local &&
        html`<strong>The log is a laptop’s.</strong> Whoever owns the laptop could have written another one.`,
      html`<strong>What CloudTrail does not record.</strong> Data events are off by default, some services log nothing, and events come minutes late: the newest are the least complete.${!coverage.dataEvents && ' This trail has no data event at all.'}`,
      html`<strong>Who sat at the keyboard.</strong> The log says who had signed in, and which key proved the request; not who typed, nor what the agent had been told.`,
      html`<strong>Whether a purpose was true.</strong> A task or purpose that is <em>declared</em> is the agent’s own word.`,
      html`<strong>The order of two moments within ${question.toleranceSeconds} s.</strong> CloudTrail’s clock has whole seconds and tells when a call completed. What is closer to an end is in doubt, and called so.`,
      html`<strong>Whether AWS erred after a revocation.</strong> IAM takes a while to be the same everywhere. A call let through after a refusal was seen has to be looked at; it does not follow that AWS should have known.`,
      html`<strong>What was erased.</strong> Names, addresses and purposes stand in the log as hashes. Where the opening was deleted or not handed over, this page says so and cannot say more.`,
      html`<strong>Whether you see the log that others see.</strong> The checkpoint is signed; that nobody was shown another one of the same size, only comparing tells.`,
      html`<strong>Whether a control is met.</strong> This is evidence. Judging is the auditor’s.`,
    ]
      .filter((said) => said !== false)
      .map((said) => html`<li>${said}</li>`)}</ul>`,
  );
