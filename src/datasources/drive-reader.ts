// What a datasource may ask of a drive: files by relative path, nothing else. The drive is untrusted; refusals are answers, not errors.

/** refused: there, but not a regular file inside the drive, over its limit, or unreadable; `reason` is for people. */
export type DriveFile =
  | { readonly state: 'read'; readonly bytes: Uint8Array }
  | { readonly state: 'absent' }
  | { readonly state: 'refused'; readonly reason: string; readonly overLimit: boolean };

export type DriveReader = {
  /** `path` is relative to the drive's root, '/' separated; `limitBytes` is the most that is read. */
  read(path: string, limitBytes: number): DriveFile;
  /** Names in a folder; empty when it is absent or not a folder. */
  list(path: string): readonly string[];
};
