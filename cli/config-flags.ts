import type { Io } from './io.ts';

export interface ConfigFlags {
  readonly config?: readonly string[];
  readonly local?: boolean;
}

/** What the commands for `config/` are given. Places in an overlay are filled from `LOCAL_*`. */
export const policyOptions = (flags: ConfigFlags, io: Io, json: boolean) => ({
  config: flags.config ?? ['config'],
  local: flags.local,
  variables: Object.fromEntries(
    Object.entries(io.env).flatMap(([name, value]) =>
      name.startsWith('LOCAL_') && value !== undefined ? [[name, value]] : [],
    ),
  ),
  json,
  io,
});
