/** ISO 8601 in UTC with seconds and `Z`, the form that IAM's date operators take. @param numericDate - Whole seconds. */
export const isoTime = (numericDate: number): string =>
  new Date(numericDate * 1000).toISOString().replace('.000Z', 'Z');
