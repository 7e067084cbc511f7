/** What AWS calls things, as far as several parts must agree on it. */
export const ACCOUNT_ID = /^\d{12}$/;
/** `eu-central-1`, `us-gov-west-1`. */
export const REGION = /^[a-z]{2,4}(?:-[a-z]{2,9}){1,2}-\d{1,2}$/;
