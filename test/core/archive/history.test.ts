/** A head that is not the published log's begins no second history; a second signature is none. */
import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { advanceMark } from '../../../core/archive/mark.ts';
import { archive } from '../../../core/archive.ts';
import { signCheckpoint } from '../../../core/evidence/checkpoint.ts';
import { Fault } from '../../../core/fault.ts';
import { endedOf, intentOf, issuedOf } from './records.ts';
import { Crash, inserted, ORIGIN, openWorld, type World } from './world.ts';

const FIRST = [1, 2, 3].map((n) => inserted(intentOf(n)));
const SECOND = [1, 2, 3].map((n) => inserted(issuedOf(n)));
const FORKED = new Fault('evidence_forked');

const written = async (...batches: (typeof FIRST)[]): Promise<World> => {
  const world = openWorld();
  for (const batch of batches) await archive(batch, world.ports);
  return world;
};
/** The objects of one, with the control table of another. */
const restored = (log: World, control: World): World =>
  openWorld({ ...control.kept(), objects: log.kept().objects });

describe('a control table that is not the log’s', () => {
  test.each([
    { name: 'gone', control: () => written() },
    { name: 'of a time before', control: () => written(FIRST) },
    { name: 'of another history, as long', control: () => written(SECOND, FIRST) },
  ])('$name: nothing is written', async ({ control }) => {
    const world = restored(await written(FIRST, SECOND), await control());
    const before = new Map(world.objects);
    await expect(archive([inserted(endedOf(1))], world.ports)).rejects.toEqual(FORKED);
    await expect(advanceMark(world.ports)).rejects.toEqual(FORKED);
    expect(world.objects).toEqual(before);
  });

  test('with a batch pending that the log is past: nothing is signed', async () => {
    const cut = await written(FIRST);
    cut.crash = { at: cut.calls.length + 5, when: 'after' };
    await expect(archive(SECOND, cut.ports)).rejects.toBeInstanceOf(Crash);
    expect(cut.kept().head.pending).toHaveLength(1);
    const world = restored(await written(FIRST, SECOND, [inserted(endedOf(1))]), cut);
    await expect(archive(SECOND, world.ports)).rejects.toEqual(FORKED);
    expect(world.calls).not.toContain('sign');
  });

  test('somebody faster is no fork', async () => {
    const world = await written(FIRST);
    let once = true;
    world.turn = async (name) => {
      if (name !== 'read checkpoint' || !once) return;
      once = false;
      await archive(SECOND, world.ports);
    };
    expect(await archive([inserted(endedOf(1))], world.ports)).toMatchObject({ added: 1, size: 7 });
  });

  test('a checkpoint of a stranger’s key says nothing, and does not stay', async () => {
    const world = await written(FIRST);
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const stranger = {
      publicKey: Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url'),
      sign: async (message: Uint8Array) => sign(null, message, privateKey),
    };
    const forged = await signCheckpoint({ origin: ORIGIN, size: 900, root: Buffer.alloc(32) }, stranger);
    world.objects.set('checkpoint', forged);
    expect(await archive(SECOND, world.ports)).toMatchObject({ added: 3, size: 6 });
    expect(world.published()).toHaveLength(6);
  });
});

describe('a kept checkpoint', () => {
  /** Committed and kept, and not yet the newest. */
  const cut = async (): Promise<World> => {
    const whole = await written(FIRST);
    const world = openWorld();
    world.crash = { at: whole.calls.indexOf('replace checkpoint'), when: 'before' };
    await expect(archive(FIRST, world.ports)).rejects.toBeInstanceOf(Crash);
    world.crash = null;
    return world;
  };
  const path = 'checkpoints/000000000003';
  const text = (world: World) => Buffer.from(world.objects.get(path) ?? []).toString();

  test('of the same tree under the same key counts, though these are other bytes', async () => {
    const world = await cut();
    // A witness's line beside ours: as another signature would be, it is not what we would write.
    const other = Buffer.from(`${text(world)}— witness.example ${Buffer.alloc(68, 1).toString('base64')}\n`);
    world.objects.set(path, other);
    expect(await archive(FIRST, world.ports)).toMatchObject({ size: 3 });
    expect(world.objects.get(path)).toEqual(other);
    expect(world.objects.get('checkpoint')).toEqual(other);
  });

  test.each([
    { name: 'of another tree under the same key', tree: { size: 3, root: Buffer.alloc(32, 1) } },
    { name: 'of another size', tree: { size: 4, root: Buffer.alloc(32, 1) } },
  ])('$name is a fork', async ({ tree }) => {
    const world = await cut();
    world.objects.set(path, await signCheckpoint({ origin: ORIGIN, ...tree }, world.ports.signer));
    await expect(archive(FIRST, world.ports)).rejects.toEqual(FORKED);
    expect(world.published()).toEqual([]);
  });

  test('that our key did not sign is a fork', async () => {
    const world = await cut();
    world.objects.set(path, Buffer.from(text(world).replace(/.{9}\n$/, 'AAAAAAA==\n')));
    await expect(archive(FIRST, world.ports)).rejects.toEqual(FORKED);
  });
});
