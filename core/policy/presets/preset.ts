/**
 * What is known of an issuer before an admin says a word. A preset is a starting text, not a switch: `writ init` writes
 * the whole file, and from then on the file is what holds (docs/decisions/0009).
 */
export interface Preset {
  /** What `--issuer` takes. */
  readonly name: string;
  readonly class: 'subject' | 'actor';
  /** The file's name, and what identities begin with. */
  readonly alias: string;
  /** In half a line, for whoever chooses. */
  readonly says: string;
  readonly questions: readonly Question[];
  /** How an agent's token names it, for whoever writes `--agent name=subject`. Actor class only. */
  readonly subjectExample?: string;
  /** Where the people's directory names groups; absent: it names none, and people are named one by one. */
  readonly groups?: string;
  /** The text of `issuers/<alias>.yaml`. Total on answers that fit. */
  readonly file: (answers: Answers) => string;
}

export interface Question {
  /** Without the dashes. */
  readonly flag: string;
  readonly asks: string;
  readonly example: string;
  /** Anchored. What fits is safe between double quotes in YAML. */
  readonly fits: RegExp;
  readonly optional?: true;
}

/** By flag. What was not answered is not there. */
export interface Answers {
  readonly [flag: string]: string | undefined;
}

export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** An exact https URL without query and fragment. A closing slash counts: AKS has one. */
export const ISSUER_URL = /^https:\/\/[a-z0-9.-]+(?::\d{1,5})?(?:\/[\w.~-]+)*\/?$/i;
export const HOST = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/;

/** The broker's public URL: what agents' tokens must be made for. */
export const BROKER: Question = {
  flag: 'broker',
  asks: "The broker's public URL; agents' tokens are made for it",
  example: 'https://writ.example.com',
  fits: ISSUER_URL,
};

/** In double quotes, as YAML and JSON both read it. */
export const quoted = (text: string | undefined): string => JSON.stringify(text ?? '');

export const SCHEMA_LINE = '# yaml-language-server: $schema=../schemas/issuer.schema.json\n';
