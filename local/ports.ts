/** Where each part listens, all on 127.0.0.1. */
export interface Ports {
  readonly broker: number;
  readonly idp: number;
  readonly aws: number;
  readonly dynamodb: number;
  readonly mdm: number;
  readonly ci: number;
}

const FIRST = 8470;

/** From 8470 on, or from `WRIT_LOCAL_PORT`. @throws Error naming the variable, for what is no port. */
export function portsFrom(env: NodeJS.ProcessEnv): Ports {
  const text = env.WRIT_LOCAL_PORT ?? String(FIRST);
  const first = Number(text);
  if (!/^\d{4,5}$/.test(text) || first < 1024 || first > 65_500) {
    throw new Error('WRIT_LOCAL_PORT is the first of six ports, 1024 to 65500.');
  }
  return {
    broker: first,
    idp: first + 1,
    aws: first + 2,
    dynamodb: first + 3,
    mdm: first + 4,
    ci: first + 5,
  };
}
