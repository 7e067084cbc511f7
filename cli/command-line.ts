/** What no shell and no parser of AWS's config file gives a meaning to. */
const PLAIN = /^(?:[\w@%+=:,./-]+)$/;

/**
 * A command line for `credential_process`: botocore splits it by POSIX rules without a shell, Go, Java, Rust and
 * JavaScript hand it to one, and some parsers cut a value at a blank followed by `#` or `;`, or take off quotes
 * around the whole. So an argument is quoted only where it must be, `#` and `;` never follow a blank, and the
 * caller ends the line with a plain argument.
 */
export const commandLine = (argv: readonly string[]): string => argv.map(quote).join(' ');

const quote = (argument: string): string => {
  if (PLAIN.test(argument)) return argument;
  const inner = argument.replaceAll("'", `'"'"'`).replaceAll('#', `'"#"'`).replaceAll(';', `'";"'`);
  return `'${inner}'`;
};
