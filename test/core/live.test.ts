/** Who is live, for people: counted by what they can be ended by, whatever the index says. */
import { beforeEach, describe, expect, test } from 'vitest';
import { sha256Hex } from '../../core/encoding/hash.ts';
import { jcs } from '../../core/encoding/jcs.ts';
import { endedItem, intentItem, issuedItem, keyItem } from '../../core/ledger/keys.ts';
import type { Intent } from '../../core/ledger/records.ts';
import { liveSessions } from '../../core/live.ts';
import type { HeadKey } from '../../core/ports.ts';
import { type MemoryLedger, memoryLedger } from '../support/memory-ledger.ts';
import { DEADLINE, ENDED, INTENT, ISSUED, KEY, OPENED } from './ledger/fixture.ts';

let memory: MemoryLedger;
beforeEach(() => {
  memory = memoryLedger();
  made = 0;
});

let made = 0;
/** Issues a writ; its id. */
async function issue(change: Partial<Intent> = {}): Promise<string> {
  const writ = `01jd3v9q2m8x${String(made).padStart(4, '0')}`;
  made += 1;
  const intent = { ...INTENT, ...change, writ };
  const outcome = { ...ISSUED, writ, accessKeyId: `ASIA${made}`, intent: sha256Hex(jcs(intent)) };
  await memory.ledger.record(intentItem(intent, jcs(intent)), { subject: 'idp:alice', values: {} }, null);
  const { accessKeyId } = outcome;
  await memory.ledger.settle(issuedItem(outcome, intent.deadline), keyItem({ ...KEY, writ, accessKeyId }));
  return writ;
}
const count = (of: readonly HeadKey[], now = OPENED + 2) => liveSessions(memory.ledger).count(of, now);
const ALL = [{ kind: 'all', value: '*' }] as const;
const ofUser = (id: string) => ({ ...INTENT.subject, id });
const ofDevice = (id: string, jkt: string) => ({ ...INTENT.device, id, jkt });

describe('counted', () => {
  test('are those that any of the names ends, each once', async () => {
    const writ = await issue();
    await issue({ subject: ofUser('idp:bob') });
    await issue({ subject: ofUser('idp:carol'), device: ofDevice('mdm:laptop', 'd2') });
    const names: readonly (readonly [HeadKey['kind'], string, number])[] = [
      ['all', '*', 3],
      ['writ', writ, 1],
      ['user', 'idp:bob', 1],
      ['user', 'idp:nobody', 0],
      ['device', 'writ:d1', 2],
      ['device', 'writ:d2', 1],
      ['device', 'mdm:laptop', 1],
      ['agent', 'code-agent', 3],
      ['task', 'FIN-1234', 3],
      ['permission', 'reports-read', 3],
      ['role', INTENT.role, 3],
      ['role', `${INTENT.role}-2`, 0],
    ];
    for (const [kind, value, ended] of names) expect(await count([{ kind, value }]), kind).toBe(ended);
    expect(
      await count([
        { kind: 'device', value: 'mdm:laptop' },
        { kind: 'device', value: 'writ:d2' },
      ]),
    ).toBe(1);
    expect(await count([])).toBe(0);
  });

  test('are those before their deadline, to the second', async () => {
    await issue();
    expect(await count(ALL, DEADLINE - 1)).toBe(1);
    expect(await count(ALL, DEADLINE)).toBe(0);
  });

  test('are also those of the next hour, as far as a session can last', async () => {
    await issue({ deadline: OPENED + 3600 });
    expect(await count(ALL, OPENED)).toBe(1);
  });

  test('are not those that have ended, and not what cannot be read', async () => {
    const ended = await issue();
    await memory.ledger.append(endedItem({ ...ENDED, writ: ended }));
    const unreadable = await issue();
    await issue();
    const { readMany } = memory.ledger;
    const ledger = {
      ...memory.ledger,
      readMany: async (keys: Parameters<typeof readMany>[0]) =>
        (await readMany(keys)).map((item) =>
          item.pk === `WRIT#${unreadable}` ? { ...item, body: 'not JSON' } : item,
        ),
    };
    expect(await liveSessions(ledger).count(ALL, OPENED + 2)).toBe(1);
  });

  test('of a thousand are held in memory a few hundred at a time, and others’ are read once', async () => {
    for (let n = 0; n < 1000; n += 1)
      await issue({ subject: ofUser(n % 10 === 0 ? 'idp:alice' : 'idp:bob') });
    let [read, most, underWay] = [0, 0, 0];
    const ledger = {
      ...memory.ledger,
      readMany: async (keys: Parameters<typeof memory.ledger.readMany>[0]) => {
        expect(keys.length).toBeLessThanOrEqual(100);
        read += keys.length;
        underWay += keys.length;
        most = Math.max(most, underWay);
        const items = await memory.ledger.readMany(keys);
        underWay -= keys.length;
        return items;
      },
    };
    expect(await liveSessions(ledger).count([{ kind: 'user', value: 'idp:alice' }], OPENED + 2)).toBe(100);
    expect(read).toBe(1000 + 2 * 100);
    expect(most).toBeLessThanOrEqual(400);
  });
});

describe('the names of one machine', () => {
  const namesOf = async (device: string) =>
    [...(await liveSessions(memory.ledger).namesOf(device, OPENED + 2))].sort();

  test('its id, and each key that it showed with it, of live sessions only', async () => {
    await issue({ device: ofDevice('mdm:laptop', 'k1') });
    await issue({ device: ofDevice('mdm:laptop', 'k2') });
    const ended = await issue({ device: ofDevice('mdm:laptop', 'k3'), issueBefore: OPENED - 60 });
    await memory.ledger.append(endedItem({ ...ENDED, writ: ended }));
    await issue({ device: ofDevice('mdm:other', 'k4') });
    expect(await namesOf('mdm:laptop')).toEqual(['mdm:laptop', 'writ:k1', 'writ:k2']);
    expect(await namesOf('writ:k1')).toEqual(['mdm:laptop', 'writ:k1']);
    expect(await namesOf('mdm:nobody')).toEqual([]);
  });

  test('those of sessions that are being issued are among them: nothing else tells of these yet', async () => {
    for (const [jkt, issueBefore] of [
      ['k1', OPENED + 10],
      ['k2', OPENED - 5],
      ['k3', OPENED - 60],
    ] as const) {
      const writ = `01jd3v9q2m8xaa${jkt}`;
      const intent = { ...INTENT, writ, issueBefore, device: ofDevice('mdm:laptop', jkt) };
      await memory.ledger.record(intentItem(intent, jcs(intent)), { subject: 'idp:alice', values: {} }, null);
    }
    expect(await namesOf('mdm:laptop')).toEqual(['mdm:laptop', 'writ:k1', 'writ:k2']);
  });
});
