import { MAX_CHAINED_SECONDS, MIN_USEFUL_SECONDS } from '../../limits.ts';
import type { Permission } from '../bundle.ts';
import type { Mentioned } from './mentioned.ts';

/** All of a request but who asks for what: what policies may look at. */
export interface Circumstance {
  /** What is unusual about it; empty: nothing is. */
  readonly says: string;
  readonly device: { readonly kind: 'attested' | 'enrolled' | 'claimed'; readonly compliant: boolean | null };
  /** `null`: as the agent is registered, enrolled if it can be. */
  readonly actor: 'attested' | null;
  /** Seconds since the sign-in. */
  readonly authAge: number;
  readonly acr: string | null;
  readonly amr: readonly string[];
  readonly duration: number;
  /** `null`: as the first case of the permission has them, in each bundle its own. */
  readonly parameters: { readonly [name: string]: string } | null;
  /** Task and purpose. */
  readonly text: string;
}

const LONGEST_AGE = 30 * 86_400;
const MOST_VALUES = 8;

/**
 * The circumstances in which it is worth asking: everything as usual, and one thing unusual at a time. Numbers and texts
 * are those that the policies themselves compare with, and their neighbours.
 */
export function circumstances(
  versions: readonly Permission[],
  { numbers, texts }: Mentioned,
): Circumstance[] {
  const usual: Circumstance = {
    says: '',
    device: { kind: 'enrolled', compliant: null },
    actor: null,
    authAge: 60,
    acr: null,
    amr: ['pwd'],
    duration: 900,
    parameters: null,
    text: 'a diff',
  };
  const devices = [
    { kind: 'attested', compliant: true },
    { kind: 'attested', compliant: false },
    { kind: 'claimed', compliant: null },
  ] as const;
  const near = numbers.flatMap((number) => [number, number + 1]);
  const ages = near.filter((age) => age > 60 && age <= LONGEST_AGE).slice(0, MOST_VALUES);
  const durations = near.filter((each) => each >= MIN_USEFUL_SECONDS && each <= MAX_CHAINED_SECONDS);
  const values = texts.slice(0, MOST_VALUES);
  return [
    usual,
    ...devices.map((device) => ({
      ...usual,
      device,
      says: `on a device ${device.kind}${device.compliant === false ? ', not compliant' : ''}`,
    })),
    { ...usual, actor: 'attested', says: 'with an agent that its platform attests' },
    ...ages.map((authAge) => ({ ...usual, authAge, says: `${authAge} s after the sign-in` })),
    ...values.map((acr) => ({ ...usual, acr, says: `with acr ${acr}` })),
    ...values.map((amr) => ({ ...usual, amr: [amr], says: `with amr ${amr}` })),
    ...values.map((text) => ({ ...usual, text, says: `for task and purpose ${text}` })),
    ...[...new Set(durations)]
      .slice(0, MOST_VALUES)
      .map((duration) => ({ ...usual, duration, says: `for ${duration} s` })),
    ...parameterSets(versions).map((each) => ({
      ...usual,
      parameters: each,
      says: `with ${JSON.stringify(each)}`,
    })),
  ];
}

/** Parameters as the permission's own cases have them, in either bundle. */
function parameterSets(versions: readonly Permission[]): { readonly [name: string]: string }[] {
  const all = versions.flatMap(({ allows, denies }) => [...allows, ...denies]);
  const texts = all.map((each) => JSON.stringify(each.with)).filter((text) => text !== '{}');
  return [...new Set(texts)].slice(0, MOST_VALUES).map((text) => JSON.parse(text));
}
