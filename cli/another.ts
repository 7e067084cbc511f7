/** For a flag that may be given several times: commander hands over the values one by one. */
export const another = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
];
