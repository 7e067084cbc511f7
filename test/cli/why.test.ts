/** `writ why` as it is typed: one event's story, its proof, the bundle, and the commands that do without us. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import { evidenceFolder } from '../../adapters/evidence-folder.ts';
import { commit } from '../../core/archive/commit.ts';
import {
  DEADLINE,
  intentWith,
  OPENED,
  OPENINGS,
  revocationOf,
  storyOf,
  WRIT,
} from '../core/audit/fixture.ts';
import { commitPorts, leafOfRecord, numberedLeaves, testSigner, vkeyOf } from '../support/evidence-log.ts';
import { foreign, mint, use } from './audit/raw-events.ts';
import { newWorld, type World } from './world.ts';

const KEY = vkeyOf(testSigner());
const id = (number: number): string => `e0000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

let world: World;
let at: (file: string) => string;
beforeEach(async () => {
  world = await newWorld();
  at = (file) => join(world.home, file);
  const ports = commitPorts({ log: evidenceFolder(at('evidence')) });
  await commit(numberedLeaves(5), ports);
  await commit(storyOf().map(leafOfRecord), ports);
  await commit(numberedLeaves(6, 5), ports);
  put('log.vkey', KEY);
  put('evidence/log.vkey', KEY);
});

function put(file: string, content: string | Uint8Array): void {
  mkdirSync(dirname(at(file)), { recursive: true });
  writeFileSync(at(file), content);
}
const putTrail = (...records: readonly unknown[]) =>
  put('trail/a.json.gz', gzipSync(JSON.stringify({ Records: records })));
const why = (what: string, ...more: readonly string[]) =>
  world.writ(['why', what, '--trail', 'trail', '--evidence', 'evidence', '--key', 'log.vkey', ...more]);
/** Lines are broken where the screen ends. */
const flowing = (text: string): string => text.replace(/\s+/g, ' ');

