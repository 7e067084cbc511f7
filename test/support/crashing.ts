/** Ports of an archiver that dies at any of its steps, before or after the step has taken effect. */
import type { CommitPorts } from '../../core/archive/commit.ts';

export class Crash extends Error {}

/**
 * @param chance - The next number from 0 (inclusive) to 1 (exclusive).
 * @param often - Which part of all calls is the last one of its process, 0 to 1.
 * @param tell - Called with where it died: `before create segments`, `after advance`…
 */
export function crashing(
  ports: CommitPorts,
  chance: () => number,
  often: number,
  tell: (where: string) => void = () => {},
): CommitPorts {
  const risky =
    <A extends readonly unknown[], R>(step: string, call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      const roll = chance();
      // Which folder of the log, where it is one.
      const [path] = args;
      const where = typeof path === 'string' ? `${step} ${path.split('/')[0]}` : step;
      if (roll < often / 2) die(`before ${where}`);
      const answer = await call(...args);
      if (roll < often) die(`after ${where}`);
      return answer;
    };
  const die = (where: string): never => {
    tell(where);
    throw new Crash();
  };
  const { log, heads, index, signer } = ports;
  return {
    ...ports,
    log: {
      read: risky('read', log.read),
      create: risky('create', log.create),
      replace: risky('replace', log.replace),
    },
    heads: { read: risky('read head', heads.read), advance: risky('advance', heads.advance) },
    index: { find: risky('find', index.find), put: risky('put', index.put), of: index.of },
    signer: { publicKey: signer.publicKey, sign: risky('sign', signer.sign) },
  };
}
