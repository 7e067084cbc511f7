import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, type Stack, Validations } from 'aws-cdk-lib';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { afterAll, expect, test, vi } from 'vitest';
import { acknowledged, evidenceNamed } from '../../cdk/acknowledged.ts';
import { schedulesPattern } from '../../cdk/names.ts';
import {
  ACKNOWLEDGED_FILE,
  acknowledgedPage,
  CHECKOV_FILE,
  checkovConfig,
} from '../../cdk/write-acknowledged.ts';
import { everyTargetRole } from '../../core/revocation/names.ts';
import { BROKER, brokerApp } from './synthesised.ts';

interface Report {
  readonly pluginReports: readonly {
    readonly pluginName: string;
    readonly violations: readonly {
      readonly ruleName: string;
      readonly violatingConstructs: readonly { readonly constructPath: string }[];
    }[];
  }[];
}

const folder = mkdtempSync(join(tmpdir(), 'writ-findings-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** @param acknowledges - Whether what stands is acknowledged, as the app does. */
function findings(acknowledges: boolean, plant: (stack: Stack) => void = () => undefined): readonly string[] {
  const spied = acknowledges ? null : vi.spyOn(Validations.prototype, 'acknowledge').mockReturnValue();
  const out = mkdtempSync(join(folder, 'out-'));
  const { app, stack } = brokerApp({}, out);
  spied?.mockRestore();
  plant(stack);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
  synthQuietly(app);
  const report: Report = JSON.parse(readFileSync(join(out, 'validation-report.json'), 'utf8'));
  return report.pluginReports.flatMap(({ pluginName, violations }) =>
    violations.flatMap(({ ruleName, violatingConstructs }) =>
      violatingConstructs.map(({ constructPath }) => `${pluginName}::${ruleName} at ${constructPath}`),
    ),
  );
}

/** An error that is found ends the synthesis, in so many words; the report says the same. */
function synthQuietly(app: App): void {
  const told = vi.spyOn(console, 'error').mockReturnValue();
  const wrote = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    app.synth();
  } catch (error) {
    if (!(error instanceof Error && /validation/i.test(`${error.name} ${error.message}`))) throw error;
  } finally {
    told.mockRestore();
    wrote.mockRestore();
  }
}

test('nothing is found that is not acknowledged, by cdk-nag or by CloudFormation’s own rules', () => {
  expect(findings(true)).toEqual([]);
});

test('what somebody adds is found, and not covered by what is acknowledged elsewhere', () => {
  const found = findings(true, (stack) => new Queue(stack, 'Planted'));
  expect(found).toContain('AwsSolutions::AwsSolutions-SQS3 at Writ/Planted/Resource');
  expect(found.every((finding) => finding.endsWith(' at Writ/Planted/Resource'))).toBe(true);
});

test('each that is acknowledged is found where it is, and acknowledged nowhere else', () => {
  const found = findings(false);
  const standing = acknowledged(
    [everyTargetRole('111122223333')],
    schedulesPattern(BROKER, 'eu-central-1'),
    true,
    evidenceNamed({ account: BROKER, region: 'eu-central-1' }),
  );
  for (const { id, at } of standing) {
    for (const path of at) {
      expect(
        found.some((finding) => finding.startsWith(`${id} at Writ/${path}`)) ? null : `${id} at ${path}`,
      ).toBeNull();
    }
  }
});

test('decision 8 and checkov’s list are what the code says', () => {
  expect(readFileSync(CHECKOV_FILE, 'utf8')).toBe(checkovConfig());
  expect(readFileSync(ACKNOWLEDGED_FILE, 'utf8')).toBe(acknowledgedPage());
});