describe('an event', () => {
  test('is told whole: who, from where, through what, for what, and whether it was valid', async () => {
    putTrail(mint(1), use(2), foreign(3));
    const ran = await why(id(2));
    expect(ran).toMatchObject({ exit: 0, stderr: '' });
    expect(flowing(ran.stdout)).toContain(
      'idp:alice authorised it, from the device writ:d1 (enrolled); the agent code-agent (enrolled) executed it with ' +
        'reports-read in 444455556666, for task FIN-1234 (declared): its purpose is erased, or was not handed over ' +
        '(declared). The credential was valid at that moment: 840 s were left.',
    );
    expect(flowing(ran.stdout)).toContain('verdict ATTRIBUTED: Its writ was in force');
    expect(flowing(ran.stdout)).toContain('decision permit by reports;');
    expect(ran.stdout).toMatch(/joined by +source identity, session name, principal id, access key, to writ/);
    expect(ran.stdout).toContain('leaf 5  00#intent\n  leaf 6  10#outcome\n');
    expect(ran.stdout).toMatch(
      /leaf 5 is in the log\n {2}SHA-256\(00 ‖ record\).*\n( {2}SHA-256\(01 ‖ .*\n){4} {2}which is/,
    );
  });

  test('with what the auditor was given', async () => {
    putTrail(use(2));
    put('openings.json', JSON.stringify(Object.fromEntries(OPENINGS)));
    const ran = await why(id(2), '--openings', 'openings.json');
    expect(flowing(ran.stdout)).toContain('“Summarise the figures” (declared)');
  });

  test.each([
    {
      what: 'too late',
      change: { eventTime: DEADLINE + 60 },
      exit: 2,
      says: 'not valid any more at that moment: it had been over for 60 s.',
    },
    { what: 'too early', change: { eventTime: OPENED - 60 }, exit: 2, says: 'it was issued 61 s later.' },
    {
      what: 'refused',
      change: { errorCode: 'AccessDenied' },
      exit: 0,
      says: 'code-agent (enrolled) tried it with',
    },
    {
      what: 'of an unknown writ',
      change: {
        identity: {
          sourceIdentity: null,
          principalId: 'AROAREPORTSREPORTS1:x',
          arn: null,
          accessKeyId: null,
        },
      },
      exit: 2,
      says: 'Nobody is known to have authorised it.',
    },
    {
      what: 'that disagrees',
      change: { identity: { accessKeyId: 'ASIAOTHEROTHEROTHER1' } },
      exit: 2,
      says: 'what need not be true of this event',
    },
  ])('$what: exit $exit', async ({ change, exit, says }) => {
    putTrail(use(2, change));
    const ran = await why(id(2));
    expect(ran.exit).toBe(exit);
    expect(flowing(ran.stdout)).toContain(says);
  });

  test('that is none of Writ’s is told too', async () => {
    putTrail(mint(1), foreign(3));
    const ran = await why(id(3));
    expect(ran.exit).toBe(0);
    expect(flowing(ran.stdout)).toContain(
      'Writ does not say who authorised it. A role that Writ does not broker.',
    );
  });

  test('is judged beside the others of its credential', async () => {
    const there = (number: number, eventTime: number) =>
      use(number, { eventTime, sourceAddress: '198.51.100.7' });
    putTrail(use(1, { eventTime: OPENED + 10 }), there(2, OPENED + 20), use(3, { eventTime: OPENED + 30 }));
    const ran = await why(id(2));
    expect(ran.exit).toBe(2);
    expect(flowing(ran.stdout)).toContain('verdict SHARED:');
  });

  test('with a twin of other content: both are listed', async () => {
    putTrail(use(2), use(2, { eventTime: OPENED + 70 }));
    const ran = await why(id(2));
    expect(ran.exit).toBe(2);
    expect(flowing(ran.stdout)).toContain('verdict CONFLICT: Two different events carry this event id');
    expect(ran.stdout).toContain('2 CONFLICT');
  });

  test('hostile text reaches no terminal', async () => {
    put('openings.json', JSON.stringify({ [WRIT]: {} }));
    putTrail(use(2, { errorCode: 'x\u001b[2J', errorMessage: '\u202e\u0007', eventName: "'; rm -rf ~\n" }));
    const { stdout } = await why(id(2));
    expect(stdout).not.toMatch(/[\p{Cf}\p{Cs}]|(?!\n)\p{Cc}/u);
  });
});

describe('a writ', () => {
  test('is told with what was done with it, alarms first', async () => {
    putTrail(mint(1), use(2), use(3, { eventTime: DEADLINE + 60 }));
    const ran = await why(WRIT);
    expect(ran.exit).toBe(2);
    expect(flowing(ran.stdout)).toContain('the agent code-agent (enrolled) was to use reports-read');
    expect(ran.stdout).toMatch(/events\n {2}2 ATTRIBUTED, 1 EXPIRED\n.*\n.* EXPIRED /);
  });

  test('needs no trail', async () => {
    const ran = await world.writ(['why', WRIT, '--evidence', 'evidence', '--key', 'log.vkey']);
    expect(ran).toMatchObject({ exit: 0, stdout: expect.stringContaining(`writ ${WRIT}`) });
    expect(ran.stdout).not.toContain('events');
  });

  test('that was revoked says by whom it was seen', async () => {
    const log = evidenceFolder(at('revoked'));
    await commit([...storyOf(), ...revocationOf(intentWith())].map(leafOfRecord), commitPorts({ log }));
    const ran = await world.writ(['why', WRIT, '--evidence', 'revoked', '--key', 'log.vkey']);
    expect(flowing(ran.stdout)).toMatch(/revoked writ \S+: asked \S+Z, written \S+Z, seen refused \S+Z/);
  });
});

describe('--json', () => {
  test('has all of it, and the proofs of all records', async () => {
    putTrail(use(2));
    const { exit, stdout } = await why(id(2), '--json');
    expect(exit).toBe(0);
    const said = JSON.parse(stdout);
    expect(said).toMatchObject({
      events: [{ finding: { verdict: 'ATTRIBUTED', records: [5, 6] } }],
      writ: WRIT,
      records: [{ index: 5, proven: true }, { index: 6 }],
      proofs: [{ index: 5 }, { index: 6 }],
      log: { size: 13, flaws: [] },
      key_from_the_log: false,
    });
    const root = Buffer.from(said.log.root, 'base64').toString('hex');
    for (const { steps } of said.proofs) expect(steps.at(-1).hash).toBe(root);
  });
});

describe('--bundle', () => {
  test('is verified by who has nothing else', async () => {
    putTrail(use(2));
    expect(await why(id(2), '--bundle', 'bundle.json')).toMatchObject({
      exit: 0,
      stdout: expect.stringContaining('written: bundle.json'),
    });
    const verified = await world.writ(['verify', 'bundle.json', '--key', 'log.vkey']);
    expect(verified).toMatchObject({ exit: 0, stdout: expect.stringContaining('intent: leaf 5 of 13') });
  });

  test('of nothing is refused', async () => {
    putTrail(foreign(3));
    expect(await why(id(3), '--bundle', 'bundle.json')).toMatchObject({ exit: 4, stdout: '' });
  });
});

describe('by hand', () => {
  test('each line does what it says', async () => {
    putTrail(mint(1), use(2));
    const { stdout } = await why(id(2));
    const lines = stdout.slice(stdout.indexOf('check it by hand')).split('\n').slice(1, -1);
    const commands = lines.map((line) => line.trim());
    expect(commands.at(-1)).toBe(
      `fsck --storage_url=file://${at('evidence')} --public_key=log.vkey --ui=false --N=16`,
    );
    const script = commands.slice(0, -2).join('\n');
    const out = execFileSync('sh', ['-euc', script], { cwd: world.home, encoding: 'utf8' });
    expect(out).toContain(`"eventID": "${id(2)}"`);
    expect(out).toContain('Signature Verified Successfully');
    const [, leaf] = /([0-9a-f]{64}) {2}-/.exec(out) ?? [];
    expect(script).toContain(`# ${leaf}`);
    expect(JSON.parse(await readFile(at('record.json'), 'utf8'))).toMatchObject({
      type: 'intent',
      writ: WRIT,
    });
  });

  test('a checkpoint that was changed fails there too', async () => {
    putTrail(use(2));
    const { stdout } = await why(id(2));
    const commands = stdout.slice(stdout.indexOf('check it by hand')).split('\n').slice(4, -3).join('\n');
    put(
      'evidence/checkpoint',
      (await readFile(at('evidence/checkpoint'), 'utf8')).replace('\n13\n', '\n12\n'),
    );
    expect(() => execFileSync('sh', ['-euc', commands], { cwd: world.home, stdio: 'pipe' })).toThrow();
  });
});

describe('what cannot be told', () => {
  test.each([id(9), '01jd3v9q2m8x7c4z'])('there is no %s: 3', async (what) => {
    putTrail(mint(1));
    expect(await why(what)).toMatchObject({ exit: 3, stdout: '' });
  });

  test('an event without a trail: 1', async () => {
    expect(await world.writ(['why', id(1), '--evidence', 'evidence'])).toMatchObject({ exit: 1, stdout: '' });
  });

  test('a log that does not verify is told, and ends with 4', async () => {
    putTrail(use(2));
    const bundle = at('evidence/tile/entries/000.p/13');
    const bytes = await readFile(bundle);
    const place = bytes.indexOf('FIN-1234');
    bytes[place] = (bytes[place] ?? 0) ^ 1;
    writeFileSync(bundle, bytes);
    const ran = await why(id(2));
    expect(ran.exit).toBe(4);
    expect(flowing(ran.stdout)).toContain('verdict UNVERIFIED:');
    expect(ran.stdout).toContain('leaf 5  00#intent  NOT PROVEN');
    expect(ran.stdout).toContain('does not hold\n  leaf 5: ');
  });

  test('another log’s key: 4', async () => {
    putTrail(use(2));
    put('other.vkey', vkeyOf(testSigner(7)));
    const ran = await world.writ([
      'why',
      id(2),
      '--trail',
      'trail',
      '--evidence',
      'evidence',
      '--key',
      'other.vkey',
    ]);
    expect(ran.exit).toBe(4);
  });

  test('a damaged file of the trail: 4, for there may be more', async () => {
    putTrail(use(2));
    put('trail/b.json.gz', 'no trail');
    expect(await why(id(2))).toMatchObject({ exit: 4, stderr: expect.stringContaining('trail/b.json.gz') });
  });

  test('the key came with the evidence: said', async () => {
    putTrail(use(2));
    const ran = await world.writ(['why', id(2), '--trail', 'trail', '--evidence', 'evidence']);
    expect(ran).toMatchObject({ exit: 0, stderr: expect.stringContaining('the key came with the evidence') });
  });
});
