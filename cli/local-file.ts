import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod/mini';
import { Failure } from './failure.ts';
import { isLoopback, secureUrl } from './http.ts';
import type { Io } from './io.ts';
import { parseJson } from './json.ts';
import { readPrivate } from './state.ts';

/**
 * What the command needs of `.writ/local.json`; the file says more. Nothing here may import what writes it
 * (`local/local-file.ts`): that the one fits the other is held by the compiler, in the tests.
 */
export type LocalStack = z.output<typeof SHAPE>;

const KEYS = z.object({
  AWS_ACCESS_KEY_ID: z.string(),
  AWS_SECRET_ACCESS_KEY: z.string(),
  AWS_SESSION_TOKEN: z.string(),
});

const SHAPE = z.object({
  broker: z.string(),
  aws_endpoint: z.string(),
  region: z.string(),
  users: z.readonly(z.array(z.object({ username: z.string(), password: z.string() }))),
});

/** @returns the running laptop stack, or null where none is found. */
export const findLocalStack = (io: Io): Promise<LocalStack | null> => findLocal(io, SHAPE);

/** What `writ doctor` needs of it beside that. */
export type ExaminedStack = z.output<typeof EXAMINED>;

const EXAMINED = z.extend(SHAPE, {
  issuer: z.string(),
  mdm: z.string(),
  ci: z.string(),
  /** AWS credentials that may look at everything. */
  doctor: KEYS,
});

/** What `writ forget` needs of it. */
const FORGETTING = z.extend(SHAPE, {
  /** AWS credentials that may forget people. */
  privacy: KEYS,
});
export type ForgettingStack = z.output<typeof FORGETTING>;

/** @throws Failure where no local stack is found. */
export const forgettingStack = async (io: Io): Promise<ForgettingStack> =>
  (await findLocal(io, FORGETTING)) ?? notFound();

/** What `writ openings` needs of it. */
const OPENING = z.extend(SHAPE, {
  /** AWS credentials that may read what opens personal fields. */
  openings: KEYS,
});
export type OpeningStack = z.output<typeof OPENING>;

/** @throws Failure where no local stack is found. */
export const openingsStack = async (io: Io): Promise<OpeningStack> =>
  (await findLocal(io, OPENING)) ?? notFound();

async function findLocal<T extends LocalStack>(io: Io, shape: z.ZodMiniType<T>): Promise<T | null> {
  const file = io.env.WRIT_LOCAL_FILE || (await upwards(io.cwd));
  if (!file) return null;
  const text = await readPrivate(file);
  if (text === null) return null;
  const stack = parseJson(text, shape);
  if (stack === null || !isLocal(stack)) {
    throw new Failure({
      exit: 1,
      error: 'local_file_damaged',
      what: 'The description of the local stack cannot be read.',
      why: `${file} is not what npm start writes.`,
      next: 'npm start',
    });
  }
  return stack;
}

/** A file found on the way up may come with somebody else's folder: it can name nothing but this machine. */
const isLocal = ({ broker, aws_endpoint }: LocalStack): boolean =>
  [broker, aws_endpoint].every((address) => isLoopback(secureUrl(address, 'the local stack')));

/** @throws Failure where the laptop stack is not up. */
export const localStack = async (io: Io): Promise<LocalStack> => (await findLocalStack(io)) ?? notFound();

/** The same for `writ doctor`. */
export const examinedStack = async (io: Io): Promise<ExaminedStack> =>
  (await findLocal(io, EXAMINED)) ?? notFound();

function notFound(): never {
  throw new Failure({
    exit: 1,
    error: 'local_stack_unknown',
    what: 'The local stack was not found.',
    why: 'There is no .writ/local.json here or above, and WRIT_LOCAL_FILE names none.',
    next: 'npm start (in the repository), then run this below that folder.',
  });
}

async function upwards(from: string): Promise<string | null> {
  for (let folder = path.resolve(from); ; folder = path.dirname(folder)) {
    const file = path.join(folder, '.writ', 'local.json');
    const found = await access(file, constants.F_OK).then(
      () => true,
      () => false,
    );
    if (found) return file;
    if (folder === path.dirname(folder)) return null;
  }
}
