import type { Stack } from 'aws-cdk-lib';
export function acknowledge(stack: Stack): void {
  void stack;
}
