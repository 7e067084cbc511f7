/** Everything the command touches outside itself, so that a test can be the world. */
export interface Io {
  /** Arguments after the program's name. */
  readonly argv: readonly string[];
  readonly env: { readonly [name: string]: string | undefined };
  /** Absolute. */
  readonly cwd: string;
  readonly home: string;
  readonly stdout: Output;
  readonly stderr: Output;
  /** The next line of standard input without its end; null where there is none. */
  readonly readLine: () => Promise<string | null>;
  readonly fetch: typeof fetch;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Asks the desktop to show an address; null where there is no desktop. Never throws, waits for nothing. */
  readonly openBrowser: ((url: string) => void) | null;
  /** Absolute paths of the Node that runs this and of the script it runs: what a profile must name. */
  readonly node: string;
  readonly script: string;
}

export interface Output {
  readonly write: (text: string) => void;
  readonly isTerminal: boolean;
  /** Characters in a line of the terminal. */
  readonly columns?: number | undefined;
}
