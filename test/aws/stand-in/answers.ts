/**
 * Answers commands in AWS's place, before they are sent. What is not answered goes on over the wire, to `local/aws`.
 */
import type { Clients } from '../clients.ts';

type Input = { readonly [member: string]: unknown };
type Output = object;

/** By the command's name. @param pass - Sends it after all, perhaps with another input. */
export interface Answers {
  readonly [command: string]: (
    input: Input,
    pass: (input: Input) => Promise<Output>,
  ) => Promise<Output> | Output;
}

/** The part of an SDK client that all have in common. */
interface Answering {
  readonly middlewareStack: {
    add(
      middleware: (
        next: (args: { input: Input }) => Promise<{ output: Output; response: unknown }>,
        context: { readonly commandName?: string },
      ) => (args: { input: Input }) => Promise<{ output: Output; response: unknown }>,
      options: { readonly step: 'initialize'; readonly name: string; readonly priority: 'high' },
    ): void;
  };
}

/** @param layers - The first is asked first; what it passes on goes to the next, and last over the wire. */
export function answerBy(clients: Clients, layers: readonly Answers[]): Clients {
  for (const client of Object.values(clients) as readonly Answering[]) {
    client.middlewareStack.add(
      (next, { commandName = '' }) =>
        async (args) => {
          const ask = async (layer: number, input: Input): Promise<Output> => {
            const answers = layers[layer];
            if (answers === undefined) return (await next({ ...args, input })).output;
            const pass = (passed: Input) => ask(layer + 1, passed);
            return (await answers[commandName]?.(input, pass)) ?? pass(input);
          };
          const output = await ask(0, args.input);
          return { response: {}, output: { $metadata: { httpStatusCode: 200 }, ...output } };
        },
      { step: 'initialize', name: 'standIn', priority: 'high' },
    );
  }
  return clients;
}

/** As the SDK throws it. */
export function refusedWith(name: string, httpStatusCode: number, message = name): Error {
  return Object.assign(new Error(message), { name, $fault: 'client', $metadata: { httpStatusCode } });
}

export const text = (input: Input, member: string): string => String(input[member] ?? '');
