import manifest from '../package.json' with { type: 'json' };

/**
 * The release that this source is: `version` of package.json, which is the one place where it stands (semver). For people:
 * no decision is made by it. Functions are given it as `RELEASE_SETTING`; no bundle of theirs imports this file.
 */
export const RELEASE: string = manifest.version;

/** Of a function's environment. */
export const RELEASE_SETTING = 'WRIT_RELEASE';
