/** A good token with anything wrong in it is refused, unless what it says is the same to the byte. */
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { decodeBase64url } from '../../core/encoding/base64url.ts';
import { parseIJson } from '../../core/encoding/i-json.ts';
import { MAX_JSON_DEPTH } from '../../core/limits.ts';
import { verifyActor } from '../../core/tokens/actor.ts';
import { readJws, signingInputOf } from '../../core/tokens/jws.ts';
import { checkNonce, makeNonce } from '../../core/tokens/nonce.ts';
import { verifyProof } from '../../core/tokens/proof.ts';
import { verifySubject } from '../../core/tokens/subject.ts';
import { ID_TOKEN } from '../../core/tokens/token-types.ts';
import { NOW } from '../support/clock.ts';
import { base64url } from '../support/keys.ts';
import { accepted } from '../support/outcome.ts';
import { makeReceived, NONCE_KEYS, type TokenWorld, tokenWorld } from '../support/tokens.ts';
import { mutated } from './mutations.ts';
import { holds, PATIENCE, RUNS } from './runs.ts';

let world: TokenWorld;
beforeAll(async () => {
  world = await tokenWorld();
});

const HEADER_EDITS = fc.record(
  {
    alg: fc.constantFrom('none', 'None', 'HS256', 'RS256', 'ES384', 'ES256', ''),
    kid: fc.constantFrom('corp-1', 'platform-1', 'mdm-1', '../corp-1', '', 'a\0'),
    typ: fc.constantFrom('JWT', 'at+jwt', 'dpop+jwt', 'logout+jwt', 'application/jwt', ''),
    jku: fc.webUrl(),
    jwk: fc.constantFrom({}, { kty: 'oct', k: 'AAAA' }),
    crit: fc.constantFrom([], ['b64'], ['exp']),
    b64: fc.boolean(),
    zip: fc.constantFrom('DEF'),
  },
  { requiredKeys: [] },
);
const CLAIM_EDITS = fc.record(
  {
    sub: fc.constantFrom('pairwise-mallory', ''),
    oid: fc.constantFrom('mallory', 'alice', ''),
    exp: fc.constantFrom(0, NOW + 9e9, '9999999999'),
    aud: fc.constantFrom('writ-cli', 'other', [], ['writ-cli', 7]),
    nonce: fc.string(),
    jti: fc.string(),
  },
  { requiredKeys: [] },
);

/** All the ways in which a token may be changed by somebody who has no key: others' parts, edits, noise. */
function forgeries(token: string, others: readonly string[]): fc.Arbitrary<string> {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const part = (index: number) =>
    fc.constantFrom(...[token, ...others].map((each) => each.split('.')[index] ?? ''));
  const edited = (encoded: string, edit: object) =>
    base64url(JSON.stringify({ ...JSON.parse(Buffer.from(encoded, 'base64url').toString('utf8')), ...edit }));
  return fc.oneof(
    mutated(token, '.', '=', '+', '/', 'AA', header, payload),
    fc.tuple(part(0), part(1), part(2)).map((parts) => parts.join('.')),
    HEADER_EDITS.map((edit) => `${edited(header, edit)}.${payload}.${signature}`),
    CLAIM_EDITS.map((edit) => `${header}.${edited(payload, edit)}.${signature}`),
    HEADER_EDITS.map((edit) => `${edited(header, edit)}.${payload}.`),
    fc.uint8Array({ maxLength: 80 }).map((bytes) => `${header}.${payload}.${base64url(bytes)}`),
  );
}

describe('intake', () => {
  /** Accepted only where the signed part is the good token's own, or another good one's. */
  async function neverForged(
    token: string,
    others: readonly string[],
    verify: (forged: string) => Promise<{ readonly ok: boolean }>,
  ): Promise<void> {
    const good = new Set([token, ...others].map(signingInputOf));
    await holds(
      fc.asyncProperty(forgeries(token, others), async (forged) => {
        const { ok } = await verify(forged);
        if (ok) expect(good).toContain(signingInputOf(forged));
      }),
      RUNS,
    );
  }

  test(
    'of the subject’s token',
    async () => {
      const token = world.subjectToken();
      const verify = (forged: string) => verifySubject(forged, ID_TOKEN, world.context);
      accepted(await verify(token));
      const bobs = world.subjectToken({ claims: { oid: 'bob', sub: 'pairwise-bob' } });
      await neverForged(token, [bobs, world.actorToken(), world.attestationToken()], verify);
    },
    PATIENCE,
  );

  test(
    'of the platform’s actor token',
    async () => {
      const token = world.actorToken();
      const proof = accepted(await verifyProof(received(world.proofToken()), world.context));
      const verify = (forged: string) => verifyActor(forged, proof, world.context);
      accepted(await verify(token));
      await neverForged(token, [world.subjectToken(), world.enrolledActorToken()], verify);
    },
    PATIENCE,
  );

  test(
    'of the proof',
    async () => {
      const token = world.proofToken();
      const verify = (forged: string) => verifyProof(received(forged), world.context);
      accepted(await verify(token));
      const thiefs = world.proofToken({ key: world.keys.otherDevice });
      await neverForged(token, [thiefs, world.enrolledActorToken()], verify);
    },
    PATIENCE,
  );

  const received = (proof: string) => makeReceived({ headers: { dpop: [proof] } });

  test('of any text is read or refused, and never quotes it', async () => {
    await holds(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.boolean(), (text, own) => {
        const read = readJws(`${text}.canary-canary.x`, { jwk: own ? 'required' : 'forbidden' });
        expect(read.ok).toBe(false);
        expect(JSON.stringify(read)).not.toContain('canary-canary');
      }),
      RUNS,
    );
  });
});

