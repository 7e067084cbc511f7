import { ACCOUNT_ID, ORGANIZATION_ID, REGION, ROOT_ID } from '../core/aws-names.ts';
import { NAME } from '../core/policy/config/schemas.ts';
import type { First, FirstAgent } from '../core/policy/init/first.ts';
import { BROKER, type Preset, type Question } from '../core/policy/presets/preset.ts';
import { PRESETS } from '../core/policy/presets/presets.ts';
import { usage } from './failure.ts';

/** What `writ init` was given, or was told. Repeatable flags are lists. */
export interface InitFlags {
  readonly issuer?: readonly string[];
  readonly account?: readonly string[];
  readonly agent?: readonly string[];
  readonly group?: readonly string[];
  readonly user?: readonly string[];
  readonly responders?: string;
  readonly prober?: string;
  readonly deploy?: string;
  readonly organization?: string;
  /** Answers to presets' questions, by flag. */
  readonly answers: { readonly [flag: string]: string | undefined };
}

/** Asks on the terminal; `null` where nobody can be asked. An empty answer is none. */
export type Ask = ((question: string) => Promise<string>) | null;

/** What a group or a person may be called: as it stands in tokens, and safe in YAML and Cedar. */
const ID = /^[\p{L}\p{N}_.@|/+-][\p{L}\p{N} _.@|/+-]{0,99}$/u;

/**
 * Everything that a first configuration needs, from flags, and from a person where a flag is missing.
 *
 * @throws Failure (exit 1): every flag that is missing and cannot be asked for, at once; or the first that does not fit.
 */
export async function answersOf(flags: InitFlags, ask: Ask, now: number): Promise<First> {
  const missing: string[] = [];
  const one = async (flag: string, asks: string, given: string | undefined, optional = false) => {
    if (given !== undefined) return given;
    const told = ask === null ? '' : (await ask(asks)).trim();
    if (told === '' && !optional) missing.push(flag);
    return told === '' ? undefined : told;
  };
  const many = async (flag: string, asks: string, given: readonly string[] | undefined, optional = false) =>
    given ??
    (await one(flag, asks, undefined, optional))?.split(/\s*,\s*/).filter((each) => each !== '') ??
    [];

  const chosen = presetsNamed(
    await many(
      '--issuer',
      `${menu()}\nWhere people sign in, and where agents run (comma between)`,
      flags.issuer,
    ),
  );
  const people = chosen.find((preset) => preset.class === 'subject');
  if (people === undefined && missing.length === 0) {
    throw usage(
      'Somebody must sign in: name an issuer of people.',
      `--issuer ${namesOf('subject').join('|')}`,
    );
  }
  const platforms = chosen.filter((preset) => preset.class === 'actor');

  const answers: { [flag: string]: string | undefined } = {};
  const answer = async (question: Question): Promise<void> => {
    const { flag, asks, example, optional } = question;
    const put = `${asks}, such as ${example}`;
    let told = await one(`--${flag}`, put, flags.answers[flag], optional);
    // A flag that does not fit ends it; a person is asked once more.
    while (told !== undefined && flags.answers[flag] === undefined && !question.fits.test(told)) {
      told = await one(`--${flag}`, `That does not fit. ${put}`, undefined, optional);
    }
    if (told !== undefined) answers[flag] = fitting(question, told);
  };
  for (const question of distinct(chosen.flatMap((preset) => preset.questions))) await answer(question);
  const accounts = await many(
    '--account',
    'AWS accounts, name=id:region, such as prod=111122223333:eu-central-1',
    flags.account,
  );
  const agents = await many('--agent', agentQuestion(platforms), flags.agent);
  const groups =
    people?.groups === undefined && flags.group === undefined
      ? []
      : await many(
          '--group',
          `Who may ask: ${people?.groups ?? 'group'}s, as their tokens name them`,
          flags.group,
          true,
        );
  const users =
    groups.length > 0
      ? (flags.user ?? [])
      : await many('--group or --user', 'Who may ask: people, as their tokens name them', flags.user);
  const responders = await one(
    '--responders',
    'Who may end any session (empty: nobody yet)',
    flags.responders,
    true,
  );
  const prober = await one(
    '--prober',
    'Account in which a prober may list tables, to see each minute that all of this works (empty: no prober)',
    flags.prober,
    true,
  );
  // Its tokens are made for the broker, and its key is found there.
  if (prober !== undefined && answers.broker === undefined) await answer(BROKER);
  if (missing.length > 0 || people === undefined) {
    throw usage(`There is nobody to ask, so these are needed: ${missing.join(', ')}.`, 'writ init --help');
  }
  for (const [flag, ids] of [
    ['--group', groups],
    ['--user', users],
    ['--responders', responders === undefined ? [] : [responders]],
  ] as const) {
    const wrong = ids.find((id) => !ID.test(id));
    if (wrong !== undefined) throw usage(`${flag} must be letters, digits and _ . @ | / + -.`);
  }
  const named = accounts.map(accountOf);
  if (prober !== undefined && !named.some(({ name }) => name === prober))
    throw usage('--prober must be the name of an --account.');
  return {
    people,
    platforms,
    answers,
    accounts: named,
    agents: agents.map((agent) => agentOf(agent, platforms)),
    groups,
    users,
    responders: responders ?? null,
    prober: prober ?? null,
    deployed: deployedOf(flags),
    now,
  };
}

