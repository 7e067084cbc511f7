/** Writes `config/schemas/*.schema.json`, which editors read through the first line of each YAML file. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { configSchemas } from '../core/policy/config/json-schemas.ts';

export const SCHEMA_FOLDER = fileURLToPath(new URL('../config/schemas/', import.meta.url));

export function writeConfigSchemas(): void {
  mkdirSync(SCHEMA_FOLDER, { recursive: true });
  for (const [file, text] of Object.entries(configSchemas())) writeFileSync(`${SCHEMA_FOLDER}${file}`, text);
}

if (import.meta.main) writeConfigSchemas();
