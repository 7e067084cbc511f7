import { expect, test } from 'vitest';
import { files, problemsOf } from './installation.ts';

const writer = files().find(({ path }) => path === 'agents/writer.yaml')?.text ?? '';

test.each(['Writer', '1writer', 'wri_ter', 'w+x', `w${'r'.repeat(47)}`])(
  'an agent’s file is not called %s: its name becomes part of a session’s',
  (name) => {
    const path = `agents/${name}.yaml`;
    const found = problemsOf({ 'agents/writer.yaml': null, [path]: writer });
    expect(found).toContainEqual(
      expect.objectContaining({ file: path, problem: expect.stringContaining('must be named by the agent') }),
    );
  },
);

test.each(['s3:GetObject, s3:PutObject', 's3:GetObject ', 's3:Get Object', 's3:', 'GetObject'])(
  '%j is no action',
  (action) => {
    const found = problemsOf({
      'permissions/read.yaml': ['Action: s3:GetObject', `Action: ${JSON.stringify(action)}`],
    });
    expect(found).toContainEqual(
      expect.objectContaining({ problem: expect.stringContaining('is no service:Action') }),
    );
  },
);
