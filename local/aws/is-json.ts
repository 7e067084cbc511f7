/** Whether a text is JSON, as Lambda wants a payload and Scheduler an input to be. */
export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
