// Drives that `drive build` makes are read back through the datasource, as a guest would read them.

import assert from 'node:assert/strict';
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { configDrive } from '../datasources/config-drive/index.ts';
import type { DatasourceReading } from '../datasources/datasource.ts';
import { createMemoryDrive } from '../datasources/testing/memory-drive.ts';
import { readIso9660 } from '../drive-image/testing/iso9660-reader.ts';
import { readVfat } from '../drive-image/testing/vfat-reader.ts';

const main = join(import.meta.dirname, '../main.ts');
const uuid = '8c1c4b6e-0000-4000-8000-000000000001';
const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1 ops@laptop';

let folder = '';
let image = '';
let count = 0;
before(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'guest-init-drive-'));
  fs.writeFileSync(join(folder, 'good.yaml'), '#cloud-config\nruncmd: [a]\n');
  fs.writeFileSync(join(folder, 'bad.yaml'), '#cloud-config\nruncmd: 5\npassword: [S3cr3t]\n');
  fs.writeFileSync(join(folder, 'keys.pub'), `# my keys\n${key}\n\nssh-rsa AAAAB3 b\r\n`);
  fs.writeFileSync(join(folder, 'motd'), Uint8Array.of(0, 255, 10));
});
after(() => fs.rmSync(folder, { recursive: true, force: true }));
beforeEach(() => {
  count += 1;
  image = join(folder, `${count}.img`);
});

function build(...options: string[]): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [main, 'drive', 'build', image, ...options], { cwd: folder, encoding: 'utf8' });
}

type Content = { label: string; nodes: Map<string, Uint8Array | undefined> };

function readIso(bytes: Uint8Array): Content {
  const { label, nodes } = readIso9660(bytes, 'joliet');
  return { label, nodes: new Map([...nodes].map(([path, { data }]) => [path, data])) };
}

function readFat(bytes: Uint8Array): Content {
  const { rootLabel, nodes } = readVfat(bytes);
  return { label: rootLabel.trim(), nodes };
}

function readBack(format: 'iso' | 'vfat'): DatasourceReading & { label: string } {
  const bytes = fs.readFileSync(image);
  const { label, nodes } = format === 'iso' ? readIso(bytes) : readFat(bytes);
  const files = [...nodes].flatMap(([path, data]) =>
    data === undefined ? [] : [[path, new Uint8Array(data)] as const],
  );
  return { ...configDrive.read(createMemoryDrive(Object.fromEntries(files)), { adminPassword: false }), label };
}

for (const format of ['iso', 'vfat'] as const) {
  test(`${format}: what the options say is what the guest reads`, () => {
    const options = [
      '--format',
      format,
      '--address',
      '10.0.0.5/25',
      '--gateway',
      '10.0.0.1',
      '--mac',
      'FA:16:3E:00:00:05',
    ];
    const more = [
      '--dns',
      '10.0.0.2',
      '--hostname',
      'web-1',
      '--uuid',
      uuid,
      '--ssh-key',
      key,
      '--user-data',
      'good.yaml',
    ];
    const result = build(...options, ...more, '--file', '/etc/motd=motd');
    assert.equal(result.stderr, '');
    assert.equal(result.status, 0);
    assert.match(
      result.stdout,
      new RegExp(`${format}, label config-2, \\d+ files, ${fs.statSync(image).size} bytes, instance ${uuid}`),
    );
    const { instance, diagnostics, label } = readBack(format);
    assert.deepEqual(diagnostics, []);
    assert.equal(label.toLowerCase(), 'config-2');
    assert.equal(instance?.id.uuid, uuid);
    assert.match(instance?.id.ec2 ?? '', /^i-[0-9a-f]{8}$/);
    assert.equal(instance?.hostname, 'web-1');
    assert.deepEqual(instance?.publicKeys, [key]);
    assert.equal(new TextDecoder().decode(instance?.userData?.bytes), '#cloud-config\nruncmd: [a]\n');
    assert.deepEqual(
      instance?.files.map(({ path, content }) => [path, [...content]]),
      [['/etc/motd', [0, 255, 10]]],
    );
    const [address] = instance?.network.addresses ?? [];
    assert.deepEqual(
      [address?.address, address?.prefixLength, address?.routes[0]?.gateway],
      ['10.0.0.5', 25, '10.0.0.1'],
    );
    assert.equal(instance?.network.links[0]?.mac, 'fa:16:3e:00:00:05');
    assert.deepEqual([address?.dns, instance?.network.dns], [['10.0.0.2'], ['10.0.0.2']]);
    assert.equal(fs.statSync(image).mode & 0o777, 0o600, 'the drive may hold passwords');
  });
}

