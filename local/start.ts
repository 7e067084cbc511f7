/**
 * `npm start`: brings the laptop stack up, tells the story once, and stays up. `--once` leaves after the story, with 1
 * if a step did not hold; `--json` prints one line with all that a script needs, and tells no story unless `--once`
 * (`npm start --silent -- --json`: without npm's own lines before it).
 */

import { rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { portsFrom } from './ports.ts';
import { type Stack, startStack } from './stack.ts';
import { shown } from './story/shell.ts';
import { tellStory } from './story/tell.ts';
import { type Teller, teller } from './story/teller.ts';

const ROOT = join(import.meta.dirname, '..');

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { once: { type: 'boolean' }, json: { type: 'boolean' } } });
  const { once = false, json = false } = values;
  // A second stack from one clone needs a folder of its own, as it needs ports of its own.
  const dir = resolve(process.env.WRIT_LOCAL_DIR || join(ROOT, '.writ'));
  const stack = await startStack({
    root: ROOT,
    dir,
    ports: portsFrom(process.env),
    env: process.env,
    onTrouble: (what) => console.error(what),
  });
  try {
    if (json && !once) console.log(JSON.stringify(stack.local));
    const told = json && !once ? null : await story(stack, join(dir, 'story'), json);
    if (json && once) console.log(JSON.stringify({ ...stack.local, story: told?.steps }));
    const held = told?.steps.every((step) => step.held) ?? true;
    if (!json) console.log(held ? 'Every step held. LOCAL, NOT EVIDENCE.' : 'Some steps did not hold.');
    if (once && !json)
      console.log('The files stay. Run npm start without --once to try these commands yourself.');
    if (!once) {
      if (!json) console.log(whatToTry(stack));
      await interrupted();
    }
    return held ? 0 : 1;
  } finally {
    await stack.close();
  }
}

async function story(stack: Stack, home: string, quiet: boolean): Promise<Teller> {
  // A story of an earlier run has keys that nobody vouches for any more.
  await rm(home, { recursive: true, force: true });
  const colour = process.stdout.isTTY === true && !process.env.NO_COLOR;
  const told = teller(quiet ? () => undefined : (line) => console.log(line), colour);
  if (!quiet)
    console.log(
      `Writ is up at ${stack.local.broker}; everything it writes is in ${shown(dirname(stack.file))}/\n`,
    );
  await tellStory(stack, told, home);
  return told;
}

const whatToTry = ({ local, file }: Stack): string => `
The stack stays up, and the lines marked $ can be typed again. In another terminal, in this folder, as yourself:

  node dist/writ.js login --profile local --as alice
  node dist/writ.js enroll --profile local
  node dist/writ.js profiles add reports --profile local --permission reports-read --account prod \\
    --parameter prefix=q3 --agent report-writer --task FIN-1234 --purpose 'Summarise the Q3 figures'

With the AWS CLI: aws s3 cp s3://example-reports/q3/figures.csv - --profile reports --endpoint-url ${local.aws_endpoint}
To sign in with a browser: node dist/writ.js login --profile local (alice, alice-local-only)
All addresses and files: ${shown(file)}. Ctrl-C ends it.`;

const interrupted = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : 'The stack did not start.');
  process.exitCode = 1;
}
