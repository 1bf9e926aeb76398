// F10 where the kernel mounts them: drives with ISO 9660 and vfat whose end is cut off, that have one bad sector, one flipped bit. A real kernel
// reads them for `guest-init plan`: it ends in time with an exit code that is true, the drive is unmounted, and the kernel has no complaint of
// its own. GUEST_INIT_CORRUPT_MEDIA=whole runs all cases.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { exitCodes } from '../../src/core/error.ts';
import { buildVfat } from '../../src/drive-image/vfat.ts';
import { flip } from '../faults/engine/ext4.ts';
import { spread } from '../faults/engine/matrix.ts';
import { runTool } from '../support/command.ts';
import { type DriveFiles, makeIsoDrive } from '../support/vm/config-drive.ts';
import { type AttachedDrive, explainMissingMachines, type Machine, withMachine } from '../support/vm/machine.ts';
import { describeInstance, LaunchKey, preparePackagedImage } from '../support/vm/scenario.ts';

const skip = explainMissingMachines() ?? false;
const isWhole = process.env['GUEST_INIT_CORRUPT_MEDIA'] === 'whole';
/** Of each of the two file systems. */
const counts = isWhole ? { cuts: 64, badSectors: 64, bits: 250 } : { cuts: 8, badSectors: 8, bits: 16 };
/** Drives with a bad sector in one machine: each is a device. */
const drivesAtOnce = 64;

const key = new LaunchKey();

type Medium = { readonly name: 'iso9660' | 'vfat'; readonly image: Buffer };

function makeMedia(): Medium[] {
  const files: DriveFiles = describeInstance({ key, networkData: true });
  const bytes = new Map(
    Object.entries(files).map(([path, content]): [string, Uint8Array] => [
      path,
      Buffer.from(typeof content === 'string' ? content : JSON.stringify(content)),
    ]),
  );
  return [
    { name: 'iso9660', image: readFileSync(makeIsoDrive({ folder: key.folder, name: 'whole', files })) },
    {
      name: 'vfat',
      image: Buffer.from(buildVfat(bytes, { label: 'CONFIG-2', time: new Date('2026-01-01T00:00:00Z') })),
    },
  ];
}

/** Offsets of bytes that say something: descriptors, tables, folders, files. */
function listOffsets(image: Buffer): number[] {
  const offsets: number[] = [];
  for (const [offset, byte] of image.entries()) if (byte !== 0) offsets.push(offset);
  return offsets;
}

function listSectors(image: Buffer): number[] {
  return [...new Set(listOffsets(image).map((offset) => Math.floor(offset / 512)))];
}

/** Images by the name of their case. */
function listImages({ name, image }: Medium): [string, Buffer][] {
  const last = (listSectors(image).at(-1) ?? 0) + 1;
  const lengths = Array.from(
    { length: counts.cuts },
    (_, n) => Math.max(1, Math.floor((n * last) / counts.cuts)) * 512,
  );
  return [
    [`${name}-whole`, image],
    ...lengths.map((length): [string, Buffer] => [`${name}-cut-${length}`, image.subarray(0, length)]),
    ...spread(listOffsets(image), counts.bits).map((offset, n): [string, Buffer] => [
      `${name}-bit-${offset}`,
      flip(image, { part: '', offset, bit: n % 8 }),
    ]),
  ];
}

/** `plan CASE DEVICE` prints one line `CASE STATUS MOUNTS`. */
const planWith = `plan() {
  timeout 60 guest-init plan --device "$2" >/tmp/said 2>&1
  echo "$1 $? $(grep -c guest-init/private/drive /proc/mounts)"
}`;

const { ok, degraded, driveUnreadable, inputInvalid, linkMissing } = exitCodes;
const trueCodes: readonly number[] = [ok, degraded, driveUnreadable, inputInvalid, linkMissing];

