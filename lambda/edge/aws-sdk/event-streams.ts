/**
 * Stands in, in every function, for the part of the SDK that its protocols load when an operation streams events
 * (build-sdk.ts). None of Writ's does; one that did would fail here, at its first call, by this name.
 */
throw new Error('this function was built without event streams: see build-sdk.ts');