describe('base64url', () => {
  test('decode undoes encode, and every text that decodes is the one spelling of its bytes', async () => {
    await holds(
      fc.property(fc.uint8Array(), fc.string({ maxLength: 20 }), (bytes, text) => {
        expect(Buffer.from(decodeBase64url(base64url(bytes)) ?? '')).toEqual(Buffer.from(bytes));
        const decoded = decodeBase64url(text);
        if (decoded !== null) expect(base64url(decoded)).toBe(text);
      }),
      RUNS,
    );
  });

  test('two texts never mean the same bytes', async () => {
    const text = fc.string({
      unit: fc.constantFrom('A', 'B', 'Q', 'g', '-', '_', '=', '+', ' '),
      maxLength: 6,
    });
    await holds(
      fc.property(text, text, (one, other) => {
        const [a, b] = [decodeBase64url(one), decodeBase64url(other)];
        if (a !== null && b !== null && one !== other) expect(Buffer.from(a)).not.toEqual(Buffer.from(b));
      }),
      RUNS,
    );
  });
});

describe('the server’s nonce', () => {
  test('changed in any way it is not ours', async () => {
    const nonce = makeNonce(NONCE_KEYS, NOW);
    await holds(
      fc.property(mutated(nonce, '.', '0', '=', 'A'), (forged) => {
        if (forged !== nonce) expect(checkNonce(forged, NONCE_KEYS, NOW)).toBe('bad');
      }),
      RUNS,
    );
  });

  test('of any time it says that time, is good from then on for two minutes, and is ours by either key', async () => {
    await holds(
      fc.property(fc.integer({ min: 1, max: 2 ** 40 }), fc.integer({ min: 0, max: 200 }), (then, later) => {
        const [current, previous] = NONCE_KEYS;
        if (current === undefined || previous === undefined) throw new Error('two keys');
        for (const key of [current, previous]) {
          const checked = checkNonce(makeNonce([key], then), NONCE_KEYS, then + later);
          expect(checked).toEqual(later < 120 ? { ok: true, at: then, until: then + 120 } : 'stale');
        }
      }),
      RUNS,
    );
  });
});

describe('I-JSON', () => {
  interface Tree {
    readonly text: string;
    readonly twice: boolean;
    readonly depth: number;
  }
  const name = fc.constantFrom('a', 'b', '__proto__', 'a"', '\\u0061', 'é', '{', ':');
  const leaf = fc
    .oneof(
      fc.constantFrom('1', '-0', '1e9', 'true', 'null', '""', '"}"', '"\\\\"', '"a\\":"'),
      fc.string({ unit: 'grapheme', maxLength: 5 }).map((text) => JSON.stringify(text)),
    )
    .map((text): Tree => ({ text, twice: false, depth: 0 }));
  /** JSON text, and whether some object in it has a name twice, which no parser would tell. */
  const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      leaf,
      fc.array(tie('tree'), { maxLength: 3 }).map((items) => ({
        text: `[ ${items.map(({ text }) => text).join(' ,')}]`,
        ...above(items),
      })),
      fc.array(fc.tuple(name, tie('tree')), { maxLength: 3 }).map((members) => {
        const names = members.map(([each]) => (each === '\\u0061' ? 'a' : each));
        const inner = above(members.map(([, value]) => value));
        const text = members.map(([each, value]) => `${spelled(each)} : ${value.text}`).join(',\n');
        return {
          text: `{${text} }`,
          twice: inner.twice || new Set(names).size < names.length,
          depth: inner.depth,
        };
      }),
    ),
  }));
  const above = (inner: readonly Tree[]) => ({
    twice: inner.some(({ twice }) => twice),
    depth: 1 + Math.max(0, ...inner.map(({ depth }) => depth)),
  });
  const spelled = (each: string): string => (each === '\\u0061' ? '"\\u0061"' : JSON.stringify(each));

  test('is refused exactly where a name comes twice, however it is spelled, or it is nested too deeply', async () => {
    await holds(
      fc.property(tree, fc.integer({ min: 0, max: 20 }), ({ text, twice, depth }, more) => {
        const nested = '['.repeat(more) + text + ']'.repeat(more);
        const read = parseIJson(nested);
        expect(read.ok).toBe(!twice && depth + more <= MAX_JSON_DEPTH);
        if (read.ok) expect(read.value).toEqual(JSON.parse(nested));
      }),
      RUNS,
    );
  });

  test('of any text is no crash', async () => {
    await holds(
      fc.property(
        fc.string({ unit: fc.constantFrom('{', '}', '[', ']', '"', ':', ',', '\\', 'u', '1', ' ') }),
        (text) => {
          expect(typeof parseIJson(text).ok).toBe('boolean');
        },
      ),
      RUNS,
    );
  });
});
