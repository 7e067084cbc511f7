/**
 * Runs before the npm scripts that run TypeScript, in plain JavaScript, since an older Node would stop at the first
 * `.ts` file with a stack that helps nobody. 24.2 is the first with `import.meta.main`.
 */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 24 || (major === 24 && minor < 2)) {
  console.error(
    `Writ is built with Node 24.2 or newer, and this is ${process.versions.node}; on Linux x64 npm brings it along.`,
  );
  process.exit(1);
}
