import type { Session } from './aws/registry.ts';

export interface FunctionSpec {
  /** Absolute path of the bundle, an ES module that exports `handler`. */
  readonly bundle: string;
  readonly roleArn: string;
  /** What the function is given beside credentials, Region and PATH. */
  readonly env: { readonly [name: string]: string };
  /** Seconds; default 30. */
  readonly timeoutSeconds?: number;
  /** How many invocations may run side by side, each in its own process; default 1. */
  readonly concurrency?: number;
}

export interface FunctionsOptions {
  readonly functions: { readonly [name: string]: FunctionSpec };
  readonly region: string;
  /** `<function>.log` appears here, with all that a function prints. */
  readonly logsDir: string;
  /** Takes a function's role for it, as Lambda does; called at each start of a process. */
  readonly credentials: (name: string, roleArn: string) => Session;
}
