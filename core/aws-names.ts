/** What AWS calls things, as far as several parts must agree on it. */
export const ACCOUNT_ID = /^\d{12}$/;
/** `eu-central-1`, `us-gov-west-1`. */
export const REGION = /^[a-z]{2,4}(?:-[a-z]{2,9}){1,2}-\d{1,2}$/;
/** `o-exampleorgid`: an organisation. */
export const ORGANIZATION_ID = /^o-[0-9a-z]{10,32}$/;
/** `r-ab12`: its root. */
export const ROOT_ID = /^r-[0-9a-z]{4,32}$/;
