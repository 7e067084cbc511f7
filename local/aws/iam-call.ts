import type { Call } from './call.ts';
import type { Registry } from './registry.ts';
import type { Xml } from './xml.ts';

/**
 * One operation of IAM: it authorises the call (Service Authorization Reference, "AWS Identity and Access Management"),
 * then changes or reads. It returns the elements of its answer, or none.
 */
export type Deed = (call: Call, registry: Registry) => Xml | undefined;
