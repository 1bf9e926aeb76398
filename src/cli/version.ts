// What this program calls itself.

/** `0.1.0`, or `unbuilt` when the sources are run as they are. */
export const version = typeof __VERSION__ === 'string' ? __VERSION__ : 'unbuilt';

/** `0.1.0+8870241794e0 (Node 24.21.0)`: version, build and runtime. */
export const fullVersion = `${version}${typeof __BUILD__ === 'string' ? `+${__BUILD__}` : ''} (Node ${process.versions.node})`;
