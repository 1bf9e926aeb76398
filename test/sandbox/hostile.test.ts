// A drive is data from a stranger: links, FIFOs, devices, paths that leave it, sizes and names that hurt.
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { DriveTree } from '../support/drive.ts';
import { ec2Tree, fullTree, metaData, networkData, openstackTree, userDataTree } from '../support/instances.ts';
import { assertNothingLeft } from '../support/leftovers.ts';
import { assertMetadataApplied, guessApplied, type JobCase, runJobCase, staticApplied } from '../support/main-job.ts';
import { explainMissingRoots } from '../support/roots.ts';

const missing = explainMissingRoots();
const mib = 1024 * 1024;
const nothing = { network: 'untouched', nothingApplied: true } as const;

function inject(contentPath: string, path = '/root/injected'): DriveTree {
  return fullTree({
    'openstack/latest/meta_data.json': { json: metaData({ files: [{ path, content_path: contentPath }] }) },
  });
}

const notInjected: JobCase['check'] = (box) => {
  assertMetadataApplied(box);
  assert.equal(box.stat('/root/injected'), undefined);
};

const cases: readonly JobCase[] = [
  {
    name: 'user_data is a link to a file of the guest',
    tree: openstackTree({ 'openstack/latest/user_data': { symlink: '/srv/secret.sh' } }),
    sandbox: { files: { '/srv/secret.sh': { content: '#!/bin/sh\ntouch /root/ran\n', mode: 0o600 } } },
    exit: 2,
    network: staticApplied,
    says: [/user_data/, /link/],
    check: (box) => {
      assertMetadataApplied(box);
      assert.equal(box.stat('/root/ran'), undefined);
    },
  },
  {
    name: 'user_data is a link to a file beside it',
    tree: openstackTree({
      'openstack/latest/user_data': { symlink: 'script' },
      'openstack/latest/script': '#!/bin/sh\ntouch /root/ran\n',
    }),
    exit: 2,
    network: staticApplied,
    check: (box) => assert.equal(box.stat('/root/ran'), undefined),
  },
  {
    name: 'the version folder is a link',
    tree: {
      'openstack/latest': { symlink: '2018-08-27' },
      'openstack/2018-08-27/meta_data.json': { json: metaData() },
    },
    exit: 2,
    network: { addresses: [], routes: [] },
    check: assertMetadataApplied,
  },
  {
    name: 'the openstack folder is a link out of the drive',
    tree: { openstack: { symlink: '/srv/seed' }, ...ec2Tree() },
    sandbox: { files: { '/srv/seed/latest/meta_data.json': JSON.stringify(metaData({ hostname: 'stolen' })) } },
    exit: 0,
    network: guessApplied,
    check: (box) => assert.equal(box.hostname(), 'web-1'),
  },
  ...(
    [
      'openstack/latest/meta_data.json',
      'ec2/latest/meta-data.json',
      'openstack/latest/network_data.json',
      'openstack/latest/user_data',
    ] as const
  ).map(
    (path): JobCase => ({
      name: `${path} is a FIFO that nobody writes to`,
      tree: fullTree({ [path]: { fifo: true } }),
      exit: 2,
      // Without network_data.json only the address is known.
      network: path.endsWith('network_data.json')
        ? {
            addresses: ['192.168.10.20/24'],
            routes: ['192.168.10.0/24 dev eth0', 'default via 192.168.10.254 dev eth0'],
          }
        : staticApplied,
      says: [/FIFO/],
      check: assertMetadataApplied,
    }),
  ),
  {
    name: 'all files are FIFOs',
    tree: Object.fromEntries(Object.keys(fullTree()).map((path) => [path, { fifo: true }])),
    exit: 13,
    ...nothing,
  },
  {
    name: 'all files are links',
    tree: Object.fromEntries(Object.keys(fullTree()).map((path) => [path, { symlink: '/etc/hostname' }])),
    exit: 13,
    ...nothing,
  },
  {
    name: 'user_data is a device that never ends',
    tree: openstackTree({ 'openstack/latest/user_data': { device: 'char', major: 1, minor: 5 } }),
    exit: 2,
    network: staticApplied,
    says: [/user_data/],
    check: assertMetadataApplied,
  },
  {
    name: 'user_data is a folder',
    tree: openstackTree({ 'openstack/latest/user_data': { folder: true } }),
    exit: 2,
    network: staticApplied,
    says: [/folder/],
    check: assertMetadataApplied,
  },
  ...[
    '/../../../../etc/shadow',
    '../../etc/shadow',
    '/content/../../../etc/shadow',
    '/etc/shadow',
    'content/\u0000',
    '',
    '.',
  ].map(
    (path): JobCase => ({
      name: `content_path ${JSON.stringify(path)}`,
      tree: inject(path),
      exit: 2,
      network: staticApplied,
      check: notInjected,
    }),
  ),
  {
    name: 'content_path is a link on the drive',
    tree: { ...inject('/content/0000'), 'openstack/content/0000': { symlink: '/etc/shadow' } },
    exit: 2,
    network: staticApplied,
    check: notInjected,
  },
  {
    name: 'injected to a path without a slash: below the root, as cloud-init has it',
    tree: { ...inject('/content/0000', 'srv/x'), 'openstack/content/0000': 'x' },
    exit: 0,
    network: staticApplied,
    check: (box) => assert.equal(box.readFile('/srv/x'), 'x'),
  },
  ...['/root/../../etc/x\ny', '', '/'].map(
    (path): JobCase => ({
      name: `injected to ${JSON.stringify(path)}`,
      tree: { ...inject('/content/0000', path), 'openstack/content/0000': 'x' },
      exit: 2,
      network: staticApplied,
      check: assertMetadataApplied,
    }),
  ),
  {
    name: 'sparse user_data of 8 GiB',
    tree: openstackTree({ 'openstack/latest/user_data': { sparse: 8 * 1024 * mib } }),
    exit: 14,
    network: staticApplied,
    says: [/limit/],
    check: (box, result) => {
      assertMetadataApplied(box);
      assert.ok(result.ms < 10_000);
    },
  },
  {
    name: 'both metadata files over the limit',
    tree: fullTree({
      'openstack/latest/meta_data.json': { sparse: 64 * mib },
      'ec2/latest/meta-data.json': { sparse: 64 * mib },
    }),
    exit: 14,
    ...nothing,
    says: [/limit/],
  },
  {
    name: 'network_data.json over the limit',
    tree: { ...fullTree(ec2Tree()), 'openstack/latest/network_data.json': { sparse: 64 * mib } },
    exit: 14,
    network: guessApplied,
    check: assertMetadataApplied,
  },
  {
    name: 'metadata nested 100 000 deep',
    tree: fullTree({ 'openstack/latest/meta_data.json': '['.repeat(100_000) }),
    exit: 14,
    network: staticApplied,
  },
  {
    name: 'user_data nested 20 000 deep',
    tree: userDataTree(`#cloud-config\nruncmd: ${'['.repeat(20_000)}`),
    exit: 14,
    network: staticApplied,
    check: assertMetadataApplied,
  },
  {
    name: 'an alias bomb',
    tree: userDataTree(
      `#cloud-config\na0: &a0 [x, x, x, x, x, x, x, x, x]\n${Array.from({ length: 12 }, (_, n) => `a${n + 1}: &a${n + 1} [${Array(9).fill(`*a${n}`).join(', ')}]`).join('\n')}\nwrite_files: *a12\n`,
    ),
    exit: 14,
    network: staticApplied,
    check: (box, result) => {
      assertMetadataApplied(box);
      assert.ok(result.ms < 20_000);
    },
  },
  {
    name: 'a uuid that is a path',
    tree: openstackTree({
      'openstack/latest/meta_data.json': { json: metaData({ uuid: '../../../../etc/cron.d/x' }) },
    }),
    exit: 13,
    ...nothing,
  },
  {
    name: 'a uuid that is a path beside an ec2 id',
    tree: fullTree({
      'openstack/latest/meta_data.json': { json: metaData({ uuid: '../../../../etc/cron.d/x' }) },
    }),
    exit: 2,
    network: staticApplied,
    check: (box) =>
      assert.equal(
        [...box.digest()].some(([path]) => path.startsWith('/etc/cron.d')),
        false,
      ),
  },
  {
    name: 'a host name that breaks out of its line',
    tree: openstackTree({
      'openstack/latest/meta_data.json': { json: metaData({ hostname: 'web\n10.6.6.6 mirror' }) },
    }),
    // Names from metadata are made fit, as every peer does, and the operator is told.
    exit: 0,
    network: staticApplied,
    says: [/warning/],
    check: (box) =>
      assert.doesNotMatch(box.readFile('/etc/hostname') + (box.readFileIfAny('/etc/hosts') ?? ''), /^10\.6\.6\.6/m),
  },
  {
    name: 'a key that breaks out of its line',
    tree: openstackTree({
      'openstack/latest/meta_data.json': {
        json: metaData({ public_keys: { x: 'ssh-ed25519 AAAA x\ncommand="id" ssh-ed25519 BBBB' } }),
      },
    }),
    exit: 2,
    network: staticApplied,
    check: (box) => assert.doesNotMatch(box.readFileIfAny('/home/debian/.ssh/authorized_keys') ?? '', /command=/),
  },
  {
    name: 'an address that is an option',
    tree: openstackTree({ 'openstack/latest/network_data.json': { json: networkData({ ip_address: '--help' }) } }),
    exit: 2,
    network: { addresses: [], routes: [] },
    check: assertMetadataApplied,
  },
  {
    name: 'hundreds of other folders and long names',
    tree: {
      ...openstackTree(),
      ...Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`openstack/junk-${n}/${'n'.repeat(200)}`, 'x'])),
    },
    exit: 0,
    network: staticApplied,
    check: assertMetadataApplied,
  },
];

describe('a hostile drive', { skip: missing ?? false, concurrency: 2 }, () => {
  after(assertNothingLeft);
  for (const job of cases) it(job.name, () => runJobCase(job));
});
