import { askBroker } from './broker.ts';
import { brokerOf, checkLocalBroker } from './broker-address.ts';
import { forProfile } from './broker-failure.ts';
import { subjectForm } from './exchange.ts';
import { usage } from './failure.ts';
import { secureUrl } from './http.ts';
import type { Io } from './io.ts';
import { localStack } from './local-file.ts';
import { freshSession, subjectOf } from './refresh.ts';
import { attestationFor, openProfile } from './session.ts';
import { LOCAL_PROFILE } from './state.ts';

/** The flags that say in whose name a request is made. */
export interface RoadFlags {
  readonly profile: string;
  readonly broker?: string;
  /** The device's key alone. */
  readonly key?: boolean;
  /** An AWS identity, which IAM lets call the broker. */
  readonly responder?: boolean;
  /** Region that a responder's requests are signed for. */
  readonly region?: string;
}

type Endpoint = 'revoke' | 'writs' | 'status';

/**
 * How a request reaches the broker, and in whose name.
 *
 * @returns the text of a 200.
 * @throws Failure: exit 2 or 1 for a refusal, 4 for a fault.
 */
export type Road = (
  endpoint: Endpoint,
  parameters: { readonly [parameter: string]: string },
) => Promise<string>;

/** The sign-in should outlast the requests, whole seconds. */
const LEAST_SECONDS = 30;

/** A person who is signed in, unless the flags say otherwise (docs/decisions/0004). */
export function openRoad(flags: RoadFlags, io: Io): Promise<Road> {
  if (flags.key && flags.responder) throw usage('--key and --responder are two roads: take one.');
  if (flags.region !== undefined && !flags.responder)
    throw usage('--region is where --responder signs for: it needs that.');
  if (flags.responder) return responder(flags, io);
  return flags.key ? key(flags, io) : person(flags, io);
}

async function person(flags: RoadFlags, io: Io): Promise<Road> {
  if (flags.broker !== undefined) {
    throw usage('A sign-in knows its broker: --broker is for --responder and --key.');
  }
  const profile = await openProfile(io, flags.profile);
  const session = await freshSession(profile, LEAST_SECONDS, io);
  await checkLocalBroker(profile, session, io);
  const attestation = await attestationFor(profile, session, Math.floor(io.clock() / 1000));
  const subject = subjectForm(subjectOf(session));
  return (endpoint, parameters) => {
    const call = {
      endpoint: at(session.broker.issuer, endpoint),
      key: profile.key,
      attestation,
      form: async () => new URLSearchParams({ ...parameters, ...subject }),
    };
    return forProfile(profile.name, () => askBroker(call, io));
  };
}

/** Needs no sign-in, and no more than the key that got a session to give it back. */
async function key(flags: RoadFlags, io: Io): Promise<Road> {
  const profile = await openProfile(io, flags.profile);
  const broker = await brokerFor(flags, io);
  return (endpoint, parameters) => {
    const call = {
      endpoint: at(broker, endpoint),
      key: profile.key,
      attestation: null,
      form: async () => new URLSearchParams(parameters),
    };
    return forProfile(profile.name, () => askBroker(call, io));
  };
}

async function responder(flags: RoadFlags, io: Io): Promise<Road> {
  const broker = await brokerFor(flags, io);
  // Loaded when asked for: AWS's SDK is no part of a credential_process.
  const { signedPost } = await import('./responder.ts');
  const local = flags.profile === LOCAL_PROFILE && flags.region === undefined;
  const post = await signedPost(local ? (await localStack(io)).region : flags.region, io);
  return (endpoint, parameters) => post(at(broker, `responder/${endpoint}`), new URLSearchParams(parameters));
}

async function brokerFor(flags: RoadFlags, io: Io): Promise<string> {
  const broker = await brokerOf(flags, () => openProfile(io, flags.profile), io);
  if (broker !== null) return broker;
  throw usage(`The profile ${flags.profile} has no broker yet.`, 'Name it: --broker https://…');
}

/** Not as the metadata names them: IAM's routes stand in none, and a night of trouble is no time to fetch it. */
export const at = (broker: string, path: string): string =>
  `${secureUrl(broker, 'the broker').href.replace(/\/$/, '')}/${path}`;
