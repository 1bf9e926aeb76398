// Which drive is taken: found by label, probing or content, waited for, refused when it is ambiguous, foreign or unreadable.
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ec2Tree, fullTree, metaData, novaDmi, openstackTree, otherUuid, uuid } from '../support/instances.ts';
import { assertNothingLeft } from '../support/leftovers.ts';
import { assertMetadataApplied, guessApplied, type JobCase, runJobCase, staticApplied } from '../support/main-job.ts';
import { explainMissingRoots } from '../support/roots.ts';
import type { Sandbox, SandboxDrive } from '../support/sandbox.ts';

const missing = explainMissingRoots();

const nothing = { network: 'untouched', nothingApplied: true } as const;

/** A second drive that says something else. */
const other: SandboxDrive = {
  tree: openstackTree({
    'openstack/latest/meta_data.json': { json: metaData({ uuid: otherUuid, hostname: 'web-2' }) },
  }),
};

/** Nodes as udev leaves optical drives: for the group cdrom, too. */
const giveToGroup = async (box: Sandbox): Promise<void> => {
  await box.exec(['sh', '-c', 'for d in /dev/*; do [ ! -b "$d" ] || { chgrp cdrom "$d"; chmod 660 "$d"; }; done']);
};

/** `660:24` */
function describeNode(box: Sandbox, path: string): string {
  const stat = box.stat(path);
  return stat === undefined ? 'absent' : `${(stat.mode & 0o777).toString(8)}:${stat.gid}`;
}

