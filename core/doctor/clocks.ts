/** Clocks that must agree: tokens begin and end by their issuer's, sessions by AWS's. */
import { MAX_CLOCK_DIFFERENCE_MILLIS } from '../limits.ts';
import { about, type Check, cannotTell, must } from './check.ts';
import type { ClockReading } from './facts.ts';

export const CLOCK_CHECKS: readonly Check[] = [
  {
    id: 'clock.here',
    what: 'This machine’s clock is AWS’s, to two seconds.',
    reliesOn: 'the clock of the machine that runs `writ`',
    fault: 'This machine’s clock is more than two seconds off AWS’s.',
    judge: ({ clock }) =>
      about('this machine', clock, (aws) =>
        must(!isOff(aws), {
          what: 'What is read here as still valid may be over, and AWS refuses requests signed more than minutes off.',
          proof: `AWS’s clock is ${seconds(aws)} of this machine’s`,
          fix: 'Let the machine keep time by NTP: timedatectl set-ntp true',
        }),
      ),
  },
  {
    id: 'clock.issuer',
    what: 'An issuer’s clock is AWS’s, to two seconds.',
    reliesOn: '`iat` and `nbf` of an issuer’s tokens, judged by AWS’s clock',
    fault: 'An issuer’s clock is more than two seconds off AWS’s.',
    judge: ({ policy, issuers, clock }) =>
      policy.bundle.issuers.flatMap(({ alias }) => {
        const facts = issuers[alias];
        if (facts === undefined) return [];
        return about(`issuer ${alias}`, facts.clock, (theirs) => {
          if (!clock.known) return cannotTell(`Not without AWS’s clock: ${clock.why}`);
          const difference = {
            ahead: theirs.ahead - clock.value.ahead,
            within: theirs.within + clock.value.within,
          };
          return must(!isOff(difference), {
            what: 'Its tokens are refused as not yet valid, or live longer than their issuer means them to.',
            proof: `the issuer’s clock is ${seconds(difference)} of AWS’s`,
            fix: 'Whoever runs the issuer keeps its time by NTP',
          });
        });
      }),
  },
];

/** More than can be explained by whole seconds and the way there and back. */
const isOff = ({ ahead, within }: ClockReading): boolean =>
  Math.abs(ahead) - within > MAX_CLOCK_DIFFERENCE_MILLIS;

const seconds = ({ ahead }: ClockReading): string =>
  `${(Math.abs(ahead) / 1000).toFixed(1)} s ${ahead < 0 ? 'behind' : 'ahead'}`;
