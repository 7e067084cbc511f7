import type { Sealed } from './ledger/personal.ts';
import type { Intent } from './ledger/records.ts';
import type { Account, Agent, Permission } from './policy/bundle.ts';
import type { Details } from './request.ts';
import type { Bounds } from './session/bounds.ts';
import type { Actor, Binding, Device, Proof, Subject } from './tokens/identities.ts';

/** Who asks, and how they were shown to belong together. */
export interface Identified {
  readonly proof: Proof;
  readonly subject: Subject;
  readonly actor: Actor;
  /** The actor's registration. */
  readonly agent: Agent;
  readonly device: Device;
  readonly binding: Binding;
  /** The personal values of the request, under their salts. */
  readonly sealed: Sealed;
}

/** What may be had: a permission with its parameters, in an account, until an instant. */
export interface Grant extends Identified {
  /** NumericDate of the request. */
  readonly now: number;
  readonly details: Details;
  readonly subject_token: string;
  readonly permission: Permission;
  readonly account: Account;
  readonly parameters: { readonly [name: string]: string };
  readonly bounds: Bounds;
  readonly decision: Intent['decision'];
}
