/** How anybody checks what stands here, with us and without us. */

import type { AuditResult, AuditRow } from '../../../core/audit/result.ts';
import { bundlePath, TILE_WIDTH } from '../../../core/evidence/tiles.ts';
import { type Html, html, shown as text } from './html.ts';
import { section } from './parts.ts';

/** A record out of an entry bundle (C2SP tlog-tiles: two bytes of length, then the entry), and its RFC 6962 leaf hash. */
export const LEAF_OF_BUNDLE = `import hashlib, sys
data, skip = open(sys.argv[1], "rb").read(), int(sys.argv[2]) % 256
while skip >= 0:
    size = int.from_bytes(data[:2], "big")
    body, data, skip = data[2:2 + size], data[2 + size:], skip - 1
print(hashlib.sha256(b"\\0" + body).hexdigest())
print(body.decode())`;

export function check(result: AuditResult, sample: AuditRow | null): Html {
  const { question, inputs, log } = result;
  const event = sample?.event;
  const file = event?.file ?? 'TRAIL-FILE';
  const leaf = sample?.finding.records[0] ?? 0;
  return section(
    'check',
    'Check it yourself',
    html`<p>Nothing here has to be believed. <code>EVIDENCE</code> stands for a copy of the log, <code>KEY-FILE</code> for its public key${event !== undefined && ', and the example is a row of this page'}.</p>`,
    html`<ol class="steps">${[
      step(
        'Ask again. The same question over the same files gives the same bytes, on any machine.',
        `${shell(question.command)}\nsha256sum -c SHA256SUMS`,
      ),
      step(
        'That the files are those that were read: each hash is in manifest.json, and this is the hash of the list.',
        `sha256sum FILE…\n# of the list: ${inputs.filesHash}`,
      ),
      step(
        'That CloudTrail delivered them so.',
        'aws cloudtrail validate-logs --trail-arn ARN --start-time FROM --end-time TO',
      ),
      step(
        'One event, as it stands in its file.',
        `gzip -dcf ${quoted(file)} | jq '(.Records // .)[${event?.position ?? 0}]'`,
      ),
      step(
        'Why it has its verdict, with the proof that leads from its records to the signed root.',
        `writ why ${quoted(event?.eventId ?? 'EVENT-ID')} --trail TRAIL --evidence EVIDENCE --key KEY-FILE`,
      ),
      step(
        `One record, without any of our code: leaf ${leaf}. The first line is its hash, which stands with its writ above.`,
        `python3 - EVIDENCE/${bundleOf(leaf, log.size)} ${leaf} <<'END'\n${LEAF_OF_BUNDLE}\nEND`,
      ),
      step(
        'The whole log, without any of our code: fsck of Tessera (Go) takes the public key and the folder. The size and root that it must find are at the top of this page.',
        'fsck --N=16 --ui=false --storage_url=file://EVIDENCE/ --public_key=KEY-FILE',
      ),
    ]}</ol>`,
    html`<p>Take the log’s public key, and if you can an older checkpoint, from somebody else than who gave you this page.</p>`,
  );
}

const step = (says: string, command: string): Html =>
  html`<li>${says}<pre tabindex="0"><code>${command.split('\n').map((line, at) => html`${at > 0 && NEWLINE}${text(line, 2000)}`)}</code></pre></li>`;

const NEWLINE = html`
`;

function bundleOf(leaf: number, size: number): string {
  const index = Math.floor(leaf / TILE_WIDTH);
  return bundlePath(index, Math.max(1, Math.min(TILE_WIDTH, size - index * TILE_WIDTH)));
}

const shell = (command: readonly string[]): string => command.map(quoted).join(' ');

/** For a POSIX shell. What cannot be seen is written out by whoever prints it, and then is no longer what was typed. */
const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
