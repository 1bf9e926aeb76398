// What the size of a document costs: ten times as many files against a tenth of them, 10 MB of user_data against cloud-init, a hundred users
// against as many calls of useradd. Rows in turn, each run in a guest of its own.

import { gzipSync } from 'node:zlib';
import { ec2Id } from '../support/instances.ts';
import type { Sandbox, SandboxOptions } from '../support/sandbox.ts';
import { compareRounds } from './bars.ts';
import { cloudInitRow, type Measurement, minimalRow, type Row, runRow } from './rows.ts';

const folder = '/srv/bench';
const userCount = 100;

function describeGuest(userData: string | Uint8Array, sandbox: SandboxOptions = minimalRow.sandbox): SandboxOptions {
  const metaData = { json: { 'instance-id': ec2Id, 'local-ipv4': '10.0.0.5' } };
  const identity = { json: { uuid: '4d3c2b1a-1111-4222-8333-000000000001', hostname: 'bench' } };
  const tree = {
    'ec2/latest/meta-data.json': metaData,
    'openstack/latest/meta_data.json': identity,
    'openstack/latest/user_data': userData,
  };
  return { ...sandbox, drives: [{ tree }] };
}

function renderFiles(count: number, content: string): string {
  const entries = Array.from({ length: count }, (_, n) => `  - path: ${folder}/file-${n}\n    content: ${content}\n`);
  return `#cloud-config\nwrite_files:\n${entries.join('')}`;
}

const line = 'a line of a configuration file = "of ordinary length, with a colon: here"';
/** A hundred thousand bytes in lines, as a block of YAML. */
const block = `|\n${`      ${line}\n`.repeat(Math.ceil(100_000 / (line.length + 7)))}`;
/** 10 MB; compressed on the drive, where a plain file may have 4 MiB. */
const large = gzipSync(renderFiles(100, block));

const users = Array.from({ length: userCount }, (_, n) => `bench${n}`);
const usersDocument = `#cloud-config\nusers:\n${users.map((name) => `  - {name: ${name}, shell: /bin/bash}\n`).join('')}`;
const useradd = ['#!/bin/sh', 'set -eu', ...users.map((name) => `useradd -m -s /bin/bash ${name}`), ''].join('\n');

function expectFiles(count: number, size: number): NonNullable<Row['verify']> {
  return (box) => {
    for (const n of [0, count - 1]) {
      const found = box.readFile(`${folder}/file-${n}`).length;
      if (Math.abs(found - size) > size / 5) throw new Error(`file ${n} has ${found} bytes`);
    }
  };
}

function expectUsers(box: Sandbox): void {
  const made = users.filter((name) => box.stat(`/home/${name}/.profile`) !== undefined);
  if (made.length !== userCount) throw new Error(`${made.length} of ${userCount} users were made`);
}

const argv = ['/usr/bin/guest-init', 'run'];
const fewFiles: Row = {
  ...{ name: '1 000 files', argv, sandbox: describeGuest(renderFiles(1000, 'x')) },
  verify: expectFiles(1000, 1),
};
const manyFiles: Row = {
  ...{ name: '10 000 files', argv, sandbox: describeGuest(renderFiles(10_000, 'x')) },
  verify: expectFiles(10_000, 1),
};
const largeDocument: Row = {
  ...{ name: 'guest-init, 10 MB', argv, sandbox: describeGuest(large) },
  verify: expectFiles(100, 100_000),
};
const largeForCloudInit: Row = {
  ...{ ...cloudInitRow, name: 'cloud-init, 10 MB', sandbox: describeGuest(large, cloudInitRow.sandbox) },
  verify: expectFiles(100, 100_000),
};
const manyUsers: Row = {
  ...{ name: `guest-init, ${userCount} users`, argv, sandbox: describeGuest(usersDocument) },
  verify: expectUsers,
};
const bareUsers: Row = {
  name: `useradd, ${userCount} times`,
  argv: ['/opt/users.sh'],
  sandbox: {
    ...minimalRow.sandbox,
    files: { ...minimalRow.sandbox.files, '/opt/users.sh': { content: useradd, mode: 0o755 } },
  },
  verify: expectUsers,
};

type SizeBar = { readonly row: Row; readonly against: Row; readonly most: number };

const bars: readonly SizeBar[] = [
  { row: manyFiles, against: fewFiles, most: 8 },
  { row: largeDocument, against: largeForCloudInit, most: 1 / 100 },
  { row: manyUsers, against: bareUsers, most: 1.5 },
];

export type SizeVerdict = {
  readonly row: string;
  readonly against: string;
  readonly quantity: 'wallMs' | 'cpuMs';
  readonly most: number;
  readonly met: boolean;
} & ReturnType<typeof compareRounds>;

/** `rounds` of all rows in turn; cloud-init's, which takes minutes, at most three times. */
export async function measureLargeDocuments(rounds: number): Promise<SizeVerdict[]> {
  const verdicts: SizeVerdict[] = [];
  for (const { row, against, most } of bars) {
    const found: [Measurement, Measurement][] = [];
    const times = against === largeForCloudInit ? Math.min(rounds, 3) : rounds;
    for (let round = 0; round < times; round += 1) found.push([await runRow(row), await runRow(against)]);
    // On a machine with other work wall times say little: whoever starts more processes gets more of it.
    for (const quantity of ['wallMs', 'cpuMs'] as const) {
      const ratio = compareRounds(
        found.map(([one]) => one[quantity]),
        found.map(([, other]) => other[quantity]),
      );
      verdicts.push({
        ...{ row: row.name, against: against.name, quantity, most },
        ...{ ...ratio, met: ratio.median <= most },
      });
    }
  }
  return verdicts;
}
