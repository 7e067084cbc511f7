/** Writes `config/schemas/*.schema.json`, which editors read through the first line of each YAML file. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { AccountsFile, AgentFile, IssuerFile, PermissionFile } from '../core/policy/config/schemas.ts';
import { TestFile } from '../core/policy/config/test-schema.ts';

const SCHEMAS = {
  accounts: { title: 'Writ: accounts', schema: AccountsFile },
  agent: { title: 'Writ: agent', schema: AgentFile },
  issuer: { title: 'Writ: issuer', schema: IssuerFile },
  permission: { title: 'Writ: permission', schema: PermissionFile },
  test: { title: 'Writ: policy cases', schema: TestFile },
} as const;

export const SCHEMA_FOLDER = fileURLToPath(new URL('../config/schemas/', import.meta.url));

/** File name → text. Draft 7, which the YAML language server knows best. */
export const configSchemas = (): { readonly [file: string]: string } =>
  Object.fromEntries(
    Object.entries(SCHEMAS).map(([name, { title, schema }]) => {
      const { $schema, ...rest } = z.toJSONSchema(schema, { target: 'draft-7', io: 'input' });
      return [`${name}.schema.json`, `${JSON.stringify({ $schema, title, ...rest }, null, 2)}\n`];
    }),
  );

export function writeConfigSchemas(): void {
  mkdirSync(SCHEMA_FOLDER, { recursive: true });
  for (const [file, text] of Object.entries(configSchemas())) writeFileSync(`${SCHEMA_FOLDER}${file}`, text);
}

if (import.meta.main) writeConfigSchemas();
