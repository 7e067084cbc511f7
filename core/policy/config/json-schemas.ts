import { z } from 'zod';
import { BrokerFile } from './broker.ts';
import { AccountsFile, AgentFile, IssuerFile, PermissionFile } from './schemas.ts';
import { TestFile } from './test-schema.ts';

const SCHEMAS = {
  accounts: { title: 'Writ: accounts', schema: AccountsFile },
  agent: { title: 'Writ: agent', schema: AgentFile },
  broker: { title: 'Writ: broker', schema: BrokerFile },
  issuer: { title: 'Writ: issuer', schema: IssuerFile },
  permission: { title: 'Writ: permission', schema: PermissionFile },
  test: { title: 'Writ: policy cases', schema: TestFile },
} as const;

/** File name → text, for editors. Draft 7, which the YAML language server knows best. */
export const configSchemas = (): { readonly [file: string]: string } =>
  Object.fromEntries(
    Object.entries(SCHEMAS).map(([name, { title, schema }]) => {
      const { $schema, ...rest } = z.toJSONSchema(schema, { target: 'draft-7', io: 'input' });
      return [`${name}.schema.json`, `${JSON.stringify({ $schema, title, ...rest }, null, 2)}\n`];
    }),
  );
