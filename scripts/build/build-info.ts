// What dist/build.json says about a build, for the tests and for packaging.

export interface BuiltProgram {
  /** File name in dist. */
  name: string;
  bytes: number;
  sha256: string;
}

export interface BuildInfo {
  version: string;
  buildId: string;
  /** Version of the embedded Node, such as `v24.21.0`. */
  node: string;
  /** 0 when only the CommonJS bundle was built. */
  codeCacheBytes: number;
  programs: BuiltProgram[];
}
