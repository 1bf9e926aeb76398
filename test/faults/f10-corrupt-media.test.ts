// F10: the drive itself is damaged: bits of the file system's metadata flipped, parts of it zeroed, the end cut off. The run ends in time with
// an exit code that is true, the drive is released, and what was not read is not applied. ISO 9660 and vfat are refused where the kernel
// knows neither, whatever is wrong with them.
import assert from 'node:assert/strict';
import { exitCodes } from '../../src/core/error.ts';
import { buildIso9660 } from '../../src/drive-image/iso9660.ts';
import { buildVfat } from '../../src/drive-image/vfat.ts';
import { metaData, networkData, userDataTree } from '../support/instances.ts';
import { describeSandbox, readNetwork } from '../support/main-job.ts';
import { type Sandbox, withSandbox } from '../support/sandbox.ts';
import { type EndState, incidental, readEndState } from './engine/end-state.ts';
import { flip, listMetadataBits } from './engine/ext4.ts';
import { defineGroup, type FaultCase } from './engine/matrix.ts';
import { assertCleanEnd } from './engine/verdict.ts';

const userData = `#cloud-config
ssh_deletekeys: false
write_files: [{path: /etc/app/one.conf, content: one}]
`;

type Alter = (made: Buffer) => Uint8Array;

function describeGuest(alter: Alter, features = '') {
  const guest = describeSandbox({ tree: userDataTree(userData), drive: { alter } });
  return features === '' ? guest : { ...guest, drives: guest.drives?.map((drive) => ({ ...drive, features })) ?? [] };
}

type Outcome = { readonly status: number | null; readonly said: string };

/** One run with the altered drive, held against what every run owes, and an answer that does not come within 20 s is none. */
async function runAltered(box: Sandbox, fault: string): Promise<Outcome> {
  const before = box.digest(incidental);
  const network = readNetwork(box);
  const result = await box.run(['guest-init', 'run'], { timeoutMs: 20_000 });
  const said = assertCleanEnd(box, { ...result, fault });
  const { ok, degraded, driveUnreadable, inputInvalid, linkMissing } = exitCodes;
  assert.ok([ok, degraded, driveUnreadable, inputInvalid, linkMissing].includes(result.status as never), said);
  if (result.status === driveUnreadable || result.status === inputInvalid) {
    assert.match(said, new RegExp(`^guest-init: FAILED \\(${result.status}\\) `, 'm'));
    assert.deepEqual([...box.digest(incidental)], [...before], said);
    assert.deepEqual(readNetwork(box), network, said);
  }
  return { status: result.status, said };
}

async function runExt4(alter: Alter, reference: EndState, fault: string): Promise<void> {
  await withSandbox(describeGuest(alter), async (box) => {
    const { status, said } = await runAltered(box, fault);
    // The file system has checksums: what it gives out is what was written.
    if (status === exitCodes.ok) assert.deepEqual(readEndState(box), reference, said);
  });
}

/** Without checksums nobody can tell what a bit should be: other names, sizes and blocks are as good as the right ones. */
async function runUnsummed(alter: Alter, fault: string): Promise<void> {
  await withSandbox(describeGuest(alter, '^metadata_csum'), async (box) => {
    await runAltered(box, fault);
  });
}

const encode = (value: unknown): Buffer => Buffer.from(`${JSON.stringify(value)}\n`);

const files = new Map<string, Uint8Array>([
  ['openstack/latest/meta_data.json', encode(metaData())],
  ['openstack/latest/network_data.json', encode(networkData())],
  ['openstack/latest/user_data', Buffer.from(userData)],
]);

const time = new Date('2026-01-01T00:00:00Z');

const foreign = {
  iso9660: { image: Buffer.from(buildIso9660(files, { label: 'config-2', time })), descriptors: 16 * 2048 },
  vfat: { image: Buffer.from(buildVfat(files, { label: 'config-2', time })), descriptors: 0 },
};

/** The kernel here knows neither: the word is mount's, and the exit code that of a drive that cannot be read. */
async function runForeign(image: Buffer, fault: string): Promise<void> {
  await withSandbox(
    describeGuest(() => image),
    async (box) => {
      const { status, said } = await runAltered(box, fault);
      const isKnown = new RegExp(`\\b${fault.split('/')[0]}$`, 'm').test(await box.exec(['cat', '/proc/filesystems']));
      if (isKnown) return;
      assert.equal(status, exitCodes.driveUnreadable, said);
      assert.match(said, /FAILED \(12\) \/dev\/sr0: mount/);
    },
  );
}

/** Offsets at which an image is cut, in shares of it. */
const cuts = [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99];

const cut = (image: Buffer, share: number): Buffer =>
  image.subarray(0, Math.max(512, Math.floor((image.length * share) / 512) * 512));

function zero(image: Buffer, start: number, bytes: number): Buffer {
  return Buffer.from(image).fill(0, start, start + bytes);
}

function listForeign(): FaultCase[] {
  return Object.entries(foreign).flatMap(([name, { image, descriptors }]): FaultCase[] => {
    const damaged: [string, Buffer][] = [
      ['whole', image],
      ['no-descriptors', zero(image, descriptors, 2048)],
      ...cuts.map((share): [string, Buffer] => [`cut/${share * 100}`, cut(image, share)]),
      ...[0, 1, 8, 40, 80, 120, 156, 200, 510].map((offset): [string, Buffer] => [
        `bit/${offset}`,
        flip(image, { part: '', offset: descriptors + offset, bit: offset % 8 }),
      ]),
    ];
    return damaged.map(([how, bytes]) => ({
      id: `${name}/${how}`,
      run: () => runForeign(bytes, `${name}/${how}`),
    }));
  });
}

const names = ['openstack', 'latest', 'meta_data.json', 'network_data.json', 'user_data'] as const;

/** Bits are named on the first image: where the parts are is the same in all of them. */
async function readImage(features: string): Promise<Buffer> {
  let image: Buffer | undefined;
  const keep: Alter = (made) => {
    image = made;
    return made;
  };
  await withSandbox(describeGuest(keep, features), async () => {});
  assert.ok(image);
  return image;
}

async function listExt4(): Promise<FaultCase[]> {
  const reference = await withSandbox(
    describeGuest((made) => made),
    async (box) => {
      const { status, said } = await runAltered(box, 'undamaged');
      assert.equal(status, exitCodes.ok, said);
      return readEndState(box);
    },
  );
  const summed = await readImage('');
  const plain = await readImage('^metadata_csum');
  const toId = (part: string): string => part.replaceAll('.', '-');
  return [
    ...listMetadataBits(summed, names).map((bit): FaultCase => {
      const id = `ext4/bit/${toId(bit.part)}`;
      return { id, run: () => runExt4((made) => flip(made, bit), reference, id) };
    }),
    ...listMetadataBits(plain, names).map((bit): FaultCase => {
      const id = `ext4-without-checksums/bit/${toId(bit.part)}`;
      return { id, run: () => runUnsummed((made) => flip(made, bit), id) };
    }),
    ...cuts.map((share): FaultCase => {
      const id = `ext4/cut/${share * 100}`;
      return { id, run: () => runExt4((made) => cut(made, share), reference, id) };
    }),
    ...[2, 3, 4, 5, 6, 20, 40, 80].map((block): FaultCase => {
      const id = `ext4/zeroed/${block}`;
      return { id, run: () => runExt4((made) => zero(made, block * 1024, 1024), reference, id) };
    }),
  ];
}

await defineGroup({
  group: 'F10',
  title: 'corrupt media',
  sample: 50,
  listCases: async () => [...(await listExt4()), ...listForeign()],
});