/** Flags only: who is asked has no account for it yet, as a rule, and `broker.yaml` is two lines. */
function deployedOf({ deploy, organization }: InitFlags): First['deployed'] {
  if (deploy === undefined) {
    if (organization !== undefined) throw usage('--organization needs --deploy.', 'writ init --help');
    return null;
  }
  const [account = '', region = ''] = split(deploy, ':');
  if (!ACCOUNT_ID.test(account) || !REGION.test(region))
    throw usage('--deploy must look like 444455556666:eu-central-1.');
  if (organization === undefined) return { account, region, organization: null };
  const [id = '', root = ''] = split(organization, '/');
  if (!ORGANIZATION_ID.test(id) || !ROOT_ID.test(root))
    throw usage('--organization must look like o-exampleorgid/r-ab12.');
  return { account, region, organization: { id, root } };
}

const namesOf = (kind: Preset['class']): string[] =>
  PRESETS.filter((preset) => preset.class === kind).map(({ name }) => name);

const menu = (): string => PRESETS.map(({ name, says }) => `  ${name.padEnd(12)}${says}`).join('\n');

function presetsNamed(names: readonly string[]): Preset[] {
  const chosen = names.map((name) => {
    const preset = PRESETS.find((each) => each.name === name);
    if (preset === undefined)
      throw usage(`--issuer must be one of ${PRESETS.map((each) => each.name).join(', ')}.`);
    return preset;
  });
  if (new Set(chosen).size < chosen.length) throw usage('An --issuer is named twice.');
  if (chosen.filter((preset) => preset.class === 'subject').length > 1) {
    throw usage('One issuer of people to begin with: add another file to issuers/ later.');
  }
  return chosen;
}

const distinct = (questions: readonly Question[]): Question[] =>
  questions.filter((question, at) => questions.findIndex(({ flag }) => flag === question.flag) === at);

function fitting({ flag, fits, example }: Question, answer: string): string {
  if (!fits.test(answer)) throw usage(`--${flag} must look like ${example}.`);
  return answer;
}

function accountOf(text: string): First['accounts'][number] {
  const [name = '', rest = ''] = split(text, '=');
  const [id = '', region = ''] = split(rest, ':');
  if (!NAME.test(name) || !ACCOUNT_ID.test(id) || !REGION.test(region)) {
    throw usage('--account must look like prod=111122223333:eu-central-1.');
  }
  return { name, id, region };
}

const agentQuestion = (platforms: readonly Preset[]): string =>
  platforms.length === 0
    ? 'Agents, by names that you choose, such as report-writer'
    : `Agents: name, or name=subject where a platform vouches for it, such as report-writer=${platforms[0]?.subjectExample}`;

/** Platforms' subjects cannot be mixed up: each preset's example begins in its own way. */
function agentOf(text: string, platforms: readonly Preset[]): FirstAgent {
  const [name = '', subject] = split(text, '=');
  if (!NAME.test(name))
    throw usage('--agent must begin with a name: lower-case letters, digits and hyphens.');
  if (subject === undefined) return { name, identity: null };
  const beginning = (preset: Preset) => preset.subjectExample?.split(':')[0] ?? '';
  const platform = platforms.find((preset) => subject.startsWith(`${beginning(preset)}:`));
  if (platform === undefined || !/^[!-~]{1,255}$/.test(subject) || /[*?]/.test(subject)) {
    const such = platforms.map((preset) => preset.subjectExample).join(' or ');
    throw usage(
      `No --issuer vouches for what stands behind ${name}=.`,
      such === '' ? `--issuer ${namesOf('actor').join('|')}` : `It must be exact, such as ${such}`,
    );
  }
  return { name, identity: { issuer: platform.alias, subject } };
}

function split(text: string, by: string): [string, string?] {
  const at = text.indexOf(by);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