const cases: readonly JobCase[] = [
  {
    name: 'its node is for root alone from then on, also when another boot finds it open',
    tree: openstackTree(),
    prepare: giveToGroup,
    exit: 0,
    network: staticApplied,
    check: async (box) => {
      assert.equal(describeNode(box, '/dev/sr0'), '600:0');
      await box.reboot();
      await giveToGroup(box);
      assert.equal((await box.run(['guest-init', 'run'])).status, 0);
      assert.equal(describeNode(box, '/dev/sr0'), '600:0');
    },
  },
  {
    name: 'nodes of two drives that differ are for root alone, too',
    sandbox: {
      drives: [
        { tree: openstackTree(), link: null },
        { ...other, link: null },
      ],
    },
    prepare: giveToGroup,
    exit: 11,
    ...nothing,
    check: (box) => {
      assert.deepEqual([describeNode(box, '/dev/sr0'), describeNode(box, '/dev/sr1')], ['600:0', '600:0']);
    },
  },
  {
    name: 'the node of a disk that is no config drive stays as it is',
    tree: { 'photos/1.jpg': 'x' },
    drive: { label: null, device: 'sr0' },
    prepare: giveToGroup,
    exit: 0,
    ...nothing,
    check: (box) => assert.equal(describeNode(box, '/dev/sr0'), '660:24'),
  },
  {
    name: 'a plan leaves the node as it is',
    tree: openstackTree(),
    prepare: giveToGroup,
    arguments: ['plan'],
    exit: 0,
    ...nothing,
    check: (box) => assert.equal(describeNode(box, '/dev/sr0'), '660:24'),
  },
  {
    name: 'ec2 tree alone: address as given, prefix and gateway guessed and said to be guessed',
    tree: ec2Tree(),
    exit: 0,
    network: guessApplied,
    says: [/guess/],
    check: assertMetadataApplied,
  },
  {
    name: 'openstack tree alone',
    tree: openstackTree(),
    exit: 0,
    network: staticApplied,
    check: assertMetadataApplied,
  },
  {
    name: 'both trees: prefix and gateway come from network_data.json',
    tree: fullTree(),
    exit: 0,
    network: staticApplied,
    check: (box, result) => {
      assertMetadataApplied(box);
      assert.doesNotMatch(result.stdout + result.stderr, /guess/);
    },
  },
  {
    name: 'only a dated version folder',
    tree: Object.fromEntries(
      Object.entries(openstackTree()).map(([path, entry]) => [path.replace('latest', '2018-08-27'), entry]),
    ),
    exit: 0,
    network: staticApplied,
  },
  { name: 'no drive, no firmware that promises one: nothing to do', exit: 0, ...nothing },
  {
    name: 'no drive on a Nova guest',
    sandbox: { dmi: novaDmi() },
    exit: 10,
    ...nothing,
    says: [/config-2/, /10/],
  },
  { name: 'no drive, required by config', config: 'drive: {required: true, wait_required: 1}\n', exit: 10, ...nothing },
  {
    name: 'no drive on a Nova guest, not required by config',
    config: 'drive: {required: false, wait: 1}\n',
    sandbox: { dmi: novaDmi() },
    exit: 0,
    ...nothing,
  },
  {
    name: 'late drive with a label link',
    tree: openstackTree(),
    drive: { late: true },
    during: async (box) => {
      await sleep(500);
      box.plug(0);
    },
    exit: 0,
    network: staticApplied,
  },
  {
    name: 'late drive without a link, on a Nova guest',
    tree: openstackTree(),
    drive: { late: true, link: null },
    sandbox: { dmi: novaDmi() },
    during: async (box) => {
      await sleep(1200);
      box.plug(0);
    },
    exit: 0,
    network: staticApplied,
  },
  {
    name: 'drive that comes after the wait is over',
    tree: openstackTree(),
    drive: { late: true },
    config: 'drive: {required: true, wait_required: 0.3}\n',
    exit: 10,
    ...nothing,
  },
  {
    name: 'label without a link is found by probing',
    tree: openstackTree(),
    drive: { link: null, device: 'vdb' },
    exit: 0,
    network: staticApplied,
  },
  {
    name: 'label link in upper case',
    tree: openstackTree(),
    drive: { label: 'CONFIG-2' },
    exit: 0,
    network: staticApplied,
  },
  {
    name: 'label in mixed case, probed',
    tree: openstackTree(),
    drive: { label: 'Config-2', link: null },
    exit: 0,
    network: staticApplied,
  },
  {
    name: 'optical drive without a link where blkid is missing',
    tree: openstackTree(),
    drive: { link: null },
    prepare: (box) => box.hide('blkid'),
    exit: 0,
    network: staticApplied,
  },
  {
    name: 'unlabelled optical drive, known by its content',
    tree: openstackTree(),
    drive: { label: null },
    exit: 0,
    network: staticApplied,
  },
  {
    name: 'unlabelled disk is left alone, whatever it holds',
    tree: openstackTree(),
    drive: { label: null, device: 'vdb' },
    exit: 0,
    ...nothing,
  },
  {
    name: 'another label is left alone',
    tree: openstackTree(),
    drive: { label: 'cidata', device: 'vdb' },
    exit: 0,
    ...nothing,
  },
  {
    name: 'another label that the image asks for',
    tree: openstackTree(),
    drive: { label: 'config', device: 'vdb' },
    config: 'drive: {label: config, wait: 1}\n',
    exit: 0,
    network: staticApplied,
  },
  {
    name: 'two drives that say the same',
    sandbox: {
      drives: [
        { tree: openstackTree(), link: null },
        { tree: openstackTree(), link: null },
      ],
    },
    exit: 0,
    network: staticApplied,
  },
  {
    name: 'two different drives',
    sandbox: {
      drives: [
        { tree: openstackTree(), link: null },
        { ...other, link: null },
      ],
    },
    exit: 11,
    ...nothing,
    says: [/sr0/, /sr1/],
  },
  {
    name: 'two different drives, of which udev gives one the link and knows both',
    sandbox: {
      drives: [
        { tree: openstackTree(), udevLabel: 'config-2' },
        { ...other, link: null, udevLabel: 'config-2' },
      ],
    },
    exit: 11,
    ...nothing,
  },
  {
    name: 'two different drives, one of them with the uuid of the machine',
    sandbox: {
      drives: [
        { ...other, link: null },
        { tree: openstackTree(), link: null },
      ],
      dmi: novaDmi(),
    },
    exit: 0,
    network: staticApplied,
    check: assertMetadataApplied,
  },
  {
    name: 'two drives with the label, one of them not a config drive',
    sandbox: {
      drives: [
        { tree: { 'photos/1.jpg': 'x' }, link: null },
        { tree: openstackTree(), link: null },
      ],
    },
    exit: 0,
    network: staticApplied,
  },
  {
    name: 'damaged file system',
    tree: openstackTree(),
    drive: { damagedFileSystem: true },
    exit: 12,
    ...nothing,
    says: [/sr0/],
  },
  { name: 'labelled drive without openstack and ec2', tree: { 'readme.txt': 'hello' }, exit: 12, ...nothing },
  {
    name: 'drive of another machine on a Nova guest',
    tree: openstackTree(),
    sandbox: { dmi: novaDmi(otherUuid) },
    exit: 41,
    ...nothing,
    says: [/--force/],
  },
  {
    name: 'drive of another machine on a Nova guest, forced',
    tree: openstackTree(),
    sandbox: { dmi: novaDmi(otherUuid) },
    arguments: ['run', '--force'],
    exit: 0,
    network: staticApplied,
  },
  {
    name: 'another uuid in firmware that is not Nova',
    tree: openstackTree(),
    sandbox: { dmi: { product_name: 'Standard PC', sys_vendor: 'QEMU', product_uuid: otherUuid } },
    exit: 0,
    network: staticApplied,
  },
  {
    name: 'the same uuid in upper case',
    tree: openstackTree(),
    sandbox: { dmi: novaDmi(uuid.toUpperCase()) },
    exit: 0,
    network: staticApplied,
  },
  {
    name: '--device takes a drive without label',
    tree: openstackTree(),
    drive: { label: null, device: 'vdb' },
    arguments: ['run', '--device', '/dev/vdb'],
    exit: 0,
    network: staticApplied,
  },
  {
    name: '--device that does not exist',
    tree: openstackTree(),
    arguments: ['run', '--device', '/dev/vdz'],
    exit: 12,
    ...nothing,
  },
  {
    name: '--source takes a folder',
    sandbox: {
      files: {
        '/srv/seed/ec2/latest/meta-data.json': JSON.stringify({ 'instance-id': 'i-1', 'local-ipv4': '10.0.0.5' }),
      },
    },
    arguments: ['run', '--source', '/srv/seed'],
    exit: 0,
    network: guessApplied,
  },
  {
    name: 'a drive that an interrupted run left mounted',
    tree: openstackTree(),
    prepare: async (box) => {
      await box.exec([
        'sh',
        '-c',
        'mkdir -p -m 700 /run/guest-init/private/drive && mount -o ro /dev/sr0 /run/guest-init/private/drive',
      ]);
      assert.equal(box.driveMounts().length, 1);
    },
    exit: 0,
    network: staticApplied,
  },
];

describe('the drive', { skip: missing ?? false, concurrency: 2 }, () => {
  after(assertNothingLeft);
  for (const job of cases) it(job.name, () => runJobCase(job));
});
