// What this program calls itself.

/** `0.1.0`, or `unbuilt` when the sources are run as they are. */
export const version = typeof __VERSION__ === 'string' ? __VERSION__ : 'unbuilt';