/** Holds the lines of one guest against what each case owes; gives how often each code came. */
function assertLines(lines: readonly string[], cases: readonly string[]): Map<number, number> {
  const answers = lines.map((line) => line.split(' '));
  assert.deepEqual(
    answers.map(([name]) => name),
    cases,
  );
  const wrong = answers.filter(([, code, mounts]) => !trueCodes.includes(Number(code)) || mounts !== '0');
  assert.deepEqual(wrong, []);
  const codes = new Map<number, number>();
  for (const [, code] of answers) codes.set(Number(code), (codes.get(Number(code)) ?? 0) + 1);
  return codes;
}

function describeCodes(codes: ReadonlyMap<number, number>): string {
  return [...codes].map(([code, count]) => `exit ${code} ${count} times`).join(', ');
}

async function assertQuietKernel(machine: Machine): Promise<void> {
  const { output } = await machine.shell.run(
    "dmesg | grep -nE 'BUG|Oops|Call Trace|WARNING|blocked for more|general protection'",
  );
  assert.equal(output, '');
}

const kernelWords = 'net.ifnames=0 guest-init=off';

test('drives that are cut off or have a flipped bit', { skip, timeout: 5_400_000 }, async (t) => {
  const images = makeMedia().flatMap(listImages);
  const folder = join(key.folder, 'images');
  mkdirSync(folder);
  for (const [name, bytes] of images) writeFileSync(join(folder, name), bytes);
  const file = join(key.folder, 'images.ext4');
  runTool(['mke2fs', '-q', '-t', 'ext4', '-d', folder, file, '1G']);
  const image = await preparePackagedImage('bookworm-guest');
  await withMachine({ image, kernelWords, drives: [{ file, as: 'disk' }] }, async (machine) => {
    await machine.shell.ready();
    await machine.shell.run('mkdir /mnt/images; mount -o ro /dev/vdb /mnt/images; modprobe -a loop isofs vfat');
    const lines: string[] = [];
    for (let from = 0; from < images.length; from += 20) {
      const names = images.slice(from, from + 20).map(([name]) => name);
      const each = `for i in ${names.join(' ')}; do d=$(losetup -r -f --show /mnt/images/$i); plan $i $d; losetup -d $d; done`;
      lines.push(...(await machine.shell.run(`${planWith}\n${each}`, 1_300_000)).output.trim().split('\n'));
    }
    const codes = assertLines(
      lines,
      images.map(([name]) => name),
    );
    t.diagnostic(`${lines.length} drives: ${describeCodes(codes)}`);
    for (const name of ['iso9660-whole', 'vfat-whole']) assert.ok(lines.includes(`${name} ${ok} 0`), lines.join('\n'));
    assert.ok((codes.get(driveUnreadable) ?? 0) > 0 && (codes.get(inputInvalid) ?? 0) > 0, 'no damage has shown');
    await assertQuietKernel(machine);
  });
});

test('drives with a bad sector', { skip, timeout: 5_400_000 }, async (t) => {
  const image = await preparePackagedImage('bookworm-guest');
  const cases = makeMedia().flatMap(({ name, image: bytes }) => {
    const file = join(key.folder, `bad-sector.${name}`);
    writeFileSync(file, bytes);
    return spread(listSectors(bytes), counts.badSectors).map((badSector) => ({
      name: `${name}-sector-${badSector}`,
      drive: { file, badSector, as: 'disk' } satisfies AttachedDrive,
    }));
  });
  const codes = new Map<number, number>();
  for (let from = 0; from < cases.length; from += drivesAtOnce) {
    const some = cases.slice(from, from + drivesAtOnce);
    await withMachine({ image, kernelWords, drives: some.map(({ drive }) => drive) }, async (machine) => {
      await machine.shell.ready();
      const words = some.map(({ name }, n) => `plan ${name} /dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_drive${n}`);
      const { output } = await machine.shell.run(`${planWith}\n${words.join('\n')}`, 1_300_000);
      for (const [code, count] of assertLines(
        output.trim().split('\n'),
        some.map(({ name }) => name),
      ))
        codes.set(code, (codes.get(code) ?? 0) + count);
      await assertQuietKernel(machine);
    });
  }
  t.diagnostic(`${cases.length} drives: ${describeCodes(codes)}`);
  assert.ok((codes.get(driveUnreadable) ?? 0) > 0, 'no bad sector has shown');
});
