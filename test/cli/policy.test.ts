import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { policyBuild, policyTest } from '../../cli/policy.ts';
import { sha256Hex } from '../../core/encoding/hash.ts';
import { loadBundle } from '../../core/policy/load.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));
let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'writ-policy-'));
  cpSync(join(repository, 'config'), join(cwd, 'config'), { recursive: true });
  cpSync(join(repository, 'local/config'), join(cwd, 'overlay'), { recursive: true });
});
afterEach(() => rmSync(cwd, { recursive: true }));

function world() {
  const said = { out: '', err: '' };
  const output = (to: 'out' | 'err') => ({
    isTerminal: false,
    write: (text: string) => {
      said[to] += text;
    },
  });
  return { said, io: { cwd, stdout: output('out'), stderr: output('err') } };
}

function change(path: string, from: string, to: string): void {
  const text = readFileSync(join(cwd, path), 'utf8');
  if (!text.includes(from)) throw new Error(`${path} has no ${from}`);
  writeFileSync(
    join(cwd, path),
    text.replace(from, () => to),
  );
}

describe('policy build', () => {
  test('the example becomes a bundle that its hash names', async () => {
    const { io, said } = world();
    expect(await policyBuild({ config: ['config'], out: 'out', io })).toBe(0);
    const hash = said.out.trim();
    const bytes = readFileSync(join(cwd, 'out', `${hash}.json`));
    expect(sha256Hex(bytes)).toBe(hash);
    const { bundle } = loadBundle(bytes, hash);
    expect(bundle.permissions.map(({ permission }) => permission)).toEqual([
      'probe',
      'reports-read',
      'summaries-run',
      'tickets-write',
    ]);
  });

  test('the overlay stands on the laptop only', async () => {
    const { io, said } = world();
    const config = ['config', 'overlay'];
    expect(await policyBuild({ config, out: 'out', io, local: true, json: true })).toBe(0);
    const { file } = JSON.parse(said.out);
    expect(readFileSync(file, 'utf8')).toContain('"iss":"http://127.0.0.1:8471"');
    await expect(policyBuild({ config, out: 'out', io })).rejects.toMatchObject({
      fields: {
        exit: 1,
        what: 'overlay/issuers/ci.yaml has places like ${LOCAL_CI:-…}: give --local.',
        next: 'Call it with --config config --config overlay --local',
      },
    });
    await expect(policyTest({ config: ['overlay'], local: true, io })).rejects.toThrow(
      'places like ${LOCAL_CI:-…}: it must lie over another folder.',
    );
  });

  test('variables move the overlay to other ports', async () => {
    const { io, said } = world();
    const variables = { LOCAL_ISSUER: 'http://127.0.0.1:9001' };
    await policyBuild({ config: ['config', 'overlay'], out: 'out', io, local: true, variables });
    const text = readFileSync(join(cwd, 'out', `${said.out.trim()}.json`), 'utf8');
    expect(text).toContain('"jwks_uri":"http://127.0.0.1:9001/jwks"');
  });

  test('a mistake is told with file and line, and nothing is written', async () => {
    change('config/permissions/reports-read.yaml', 'longest: 3600', 'longest: 36000');
    const { io, said } = world();
    expect(await policyBuild({ config: ['config'], out: 'out', io })).toBe(1);
    expect(said).toEqual({
      out: '',
      err: 'config/permissions/reports-read.yaml:5:10: longest: must be at most 3600\n',
    });
  });
});

test('a folder that is missing is a mistake in the call', async () => {
  const { io } = world();
  await expect(policyTest({ config: ['nowhere'], io })).rejects.toThrow('There is no folder nowhere.');
});

describe('policy test', () => {
  test('every case of the example holds, and of the laptop', async () => {
    const { io, said } = world();
    expect(await policyTest({ config: ['config'], io })).toBe(0);
    expect(await policyTest({ config: ['config', 'overlay'], local: true, io })).toBe(0);
    expect(said.out).toMatch(/^ok {6}Alice of finance reads reports$/m);
    expect(said.out).not.toContain('FAILED');
  });

  test('a policy that changed its mind fails its case, which is shown with file and line', async () => {
    change('config/policies/finance.cedar', 'reports-read', 'tickets-write');
    const { io, said } = world();
    expect(await policyTest({ config: ['config'], io })).toBe(1);
    expect(said.out).toContain(
      'FAILED  Alice of finance reads reports\n' +
        '        config/policies/finance.test.yaml:3:5: expected permit by [finance-reads-reports], got refuse by []',
    );
  });

  test('the right decision by the wrong policy is a failure too', async () => {
    change('config/policies/finance.test.yaml', 'by: [finance-reads-reports]', 'by: [another]');
    const { io, said } = world();
    expect(await policyTest({ config: ['config'], io })).toBe(1);
    expect(said.out).toContain('expected permit by [another], got permit by [finance-reads-reports]');
  });

  test('a permission that became wider fails what it denies', async () => {
    change('config/permissions/reports-read.yaml', 'example-reports/${prefix}/*', 'example-reports/*');
    const { io, said } = world();
    expect(await policyTest({ config: ['config'], io, json: true })).toBe(1);
    expect(said.out).toContain(
      '"reports-read in prod denies s3:GetObject on arn:aws:s3:::example-reports/q4/figures.csv","ok":false',
    );
  });

  test('a case that nobody could ask for is a failure', async () => {
    change('config/policies/finance.test.yaml', 'prefix: q3', 'prefix: "*"');
    const { io, said } = world();
    expect(await policyTest({ config: ['config'], io })).toBe(1);
    expect(said.out).toContain('cannot be asked for: parameter_invalid');
  });
});
