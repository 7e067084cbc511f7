/** The local account. A reader must never take it for a real one. */
export const ACCOUNT = '000000000000';
