// One damaged file at a time: it costs what only that file said, everything else is applied, and the exit code says that something was lost.
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { DriveEntry, DriveTree } from '../support/drive.ts';
import {
  ec2MetaData,
  ec2Tree,
  fullTree,
  metaData,
  networkData,
  openstackTree,
  userDataTree,
} from '../support/instances.ts';
import { assertNothingLeft } from '../support/leftovers.ts';
import {
  assertMetadataApplied,
  type ExpectedNetwork,
  guessApplied,
  type JobCase,
  runJobCase,
  staticApplied,
} from '../support/main-job.ts';
import { explainMissingRoots } from '../support/roots.ts';

const missing = explainMissingRoots();

const cloudConfig =
  '#cloud-config\nwrite_files:\n  - path: /root/applied\n    content: done\nruncmd:\n  - touch /root/ran\n';

/** Ways in which a file of JSON is damaged. */
function damageJson(value: unknown): Record<string, DriveEntry> {
  const text = JSON.stringify(value, null, 1);
  return {
    truncated: text.slice(0, Math.floor(text.length / 2)),
    garbage: Buffer.from(Array.from({ length: 512 }, (_, index) => (index * 167 + 13) % 256)),
    empty: '',
    'with NUL bytes': Buffer.concat([Buffer.from(text.slice(0, 20)), Buffer.alloc(64), Buffer.from(text.slice(20))]),
    'another type': '[1, 2, 3]\n',
  };
}

function damageCases(options: {
  path: string;
  value: unknown;
  tree: DriveTree;
  exit: number;
  network: ExpectedNetwork;
  check?: NonNullable<JobCase['check']>;
  nothingApplied?: boolean;
}): JobCase[] {
  const { path, value, tree, ...rest } = options;
  return Object.entries(damageJson(value)).map(([how, entry]) => ({
    name: `${path} ${how}`,
    tree: { ...tree, [path]: entry },
    // The sentence names the file, so that an operator knows what to mend.
    says: [new RegExp(path.split('/').at(-1)?.replace(/[.]/g, '\\.') ?? '')],
    ...rest,
  }));
}

const withUserData = fullTree({ 'openstack/latest/user_data': cloudConfig });

const applied: NonNullable<JobCase['check']> = (box) => {
  assertMetadataApplied(box);
  assert.equal(box.readFile('/root/applied'), 'done');
  assert.ok(box.stat('/root/ran'));
};

const userDataRefused: JobCase['check'] = (box) => {
  assertMetadataApplied(box);
  assert.equal(box.stat('/root/applied'), undefined);
  assert.equal(box.stat('/root/ran'), undefined);
};

const cases: readonly JobCase[] = [
  ...damageCases({
    path: 'openstack/latest/meta_data.json',
    value: metaData(),
    tree: withUserData,
    exit: 2,
    network: staticApplied,
    check: applied,
  }),
  ...damageCases({
    path: 'ec2/latest/meta-data.json',
    value: ec2MetaData(),
    tree: withUserData,
    exit: 2,
    network: staticApplied,
    check: applied,
  }),
  ...damageCases({
    path: 'openstack/latest/network_data.json',
    value: networkData(),
    tree: { ...withUserData, ...ec2Tree() },
    exit: 2,
    network: guessApplied,
    check: applied,
  }),
  ...damageCases({
    path: 'openstack/latest/vendor_data.json',
    value: { cloud: 'x' },
    tree: withUserData,
    // It is not applied in any case, so that its damage costs nothing; the operator is told.
    exit: 0,
    network: staticApplied,
    check: applied,
  }),
  ...damageCases({
    path: 'openstack/latest/meta_data.json',
    value: metaData(),
    tree: openstackTree(),
    exit: 13,
    network: 'untouched',
    nothingApplied: true,
  }).map((job) => ({ ...job, name: `${job.name}, no ec2 tree` })),
  {
    name: 'both metadata files damaged',
    tree: { ...withUserData, 'openstack/latest/meta_data.json': '{', 'ec2/latest/meta-data.json': '{' },
    exit: 13,
    network: 'untouched',
    nothingApplied: true,
  },
  {
    name: 'a damaged newest version: the older folder stands in',
    tree: {
      ...openstackTree({ 'openstack/latest/meta_data.json': '{"uuid": ' }),
      'openstack/2018-08-27/meta_data.json': { json: metaData() },
      'openstack/2018-08-27/network_data.json': { json: networkData() },
    },
    exit: 2,
    network: staticApplied,
    check: assertMetadataApplied,
  },
  ...Object.entries({
    'truncated in a flow map': '#cloud-config\nwrite_files: [{path: /root/applied, content: x',
    'truncated in a quoted string': '#cloud-config\nruncmd:\n  - "touch /root/ran',
    'with tabs for indentation': '#cloud-config\nruncmd:\n\t- touch /root/ran\n',
    garbage: Buffer.from(Array.from({ length: 512 }, (_, index) => (index * 167 + 13) % 256)),
    'with NUL bytes': Buffer.concat([Buffer.from('#cloud-config\nruncmd:\n  - touch /root/ran\n'), Buffer.alloc(32)]),
    'with text of no known kind': 'touch /root/ran\n',
    'that is a list': '#cloud-config\n- touch /root/ran\n',
    '#part-handler': '#part-handler\ndef list_types(): return []\n',
  }).map(
    ([how, bytes]): JobCase => ({
      name: `user_data ${how}`,
      tree: userDataTree(bytes),
      exit: 2,
      network: staticApplied,
      says: [/user_data/],
      check: userDataRefused,
    }),
  ),
  { name: 'user_data empty', tree: userDataTree(''), exit: 0, network: staticApplied, check: userDataRefused },
  { name: 'user_data of blanks', tree: userDataTree(' \n\n'), exit: 0, network: staticApplied, check: userDataRefused },
  {
    name: 'BOM and CRLF everywhere are harmless',
    tree: {
      ...openstackTree(),
      'openstack/latest/meta_data.json': `\ufeff${JSON.stringify(metaData(), null, 1).replaceAll('\n', '\r\n')}`,
      'openstack/latest/network_data.json': `\ufeff${JSON.stringify(networkData(), null, 1).replaceAll('\n', '\r\n')}`,
      'openstack/latest/user_data': `\ufeff${cloudConfig.replaceAll('\n', '\r\n')}`,
    },
    exit: 0,
    network: staticApplied,
    check: applied,
  },
  {
    name: 'an injected file that is not on the drive',
    tree: fullTree({
      'openstack/latest/meta_data.json': {
        json: metaData({
          files: [
            { path: '/etc/injected', content_path: '/content/0000' },
            { path: '/etc/second', content_path: '/content/0001' },
          ],
        }),
      },
      'openstack/content/0001': 'second\n',
    }),
    exit: 2,
    network: staticApplied,
    says: [/content\/0000/],
    check: (box) => {
      assertMetadataApplied(box);
      assert.equal(box.stat('/etc/injected'), undefined);
      assert.equal(box.readFile('/etc/second'), 'second\n');
    },
  },
];

describe('a damaged file', { skip: missing ?? false, concurrency: 2 }, () => {
  after(assertNothingLeft);
  for (const job of cases) it(job.name, () => runJobCase(job));
});
