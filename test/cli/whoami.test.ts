import { expect, test } from 'vitest';
import { keep } from '../../cli/credential-cache.ts';
import { openProfile, writeAttestation } from '../../cli/session.ts';
import { issued, WRIT } from './fake-broker.ts';
import { signedInAt } from './signed-in.ts';
import { newWorld } from './world.ts';

const NOW = 1_795_000_000_000; // fixed, milliseconds
const SECONDS = NOW / 1000;

const GET = [
  ...['credentials', '--profile', 'work', '--permission', 'reports-read', '--account', 'prod'],
  ...['--agent', 'analyst', '--task', 'FIN-1', '--purpose', 'Sum up Q3', '--parameter', 'prefix=q3'],
];

test('person, device, sign-in and sessions, and nobody is asked', async () => {
  const { writ, home, broker } = await signedInAt(NOW, () => issued(900));
  await writ(GET);
  const profile = await openProfile({ home, env: {} }, 'work');
  await writeAttestation(profile, {
    v: 1,
    client_attestation: 'a.b.c',
    iss: 'http://127.0.0.1:1',
    sub: 'alice',
    broker: broker.origin,
    device: 'writ:the-device',
    exp: SECONDS + 7200,
  });
  const asked = broker.seen.length;
  const later = { clock: () => NOW + 100_000 };
  const { exit, stdout, stderr } = await writ(['whoami', '--profile', 'work', '--json'], later);
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' });
  expect(JSON.parse(stdout)).toEqual({
    profile: 'work',
    broker: broker.origin,
    person: {
      iss: 'http://127.0.0.1:1',
      sub: 'alice',
      signed_in_at: SECONDS,
      seconds_left: 86_300,
      renewable: false,
    },
    device: { jkt: profile.key.jkt, enrolled: true, name: 'writ:the-device', seconds_left: 7100 },
    writs: [
      {
        writ: WRIT,
        agent: 'analyst',
        task: 'FIN-1',
        purpose: 'Sum up Q3',
        permission: 'reports-read',
        account: 'prod',
        parameters: { prefix: 'q3' },
        deadline: SECONDS + 900,
        seconds_left: 800,
        held_by: 'cache',
        here: false,
      },
    ],
  });
  const words = (await writ(['whoami', '--profile', 'work'], later)).stdout;
  expect(words).toContain('alice at http://127.0.0.1:1\n');
  expect(words).toContain('writ:the-device, enrolled, 7100 s left');
  expect(words).toMatch(new RegExp(`^${WRIT} +800 s +cache +analyst +FIN-1 +reports-read +prod$`, 'm'));
  expect(stdout + words).not.toMatch(/canary|ASIALOCAL/);
  expect(broker.seen.length).toBe(asked);
});

test('a session that has ended is not shown, and one of exec is known as one’s own there', async () => {
  const { writ, home } = await signedInAt(NOW, () => issued(900));
  const profile = await openProfile({ home, env: {} }, 'work');
  const asked = { permission: 'p', account: 'a', task: 'T', purpose: 'P', parameters: {}, duration: 900 };
  await keep(profile, 'a'.repeat(64), {
    writ: WRIT,
    credentials: null,
    endsAt: NOW + 60_000,
    lifetime: 900,
    for: { agent: 'analyst', ...asked },
    run: WRIT,
  });
  const writs = async (change: object) =>
    JSON.parse((await writ(['whoami', '--profile', 'work', '--json'], change)).stdout).writs;
  expect(await writs({})).toMatchObject([{ held_by: 'exec', here: false, seconds_left: 60 }]);
  expect(await writs({ env: { WRIT_EXEC: WRIT } })).toMatchObject([{ held_by: 'exec', here: true }]);
  expect(await writs({ clock: () => NOW + 60_000 })).toEqual([]);
});

test('who is not enrolled is told how', async () => {
  const { writ } = await signedInAt(NOW, () => issued(900));
  const { stdout } = await writ(['whoami', '--profile', 'work']);
  expect(stdout).toContain('not enrolled: writ enroll --profile work');
  expect(stdout).toContain('No session is held here.');
});

test('nobody is signed in: refused, with the command that helps', async () => {
  const { writ } = await newWorld();
  const ran = await writ(['whoami', '--json']);
  expect(ran).toMatchObject({ exit: 2, stdout: '' });
  expect(JSON.parse(ran.stderr)).toMatchObject({
    error: 'login_required',
    next: 'writ login --profile default',
  });
});
