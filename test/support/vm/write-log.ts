// What a machine wrote to its disk, in order, as QEMU's blklogwrites driver notes it (the format of Linux's dm-log-writes), and what a power
// cut at some moment may leave of it: all up to the last flush, and of what came after that any part.
import { closeSync, fstatSync, openSync, readSync, statSync, writeSync } from 'node:fs';

const sectorBytes = 512;
const magic = 0x6a736677736872n;
const flush = 1n;
/** Force unit access: on the medium when the write is done. */
const forced = 2n;
const discard = 4n;

type Entry = {
  /** Bytes from the beginning of the disk. */
  readonly to: number;
  readonly bytes: number;
  /** Bytes from the beginning of the log: its data, and the next entry. */
  readonly from: number;
  readonly end: number;
  readonly flags: bigint;
};

/** Where the log is at this moment: a position that a cut can be made at. */
export function measureLog(log: string): number {
  return statSync(log).size;
}

/** Entries in the order of writing. Throws when the file is no such log. */
export function readWriteLog(log: string): readonly Entry[] {
  const file = openSync(log, 'r');
  try {
    const { size } = fstatSync(file);
    const header = Buffer.alloc(32);
    readSync(file, header, 0, 32, 0);
    if (header.readBigUInt64LE(0) !== magic) throw new Error(`${log} is no log of writes`);
    const entries: Entry[] = [];
    for (let at = sectorBytes; at + sectorBytes <= size; ) {
      readSync(file, header, 0, 32, at);
      const flags = header.readBigUInt64LE(16);
      const bytes = (flags & discard) === 0n ? Number(header.readBigUInt64LE(8)) * sectorBytes : 0;
      const from = at + sectorBytes;
      at = from + bytes;
      if (at <= size)
        entries.push({ to: Number(header.readBigUInt64LE(0)) * sectorBytes, bytes, from, end: at, flags });
    }
    return entries;
  } finally {
    closeSync(file);
  }
}

/**
 * Makes of `disk`, which is as before the first entry, what a cut at `position` leaves. Of the writes that no flush had followed by then each
 * is there when `survives` says so.
 */
export function cutPower({
  log,
  entries,
  disk,
  position,
  survives,
}: {
  log: string;
  entries: readonly Entry[];
  disk: string;
  position: number;
  survives(): boolean;
}): { readonly written: number; readonly lost: number } {
  const before = entries.filter(({ end }) => end <= position);
  const flushed = before.findLastIndex(({ flags }) => (flags & flush) !== 0n);
  const kept = before.filter(({ flags }, index) => index <= flushed || (flags & forced) !== 0n || survives());
  const source = openSync(log, 'r');
  const target = openSync(disk, 'r+');
  try {
    for (const { to, bytes, from } of kept) {
      const data = Buffer.alloc(bytes);
      readSync(source, data, 0, bytes, from);
      writeSync(target, data, 0, bytes, to);
    }
  } finally {
    closeSync(source);
    closeSync(target);
  }
  return { written: kept.length, lost: before.length - kept.length };
}
