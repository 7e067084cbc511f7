/** Of what the counts speak: no input is never "no finding". */
import type { AuditResult, DigestCoverage, PlaceCoverage } from '../../../core/audit/result.ts';
import { counted, dateTime, number } from '../moment.ts';
import { code, type Html, html, joined, shown as text } from './html.ts';
import { andMore, first, section, sizeOf, table } from './parts.ts';

const MOST = { places: 100, damaged: 30, without: 60, flaws: 30 };

export function coverage(result: AuditResult): Html {
  const { coverage: covered, question } = result;
  const period = {
    from: question.from ?? covered.found?.from ?? 0,
    to: question.to ?? (covered.found?.to ?? 0) + 1,
  };
  const { shown, leftOut } = first(covered.places, MOST.places);
  return section(
    'coverage',
    'What was read',
    html`<p>The counts speak of this and of nothing else.</p>`,
    shown.length === 0
      ? html`<p class="bad">No event was found.</p>`
      : table(
          'Accounts and Regions, with whole hours in which no event was found',
          [
            { title: 'Account' },
            { title: 'Region' },
            { title: 'Events', number: true },
            { title: 'Of data', number: true },
            { title: 'From, to (UTC)' },
            { title: 'Hours without any', number: true },
            { title: 'The period', wide: true },
          ],
          shown.map((place) => ({ cells: placeCells(place, period) })),
        ),
    andMore(leftOut, 'places', 'in manifest.json'),
    html`<ul class="limits">${[...findings(result)].map((said) => html`<li>${said}</li>`)}</ul>`,
  );
}

function placeCells(place: PlaceCoverage, period: { readonly from: number; readonly to: number }) {
  const { account, region, events, dataEvents, from, to, emptyHours } = place;
  return [
    code(account, 40),
    html`<span class="nw">${region === '' ? 'any' : text(region, 40)}</span>`,
    number(events),
    number(dataEvents),
    from === null || to === null
      ? 'asked for, not found'
      : html`<span class="nw">${dateTime(from)}</span> <span class="nw">${dateTime(to)}</span>`,
    number(emptyHours),
    strip(place, period),
  ];
}

/** The period as a strip, with a hole for each time without events. */
function strip(
  { gaps, events }: PlaceCoverage,
  { from, to }: { readonly from: number; readonly to: number },
): Html {
  const at = (time: number) => Math.min(100, Math.max(0, ((time - from) / (to - from || 1)) * 100));
  const hole = (gap: { readonly from: number; readonly to: number }) =>
    html`<rect class="h" x="${at(gap.from).toFixed(2)}%" y="1" width="${(at(gap.to) - at(gap.from)).toFixed(2)}%" height="10"/>`;
  const said =
    events === 0
      ? 'no event'
      : gaps.shown.length === 0
        ? 'no whole hour is empty'
        : `${gaps.shown.length + gaps.leftOut} gaps`;
  return html`<svg class="gap" role="img" aria-label="${said}"><title>${said}</title>${events > 0 && html`<rect class="g" y="1" width="100%" height="10"/>`}${gaps.shown.map(hole)}</svg>`;
}

function* findings({ coverage: covered, inputs, completeness, log }: AuditResult): Generator<Html> {
  for (const { where, flaw } of log.flaws.slice(0, MOST.flaws))
    yield html`<strong>The log does not verify:</strong> ${code(where)}, ${text(flaw)}.`;
  yield covered.dataEvents
    ? html`Data events are in the trail, at least some of them.`
    : html`<strong>No data event</strong> is in the trail. They are off by default: what was done to objects, items and messages cannot be seen here.`;
  yield digestsOf(covered.digests);
  for (const { name, flaw } of covered.digests.flaws.shown.slice(0, MOST.flaws))
    yield html`<strong>Digest:</strong> ${code(name, 160)}, ${flaw.replaceAll('_', ' ')}.`;
  if (covered.accountsMissing.length > 0)
    yield html`<strong>Accounts without any event</strong>, though sessions were issued in them: ${joined(
      covered.accountsMissing.map((account) => code(account)),
      ', ',
    )}.`;
  for (const { name, damage, records } of inputs.damaged.shown.slice(0, MOST.damaged))
    yield html`<strong>Damaged:</strong> ${code(name, 160)}, ${damage.replaceAll('_', ' ')}, after ${counted(records, 'record')}.`;
  if (sizeOf(inputs.damaged) > MOST.damaged)
    yield html`And ${number(sizeOf(inputs.damaged) - MOST.damaged)} more damaged files: see manifest.json.`;
  for (const { file, position, damage, field } of inputs.unreadable.shown.slice(0, 10))
    yield html`Unreadable: ${code(file, 160)}, record ${position}, ${damage.replaceAll('_', ' ')}${field !== null && html` ${code(field)}`}.`;
  yield* both(completeness);
}

/** Every mint has its record, and every record its mint. */
function* both({ issued, withoutMint, mints, withoutRecord }: AuditResult['completeness']): Generator<Html> {
  const missing = sizeOf(withoutMint);
  yield html`From the log to the trail: ${counted(issued, 'session')} issued in the period and in accounts that the trail covers; ${
    missing === 0
      ? 'the trail has the mint of each'
      : html`<strong>${number(missing)} without a mint event</strong> (${joined(
          withoutMint.shown.slice(0, MOST.without).map((writ) => code(writ)),
          ', ',
        )}${missing > MOST.without && ', …'})`
  }.`;
  yield html`From the trail to the log: ${counted(mints, 'session')} of brokered roles made; ${withoutRecord === 0 ? 'the log has the intent of each' : html`<strong>${number(withoutRecord)} without an intent</strong>`}.`;
}

function digestsOf({ signatures, files, verified, filesCovered, filesUncovered }: DigestCoverage): Html {
  const covers = `${counted(filesCovered, 'trail file')} covered, ${number(filesUncovered)} not`;
  switch (signatures) {
    case 'verified':
      return html`CloudTrail’s digests: the signatures of all ${number(files)} hold; ${covers}.`;
    case 'partly':
      return html`CloudTrail’s digests: of ${number(files)}, the signatures of ${number(verified)} could be checked and hold; ${covers}.`;
    case 'failed':
      return html`<strong>CloudTrail’s digests: signatures do not hold.</strong> ${covers}.`;
    case 'no_keys':
      return html`CloudTrail’s digests: hashes of ${number(files)} were compared, <strong>no signature was</strong>, as no key was given; ${covers}.`;
    case 'none':
      return html`<strong>No digest of CloudTrail’s</strong> was there: nothing shows that the files are as they were delivered.`;
  }
}
