import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { CHECKS } from '../../core/doctor/checks.ts';
import { CONFIG_FIELDS } from '../../core/doctor/fields.ts';
import { AccountsFile, AgentFile, IssuerFile, PermissionFile } from '../../core/policy/config/schemas.ts';
import { doctorPage } from '../../docs/generate-doctor.ts';

test('docs/doctor.md is what `npm run docs` writes', () => {
  expect(readFileSync(new URL('../../docs/doctor.md', import.meta.url), 'utf8')).toBe(doctorPage());
});

test.each(CHECKS.map(({ id }) => id))('it has one row for %s', (id) => {
  expect(doctorPage().split('## Fields')[0]?.split(`\n| \`${id}\` |`).length).toBe(2);
});

interface Shape {
  readonly properties?: { readonly [name: string]: Shape };
  readonly items?: Shape;
  readonly anyOf?: readonly Shape[];
  readonly additionalProperties?: Shape | boolean;
  readonly propertyNames?: unknown;
}

/** Paths of all that an admin can write; of a choice, each that has fields of its own. */
function pathsOf(shape: Shape, path: string): readonly string[] {
  const inner = [
    ...Object.entries(shape.properties ?? {}).flatMap(([name, one]) => pathsOf(one, `${path}.${name}`)),
    ...(shape.items?.properties ? pathsOf(shape.items, `${path}[]`) : []),
    ...(shape.anyOf ?? []).filter((one) => one.properties).flatMap((one) => pathsOf(one, path)),
    ...(shape.propertyNames && typeof shape.additionalProperties === 'object' && path !== '' && isNamed(path)
      ? pathsOf(shape.additionalProperties, `${path}.*`)
      : []),
  ];
  const isChoice =
    (shape.anyOf ?? []).some((one) => one.properties) && (shape.anyOf ?? []).some((one) => !one.properties);
  return inner.length === 0 || isChoice ? [path, ...inner.filter((one) => one !== path)] : inner;
}

/** Maps whose keys are an admin's own names: those of conditions and cases are AWS's, and one field. */
const isNamed = (path: string): boolean => path === 'accounts' || path === 'permission.parameters';

test('every field of every schema has its fault and its check', () => {
  const schemas = {
    issuer: IssuerFile,
    agent: AgentFile,
    permission: PermissionFile,
    accounts: AccountsFile,
  };
  const paths = Object.entries(schemas).flatMap(([name, schema]) =>
    pathsOf(z.toJSONSchema(schema, { io: 'input' }) as Shape, name),
  );
  expect(CONFIG_FIELDS.map(({ field }) => field).sort()).toEqual([...new Set(paths)].sort());
});

test('each is judged by a check that there is', () => {
  const ids = CHECKS.map(({ id }) => id);
  expect(CONFIG_FIELDS.filter(({ check }) => !ids.includes(check))).toEqual([]);
});
