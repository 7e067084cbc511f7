import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { configSchemas } from '../../../core/policy/config/json-schemas.ts';
import { SCHEMA_FOLDER } from '../../../docs/generate-config-schemas.ts';

test('the published schemas are those that the compiler checks with (node docs/generate-config-schemas.ts)', () => {
  const published = Object.fromEntries(
    readdirSync(SCHEMA_FOLDER).map((file) => [file, readFileSync(`${SCHEMA_FOLDER}${file}`, 'utf8')]),
  );
  expect(published).toEqual(configSchemas());
});

test('each file of the example names its schema', () => {
  const config = new URL('../../../config/', import.meta.url);
  const files = readdirSync(config, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.yaml'),
  );
  for (const file of files) {
    const [, schema = ''] =
      /^# yaml-language-server: \$schema=(\S+)\n/.exec(readFileSync(new URL(file, config), 'utf8')) ?? [];
    expect(readdirSync(new URL('.', new URL(schema, new URL(file, config)))), file).toContain(
      schema.split('/').at(-1),
    );
  }
});
