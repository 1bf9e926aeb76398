// Put in by the bundler (scripts/build.ts); absent when the sources are run as they are.

/** The version in package.json. */
declare const __VERSION__: string | undefined;
/** Twelve hex digits over the bundle and the version of its Node. */
declare const __BUILD__: string | undefined;