test('an address without a length leaves network and gateway to the guest', () => {
  assert.equal(build('--address', '10.0.0.5').status, 0);
  const { instance } = readBack('iso');
  assert.deepEqual(
    instance?.network.addresses.map(({ address, prefixLength, routes }) => [address, prefixLength, routes]),
    [['10.0.0.5', undefined, []]],
  );
});

test('keys come from a file too', () => {
  assert.equal(build('--ssh-key', 'keys.pub').status, 0);
  assert.deepEqual(readBack('iso').instance?.publicKeys, [key, 'ssh-rsa AAAAB3 b']);
});

test('two drives get two instances', () => {
  build();
  const first = readBack('iso').instance?.id.uuid;
  build('--force');
  assert.notEqual(readBack('iso').instance?.id.uuid, first);
});

test('a folder is packed as it is', () => {
  fs.mkdirSync(join(folder, 'tree/ec2/latest'), { recursive: true });
  fs.writeFileSync(join(folder, 'tree/ec2/latest/meta-data.json'), '{"instance-id": "i-00000001"}');
  const result = build('--source', 'tree', '--label', 'CONFIG-2');
  assert.equal(result.status, 0);
  assert.deepEqual(readBack('iso').instance?.id, { ec2: 'i-00000001' });
  fs.symlinkSync('/etc/passwd', join(folder, 'tree/ec2/link'));
  assert.equal(build('--source', 'tree', '--force').status, 64);
  fs.rmSync(join(folder, 'tree/ec2/link'));
});

test('user_data with errors is refused with the first place and not quoted; --force packs it', () => {
  const result = build('--user-data', 'bad.yaml');
  assert.equal(result.status, 13);
  assert.match(result.stderr, /bad\.yaml:2:\d+: /);
  assert.ok(!result.stderr.includes('S3cr3t'));
  assert.ok(!fs.existsSync(image));
  assert.equal(build('--user-data', 'bad.yaml', '--force').status, 0);
});

test('an image that exists is kept unless --force', () => {
  fs.writeFileSync(image, 'precious');
  const result = build();
  assert.equal(result.status, 64);
  assert.match(result.stderr, /exists already.*--force/);
  assert.equal(fs.readFileSync(image, 'utf8'), 'precious');
  assert.equal(build('--force').status, 0);
});

test('impossible options are exit 64 with the name of what is wrong, and no image', () => {
  const cases: [string[], RegExp][] = [
    [['--address', '10.0.0'], /--address: expected an IPv4 address/],
    [['--address', '10.0.0.5/33'], /--address: expected a whole number from 0 to 32/],
    [['--address', '10.0.0.5/a'], /--address: expected a whole number/],
    [['--address', '10.0.0.5', '--gateway', '10.0.0.1'], /gateway/],
    [['--uuid', 'x'], /uuid/],
    [['--mac', 'x'], /mac/],
    [['--ssh-key', 'nowhere.pub'], /nowhere\.pub: cannot be read/],
    [['--file', 'motd'], /GUEST-PATH=LOCAL-FILE/],
    [['--user-data', 'nowhere'], /nowhere/],
    [['--source', 'nowhere'], /nowhere: cannot be read/],
    [['--source', '.', '--hostname', 'x'], /mutually exclusive/],
    [['--source', '.', '--dns', '192.0.2.1'], /source and dns are mutually exclusive/],
    [['--source', '.', '--ssh-key', 'keys.pub'], /source and ssh-key are mutually exclusive/],
    [['--source', '.', '--file', '/etc/motd=motd'], /source and file are mutually exclusive/],
    [['--format', 'squashfs'], /squashfs/],
    [['--label', 'x'.repeat(40)], /label/],
    [['--mystery'], /mystery/],
  ];
  for (const [options, expected] of cases) {
    const { status, stderr } = build(...options);
    assert.equal(status, 64, `${options.join(' ')}: ${stderr}`);
    assert.match(stderr, expected, options.join(' '));
    assert.doesNotMatch(stderr, /internal error/);
    assert.ok(!fs.existsSync(image), options.join(' '));
  }
});

test('an image that cannot be written is named', () => {
  image = join(folder, 'nowhere/a.img');
  const { status, stderr } = build();
  assert.equal(status, 64);
  assert.match(stderr, /a\.img: cannot be written \(ENOENT\)/);
});
