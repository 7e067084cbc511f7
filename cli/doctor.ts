import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { cedarCompiler } from '../adapters/cedar-compiler.ts';
import { type FoundFile, readConfig } from '../adapters/config-folder.ts';
import { CHECKS } from '../core/doctor/checks.ts';
import { type Examined, examine, examineUncompiled } from '../core/doctor/examine.ts';
import { sourcesOf } from '../core/doctor/needs.ts';
import { compile, type Problem } from '../core/policy/compile.ts';
import { type DoctorPlace, doctorClients } from './doctor-clients.ts';
import { gather } from './doctor-facts.ts';
import { type Mended, writeExamined } from './doctor-output.ts';
import { mend } from './doctor-repair.ts';
import { explainTokenFile } from './doctor-token.ts';
import { usage } from './failure.ts';
import type { Io } from './io.ts';
import { type ExaminedStack, examinedStack } from './local-file.ts';
import { LOCAL_PROFILE } from './state.ts';

export interface DoctorFlags {
  readonly profile: string;
  readonly config?: readonly string[];
  readonly local?: boolean;
  readonly only?: readonly string[];
  readonly fix?: boolean;
  readonly region?: string;
  readonly prefix: string;
  readonly accountRole?: string;
  readonly token?: string;
  readonly json?: boolean;
}

/**
 * `writ doctor`: whether all that Writ relies on is as it must be; what is not, with proof and fix.
 *
 * @returns the exit code: 4 where a fault was found (and, with --fix, is still there), 3 where nothing at all could be
 *   looked at. What could not be told is shown, and is no fault.
 */
export async function doctor(flags: DoctorFlags, io: Io): Promise<0 | 2 | 3 | 4> {
  const only = selected(flags.only);
  const stack = flags.profile === LOCAL_PROFILE ? await examinedStack(io) : null;
  const files = configFiles(flags, stack, io);
  const compiled = compile(files, { cedar: cedarCompiler, local: flags.local === true || stack !== null });
  if (flags.token !== undefined) {
    if (!compiled.ok)
      throw usage('The configuration does not compile.', 'writ policy build says what is wrong.');
    return explainTokenFile(flags.token, { bundle: compiled.bundle, json: flags.json === true, io });
  }
  if (!compiled.ok) {
    const problems = compiled.problems.map((problem) => told(problem, files));
    return finish(examineUncompiled(problems, flags.only && only), [], flags, io);
  }
  const policy = { bundle: compiled.bundle, hash: compiled.hash };
  const place = placeOf(flags, stack, io);
  const clients = doctorClients(place);
  const look = async () =>
    examine(await gather({ policy, clients, place, io, sources: sourcesOf(only) }), only);
  const examined = await look();
  const mended = flags.fix ? await mend(examined, clients) : [];
  // Looked at once more: what was mended is no fault any longer, if it was.
  return finish(mended.length === 0 ? examined : await look(), mended, flags, io);
}

function finish(
  examined: readonly Examined[],
  mended: readonly Mended[],
  { json, fix }: DoctorFlags,
  io: Io,
): 0 | 3 | 4 {
  writeExamined({ examined, mended, asked: fix === true }, json === true, io);
  if (examined.some(({ verdict }) => verdict === 'fault')) return 4;
  return examined.some(({ verdict }) => verdict === 'ok') ? 0 : 3;
}

/** `trail` stands for all that begin with `trail.` */
function selected(only: readonly string[] | undefined): readonly string[] {
  const ids = CHECKS.map(({ id }) => id);
  if (only === undefined) return ids;
  const unknown = only.find((name) => !ids.some((id) => id === name || id.startsWith(`${name}.`)));
  if (unknown !== undefined) {
    const groups = [...new Set(ids.map((id) => id.split('.')[0]))].join(', ');
    throw usage(
      '--only names no check and no group of them.',
      `Groups: ${groups}. All checks: docs/doctor.md`,
    );
  }
  return ids.filter((id) => only.some((name) => id === name || id.startsWith(`${name}.`)));
}

function configFiles(flags: DoctorFlags, stack: ExaminedStack | null, io: Io): FoundFile[] {
  const byDefault = stack === null ? ['config'] : ['config', join('local', 'config')];
  const folders = flags.config ?? byDefault;
  for (const folder of folders) {
    if (!existsSync(resolve(io.cwd, folder)))
      throw usage(`There is no folder ${folder}.`, 'Name the one with --config.');
  }
  const variables = stack === null ? fromEnvironment(io) : placesOf(stack);
  return readConfig(
    folders.map((folder, index) => ({
      folder: resolve(io.cwd, folder),
      shown: folder,
      ...((flags.local === true || stack !== null) && index > 0 && { variables }),
    })),
  );
}

/** The laptop's overlay has its addresses from the stack that is up. */
const placesOf = ({ broker, issuer, mdm, ci }: ExaminedStack): { readonly [name: string]: string } => ({
  LOCAL_BROKER: broker,
  LOCAL_ISSUER: issuer,
  LOCAL_MDM: mdm,
  LOCAL_CI: ci,
});

const fromEnvironment = ({ env }: Io): { readonly [name: string]: string } =>
  Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      name.startsWith('LOCAL_') && value !== undefined ? [[name, value]] : [],
    ),
  );

const placeOf = (flags: DoctorFlags, stack: ExaminedStack | null, io: Io): DoctorPlace => ({
  prefix: flags.prefix,
  accountRole: flags.accountRole ?? null,
  region: stack?.region ?? flags.region ?? io.env.AWS_REGION ?? io.env.AWS_DEFAULT_REGION ?? null,
  local: stack && {
    endpoint: stack.aws_endpoint,
    credentials: {
      accessKeyId: stack.doctor.AWS_ACCESS_KEY_ID,
      secretAccessKey: stack.doctor.AWS_SECRET_ACCESS_KEY,
      sessionToken: stack.doctor.AWS_SESSION_TOKEN,
    },
  },
});

function told({ file, line, column, problem }: Problem, files: readonly FoundFile[]): string {
  const folder = files.find(({ path }) => path === file)?.folder;
  const place = folder === undefined ? file : join(folder, file);
  return `${place}:${line}${column === undefined ? '' : `:${column}`}: ${problem}`;
}
