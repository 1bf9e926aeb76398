// The drive as Nova and CloudStack write it, and as nobody should: each file damaged, one at a time.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatPlace } from '../../core/diagnostic.ts';
import { exitCodes } from '../../core/error.ts';
import { completeReading } from '../complete-reading.ts';
import type { DatasourceReading } from '../datasource.ts';
import { createMemoryDrive, type MemoryDriveEntry } from '../testing/memory-drive.ts';
import { configDrive } from './index.ts';
import { injectedBytesLimit, injectedFileLimitBytes, injectedFilesLimit, listVersions } from './layout.ts';

const uuid = '8c1c4b6e-0000-4000-8000-000000000001';
const key = (name: string): string => `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1 ${name}`;

const metaData = { uuid, hostname: 'web-1.example.org', public_keys: { main: key('main') }, files: [] as unknown };
const ec2 = { 'instance-id': 'i-00000001', 'local-hostname': 'ec2-name', 'local-ipv4': '10.0.0.5' };
const network = {
  links: [{ id: 'tap1', type: 'phy', ethernet_mac_address: 'fa:16:3e:00:00:05' }],
  networks: [{ id: 'n', link: 'tap1', type: 'ipv4', ip_address: '10.0.0.5', netmask: '255.255.255.0' }],
  services: [],
};
const whole: Record<string, MemoryDriveEntry> = {
  'ec2/latest/meta-data.json': { json: ec2 },
  'ec2/latest/user-data': 'ec2 user data',
  'openstack/latest/meta_data.json': { json: metaData },
  'openstack/latest/network_data.json': { json: network },
  'openstack/latest/user_data': 'user data',
  'openstack/latest/vendor_data.json': '{}',
  'openstack/latest/vendor_data2.json': '{"static": {}}',
};

function read(entries: Record<string, MemoryDriveEntry | undefined>, adminPassword = false): DatasourceReading {
  const given = Object.fromEntries(Object.entries(entries).filter(([, entry]) => entry !== undefined));
  return configDrive.read(createMemoryDrive(given as Record<string, MemoryDriveEntry>), { adminPassword });
}

const readMeta = (
  json: unknown,
  more: Record<string, MemoryDriveEntry> = {},
  adminPassword = false,
): DatasourceReading => read({ 'openstack/latest/meta_data.json': { json }, ...more }, adminPassword);

const problems = ({ diagnostics }: DatasourceReading): string[] =>
  diagnostics.map((found) => `${found.severity} ${formatPlace(found)} ${found.path ?? '-'} ${found.message}`);
const text = (bytes: Uint8Array | undefined): string | undefined => bytes && new TextDecoder().decode(bytes);

test('a whole drive: every field, and nothing to complain about', () => {
  const reading = read(whole);
  assert.deepEqual(problems(reading), []);
  const { instance } = reading;
  assert.deepEqual(instance?.id, { uuid, ec2: 'i-00000001' });
  assert.equal(instance?.hostname, 'web-1.example.org');
  assert.deepEqual(instance?.publicKeys, [key('main')]);
  assert.equal(text(instance?.userData?.bytes), 'user data');
  assert.equal(instance?.userData?.source, 'openstack/latest/user_data');
  assert.deepEqual(
    instance?.network.addresses.map(({ address, prefixLength }) => [address, prefixLength]),
    [['10.0.0.5', 24]],
  );
  assert.equal(instance?.adminPassword, undefined);
});

test('either tree alone is a drive', () => {
  const openstack = Object.fromEntries(Object.entries(whole).filter(([path]) => path.startsWith('openstack')));
  assert.deepEqual(read(openstack).instance?.id, { uuid });
  const alone = read({ 'ec2/latest/meta-data.json': whole['ec2/latest/meta-data.json'], 'ec2/latest/user-data': 'x' });
  assert.deepEqual(alone.instance?.id, { ec2: 'i-00000001' });
  assert.equal(alone.instance?.hostname, 'ec2-name');
  assert.equal(alone.instance?.userData?.source, 'ec2/latest/user-data');
  assert.equal(alone.instance?.network.addresses[0]?.address, '10.0.0.5');
  assert.deepEqual(problems(alone), []);
});

test('the content says whether it is a config drive', () => {
  const recognises = (entries: Record<string, MemoryDriveEntry>): boolean =>
    configDrive.recognises(createMemoryDrive(entries));
  assert.equal(recognises({ 'openstack/latest/x': '' }), true);
  assert.equal(recognises({ 'ec2/latest/x': '' }), true);
  assert.equal(recognises({ 'user-data': '', 'meta-data': '' }), false);
  assert.equal(recognises({}), false);
});

test('public keys in every spelling, without duplicates, in order', () => {
  const spellings: [unknown, string[]][] = [
    [{ public_keys: { b: key('b'), a: key('a') } }, ['b', 'a']],
    [{ public_keys: [key('a'), key('b')] }, ['a', 'b']],
    [{ public_keys: `${key('a')}\r\n\r\n# comment\n${key('b')}\n` }, ['a', 'b']],
    [{ 'public-keys': { '0': { 'openssh-key': key('a') } } }, ['a']],
    [{ 'public-keys': { '0': { 'openssh-key': key('a'), _name: '0=main' } } }, ['a']],
    [{ 'public-keys': { _name: '0=main', '0': { 'openssh-key': `${key('a')}\n` } } }, ['a']],
    [{ keys: [{ name: 'a', type: 'ssh', data: key('a') }] }, ['a']],
    [{ keys: [{ name: 'x', type: 'x509', data: '-----BEGIN CERTIFICATE-----\nAAAA' }] }, []],
    [{ public_keys: { x: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----', a: key('a') } }, ['a']],
    [{ public_keys: { a: key('a') }, keys: [{ name: 'a', type: 'ssh', data: key('a') }] }, ['a']],
    [{ public_keys: null, keys: null, 'public-keys': null }, []],
    [{ public_keys: {} }, []],
    [{ public_keys: '' }, []],
  ];
  for (const [fields, names] of spellings) {
    const reading = readMeta({ uuid, ...(fields as object) });
    assert.deepEqual(reading.instance?.publicKeys, names.map(key), JSON.stringify(fields));
    assert.deepEqual(problems(reading), [], JSON.stringify(fields));
  }
  const both = readMeta(metaData, {
    'ec2/latest/meta-data.json': {
      json: { 'public-keys': { '0': { 'openssh-key': key('main') }, '1': { 'openssh-key': key('b') } } },
    },
  });
  assert.deepEqual(both.instance?.publicKeys, [key('main'), key('b')]);
});

test('what can hold no key is named with its place', () => {
  assert.deepEqual(problems(readMeta({ uuid, public_keys: { a: 5, b: key('b') } })), [
    'error openstack/latest/meta_data.json:1:63 public_keys.a expected public keys, found a number',
  ]);
  assert.match(
    problems(readMeta({ uuid, public_keys: true }))[0] ?? '',
    /public_keys expected public keys, found true or false$/,
  );
});

test('the wrong type of a field costs that field and is named with its place, never its value', () => {
  const reading = read(
    {
      'openstack/latest/meta_data.json': '{\n "uuid": "abc",\n "hostname": 4711,\n "admin_pass": ["S3cr3t"]\n}',
      'ec2/latest/meta-data.json': '{"instance-id": {"a": "S3cr3t"},\n "local-ipv4": 1}',
    },
    true,
  );
  assert.deepEqual(reading.instance?.id, { uuid: 'abc' });
  assert.equal(reading.instance?.hostname, undefined);
  const found = problems(reading);
  for (const expected of [
    /^error openstack\/latest\/meta_data\.json:3:\d+ hostname expected a string, found a number$/,
    /^error openstack\/latest\/meta_data\.json:4:\d+ admin_pass expected a string, found a list$/,
    /^error ec2\/latest\/meta-data\.json:1:\d+ instance-id expected a string, found a map$/,
    /^error ec2\/latest\/meta-data\.json:2:\d+ local-ipv4 expected a string, found a number$/,
  ]) {
    assert.ok(
      found.some((line) => expected.test(line)),
      `${expected}\n${found.join('\n')}`,
    );
  }
  assert.ok(!JSON.stringify(reading).includes('S3cr3t'));
});

test('an address that is none is an error of local-ipv4, not silence', () => {
  for (const address of ['10.0.0', '10.0.0.5/24', 'fe80::1', '0.0.0.0', '224.0.0.1', 'S3cr3t']) {
    const reading = read({ 'ec2/latest/meta-data.json': { json: { ...ec2, 'local-ipv4': address } } });
    assert.deepEqual(reading.instance?.network.addresses, [], address);
    assert.match(
      problems(reading)[0] ?? '',
      /^error ec2\/latest\/meta-data\.json local-ipv4 expected an IPv4 address/,
      address,
    );
    assert.ok(!JSON.stringify(reading).includes('S3cr3t'));
  }
});

test('an id with other characters than ids have counts as none', () => {
  for (const id of ['a b', '../../etc', 'a\nb', 'a\u0000b', '\u001b[2J', 'x'.repeat(129), 'ü']) {
    const reading = readMeta({ uuid: id });
    assert.equal(reading.instance, undefined, id);
    assert.equal(reading.refusal?.code, exitCodes.inputInvalid);
    assert.match(problems(reading)[0] ?? '', /uuid expected at most 128 letters/);
  }
  assert.deepEqual(readMeta({ uuid: 'a b' }, { 'ec2/latest/meta-data.json': { json: ec2 } }).instance?.id, {
    ec2: 'i-00000001',
  });
  assert.deepEqual(readMeta({ uuid: 'i-2-3_VM.a:b' }).instance?.id, { uuid: 'i-2-3_VM.a:b' });
});

const damages: Record<string, { entry: MemoryDriveEntry | undefined; said: RegExp | undefined }> = {
  absent: { entry: undefined, said: undefined },
  empty: { entry: '', said: /empty file/ },
  'white space': { entry: ' \n\t', said: /empty file/ },
  'cut off': { entry: '{"uuid": "8c1c', said: /./ },
  binary: { entry: Uint8Array.of(0xff, 0xfe, 0, 0), said: /UTF-8/ },
  'a list': { entry: '[1, 2]', said: /expected a JSON object, found a list/ },
  'a string': { entry: '"S3cr3t"', said: /expected a JSON object, found a string/ },
  null: { entry: 'null', said: /expected a JSON object, found nothing/ },
  refused: { entry: { refused: 'a symbolic link, which is not followed' }, said: /symbolic link/ },
  'too large': { entry: new Uint8Array(4 * 1024 * 1024 + 1), said: /larger than the limit/ },
};

for (const [name, { entry, said }] of Object.entries(damages)) {
  test(`one damaged file costs that file: ${name}`, () => {
    const undamaged = read(whole).instance;
    for (const path of [
      'openstack/latest/meta_data.json',
      'openstack/latest/network_data.json',
      'ec2/latest/meta-data.json',
    ]) {
      const reading = read({ ...whole, [path]: entry });
      assert.ok(reading.instance, path);
      assert.ok(!JSON.stringify(reading).includes('S3cr3t'));
      const own = reading.diagnostics.filter(({ source }) => source === path);
      if (said === undefined) assert.deepEqual(own, [], path);
      else assert.deepEqual([own.length, own[0]?.severity, said.test(own[0]?.message ?? '')], [1, 'error', true], path);
      assert.deepEqual(reading.instance.userData, undamaged?.userData, path);
      assert.equal(reading.instance.network.addresses[0]?.address, '10.0.0.5', path);
      if (!path.includes('meta_data')) assert.deepEqual(reading.instance.publicKeys, undamaged?.publicKeys, path);
    }
  });

  test(`both identities damaged is a refusal that names a file: ${name}`, () => {
    const reading = read({ ...whole, 'openstack/latest/meta_data.json': entry, 'ec2/latest/meta-data.json': entry });
    assert.equal(reading.instance, undefined);
    assert.equal(reading.refusal?.code, name === 'too large' ? exitCodes.inputLimit : exitCodes.inputInvalid);
    assert.match(reading.refusal?.message ?? '', /meta_data\.json|meta-data\.json/);
    assert.match(reading.refusal?.hint ?? '', /nothing was applied/);
  });
}

test('a byte order mark and CRLF are no damage', () => {
  const json = JSON.stringify(metaData, null, 2).replaceAll('\n', '\r\n');
  const reading = read({ ...whole, 'openstack/latest/meta_data.json': `\ufeff${json}` });
  assert.equal(reading.instance?.hostname, metaData.hostname);
  assert.deepEqual(
    problems(reading).filter((line) => line.startsWith('error')),
    [],
  );
});

test('a document that says which instance it is twice, or in a prototype, is not fooled', () => {
  const reading = read({
    'openstack/latest/meta_data.json': `{"__proto__": {"uuid": "x", "hostname": "h"}, "uuid": "${uuid}"}`,
  });
  assert.deepEqual(reading.instance?.id, { uuid });
  assert.equal(reading.instance?.hostname, undefined);
});

test('versions: latest, then the dated ones downwards; an older one stands in for a damaged newer one', () => {
  const names = ['2012-08-10', 'latest', 'content', '2018-08-27', '20180827', '2013-04-04x'];
  const entries = Object.fromEntries(names.map((name) => [`openstack/${name}/meta_data.json`, '']));
  assert.deepEqual(listVersions(createMemoryDrive(entries)), ['latest', '2018-08-27', '2012-08-10']);
  const reading = read({
    'openstack/latest/meta_data.json': '{',
    'openstack/2018-08-27/meta_data.json': { json: { uuid, hostname: 'from-2018' } },
    'openstack/2018-08-27/user_data': 'from 2018',
    'openstack/2012-08-10/meta_data.json': { json: { uuid, hostname: 'from-2012' } },
  });
  assert.equal(reading.instance?.hostname, 'from-2018');
  assert.equal(text(reading.instance?.userData?.bytes), 'from 2018');
  assert.match(problems(reading)[0] ?? '', /^error openstack\/latest\/meta_data\.json:1:\d+/);
});

test('an older network_data.json stands in for a damaged newer one, which stays reported', () => {
  const older = { ...network, networks: [{ ...network.networks[0], netmask: '255.255.0.0' }] };
  const reading = read({
    ...whole,
    'openstack/latest/network_data.json': '{',
    'openstack/2018-08-27/network_data.json': { json: older },
  });
  assert.equal(reading.instance?.network.addresses[0]?.prefixLength, 16);
  assert.match(problems(reading).join('\n'), /^error openstack\/latest\/network_data\.json:1:\d+[^\n]*$/);
});

test('user_data falls back to the ec2 tree; an empty one is still found', () => {
  const source = (entries: Record<string, MemoryDriveEntry | undefined>) =>
    read({ ...whole, ...entries }).instance?.userData?.source;
  assert.equal(source({ 'openstack/latest/user_data': undefined }), 'ec2/latest/user-data');
  assert.equal(source({ 'openstack/latest/user_data': '' }), 'openstack/latest/user_data');
  assert.equal(source({ 'openstack/latest/user_data': undefined, 'ec2/latest/user-data': undefined }), undefined);
  const refused = read({ ...whole, 'openstack/latest/user_data': new Uint8Array(4 * 1024 * 1024 + 1) });
  assert.match(problems(refused)[0] ?? '', /^error openstack\/latest\/user_data - larger/);
});

test('admin_pass is read only where the image allows it, and never prints', () => {
  const meta = { uuid, admin_pass: 'S3cr3t' };
  assert.equal(readMeta(meta).instance?.adminPassword, undefined);
  const reading = readMeta(meta, {}, true);
  assert.equal(reading.instance?.adminPassword?.reveal(), 'S3cr3t');
  assert.ok(!JSON.stringify(reading).includes('S3cr3t'));
});

const vendorCases: readonly (readonly [title: string, json: unknown, blobs: readonly string[], problems?: RegExp])[] = [
  ['under "cloud-init"', { 'cloud-init': '#cloud-config' }, ['(cloud-init) #cloud-config']],
  ['a list under "cloud-init"', { 'cloud-init': ['a', 'b'] }, ['(cloud-init[0]) a', '(cloud-init[1]) b']],
  ['a text', '#!/bin/sh', ['#!/bin/sh']],
  ['a list', ['a', 5], ['([0]) a'], /^warning openstack\/latest\/vendor_data\.json:1:\d+ - expected a text/],
  [
    'a map under "cloud-init"',
    { 'cloud-init': { runcmd: [] } },
    [],
    /^warning .* expected a text or a list of texts, found a map/,
  ],
  ['nothing', {}, []],
  ['null', { 'cloud-init': null }, []],
  ['for others', { chef: { x: 1 } }, [], /^note .* nothing stands under "cloud-init"/],
  ['what Nova repeats', { static: { chef: 1 } }, []],
];

for (const [title, json, blobs, expected] of vendorCases) {
  test(`vendor data: ${title}`, () => {
    const reading = read({ ...whole, 'openstack/latest/vendor_data.json': JSON.stringify(json) });
    const [found] = reading.instance?.vendorData ?? [];
    const texts = (found?.blobs ?? []).map(({ bytes, source }) => {
      return `${source.slice('openstack/latest/vendor_data.json'.length)} ${Buffer.from(bytes)}`.trim();
    });
    assert.deepEqual(texts, blobs);
    assert.match(problems(reading).join('\n'), expected ?? /^$/);
  });
}

test('both files of vendor data, the weaker first; damage of one is a warning', () => {
  const files = {
    'openstack/latest/vendor_data.json': '"a"',
    'openstack/latest/vendor_data2.json': '{"cloud-init": "b"}',
  };
  const both = read({ ...whole, ...files });
  assert.deepEqual(
    both.instance?.vendorData?.map(({ key }) => key),
    ['vendor_data', 'vendor_data2'],
  );
  const damaged = read({ ...whole, 'openstack/latest/vendor_data2.json': '{' });
  assert.match(problems(damaged).join('\n'), /^warning openstack\/latest\/vendor_data2\.json:1:\d+/);
});

const content = { path: '/etc/motd', content_path: '/content/0000' };

test('injected files: bytes as they are, relative paths below /', () => {
  const bytes = Uint8Array.of(0, 255, 10);
  const reading = readMeta(
    { uuid, files: [content, { path: 'srv/a', content_path: 'content/0001' }] },
    { 'openstack/content/0000': bytes, 'openstack/content/0001': 'x' },
  );
  assert.deepEqual(problems(reading), []);
  assert.deepEqual(
    reading.instance?.files.map(({ path, source }) => [path, source]),
    [
      ['/etc/motd', 'openstack/content/0000'],
      ['/srv/a', 'openstack/content/0001'],
    ],
  );
  assert.deepEqual(reading.instance?.files[0]?.content, bytes);
});

test('injected files: a bad entry costs that entry', () => {
  const good = { path: '/good', content_path: '/content/good' };
  const bad: [unknown, RegExp][] = [
    [{ ...content, content_path: '/content/nowhere' }, /openstack\/content\/nowhere - not on the drive/],
    [{ ...content, content_path: '/../../etc/shadow' }, /leaves the drive/],
    [{ ...content, content_path: '../ec2/latest/meta-data.json' }, /leaves the drive/],
    [{ ...content, content_path: '' }, /openstack\/ - /],
    [{ ...content, content_path: 5 }, /content_path: expected a path on the drive, found a number/],
    [{ content_path: '/content/good' }, /files\[0\]\.path: expected a path, found nothing/],
    [{ ...good, path: '' }, /expected a path, found an empty string/],
    [{ ...good, path: 'a\0b' }, /expected a path/],
    [{ ...good, path: ['/a'] }, /expected a path, found a list/],
    ['text', /files\[0\]\.path: expected a path/],
    [null, /files\[0\]\.path: expected a path/],
  ];
  for (const [entry, expected] of bad) {
    const reading = readMeta(
      { uuid, files: [entry, good] },
      { 'openstack/content/good': 'x', 'ec2/latest/meta-data.json': { json: ec2 } },
    );
    assert.deepEqual(
      reading.instance?.files.map(({ path }) => path),
      ['/good'],
      JSON.stringify(entry),
    );
    assert.equal(problems(reading).length, 1, problems(reading).join('\n'));
    assert.match(problems(reading)[0] ?? '', expected, JSON.stringify(entry));
  }
  assert.match(problems(readMeta({ uuid, files: { a: 1 } }))[0] ?? '', /files: expected a list, found a map/);
  assert.deepEqual(readMeta({ uuid, files: null }).instance?.files, []);
});

test('injected files: only so many', () => {
  const files = Array.from({ length: injectedFilesLimit + 5 }, (_, index) => ({
    path: `/f${index}`,
    content_path: '/content/a',
  }));
  const reading = readMeta({ uuid, files }, { 'openstack/content/a': 'x' });
  assert.equal(reading.instance?.files.length, injectedFilesLimit);
  assert.match(problems(reading)[0] ?? '', /more than 1000 entries/);
  assert.equal(reading.diagnostics[0]?.code, 'limit');
});

test('injected files: only so many bytes in all, each mention of a content file counted', () => {
  const big = new Uint8Array(injectedFileLimitBytes);
  const whole = injectedBytesLimit / injectedFileLimitBytes;
  const name = (path: string, file: string) => ({ path, content_path: `/content/${file}` });
  const full = Array.from({ length: whole }, (_, index) => name(`/f${index}`, 'big'));
  const contents = { 'openstack/content/big': big, 'openstack/content/one': 'x', 'openstack/content/none': '' };
  const paths = (...more: object[]) => {
    const reading = readMeta({ uuid, files: [...full, ...more] }, contents);
    return {
      extra: reading.instance?.files.slice(whole).map(({ path }) => path),
      limits: reading.diagnostics.map(({ code, message }) => `${code} ${message}`),
    };
  };
  assert.deepEqual(paths(name('/none', 'none')), { extra: ['/none'], limits: [] });
  assert.deepEqual(paths(name('/one', 'one')), {
    extra: [],
    limits: ['limit more than 64 MiB in all injected files; files[16] is left out'],
  });
  // Once over the limit nothing more is read: what is missing later is not even looked for.
  assert.deepEqual(paths(name('/one', 'one'), name('/none', 'none'), name('/x', 'nowhere')), {
    extra: [],
    limits: ['limit more than 64 MiB in all injected files; files[16] to files[18] are left out'],
  });
});

const injected = {
  'openstack/latest/meta_data.json': {
    json: { ...metaData, network_config: { name: 'n', content_path: '/content/0000' } },
  },
  'openstack/content/0000': 'auto eth0\niface eth0 inet static\n address 10.0.0.9\n netmask 255.255.0.0\n',
};

test('network_config names the network where no network_data.json does', async () => {
  const reading = read(injected);
  assert.deepEqual(reading.instance?.network.addresses, [], 'not parsed until it is known to be needed');
  const { instance, diagnostics } = await completeReading(reading);
  assert.deepEqual(diagnostics, []);
  assert.deepEqual(
    instance?.network.addresses.map(({ link, address, prefixLength }) => [link, address, prefixLength]),
    [['eth0', '10.0.0.9', 16]],
  );
  assert.equal(instance?.networkDamage, undefined);
  const both = await completeReading(read({ ...injected, 'ec2/latest/meta-data.json': { json: ec2 } }));
  assert.deepEqual(
    both.instance?.network.addresses.map(({ address, prefixLength }) => [address, prefixLength]),
    [
      ['10.0.0.9', 16],
      ['10.0.0.5', 16],
    ],
  );
  const newer = await completeReading(read({ ...injected, 'openstack/latest/network_data.json': { json: network } }));
  assert.deepEqual(
    newer.instance?.network.addresses.map(({ address }) => address),
    ['10.0.0.5'],
  );
});

test('a network_config that cannot be used is named, and the network is not known', async () => {
  const withConfig = (config: unknown, more: Record<string, MemoryDriveEntry | undefined> = {}) =>
    completeReading(
      read({
        ...injected,
        'openstack/latest/meta_data.json': { json: { ...metaData, network_config: config } },
        ...more,
      }),
    );
  for (const [reading, problem] of [
    [
      await withConfig('x'),
      /^error openstack\/latest\/meta_data\.json:1:\d+ network_config expected a path on the drive, found a string$/,
    ],
    [
      await withConfig({ content_path: 5 }),
      /network_config\.content_path expected a path on the drive, found a number$/,
    ],
    [
      await withConfig({ content_path: '/content/0007' }),
      /^error openstack\/content\/0007 - not on the drive, but named by /,
    ],
    [await withConfig({ content_path: '../../etc/passwd' }), /its path leaves the drive$/],
    [
      await withConfig({ content_path: '/content/0000' }, { 'openstack/content/0000': Uint8Array.of(0xff) }),
      /expected UTF-8 text$/,
    ],
    [
      await withConfig({ content_path: '/content/0000' }, { 'openstack/content/0000': '#'.repeat(300_000) }),
      /larger than the limit/,
    ],
  ] as const) {
    assert.equal(problems(reading).length, 1, problems(reading).join('\n'));
    assert.match(problems(reading)[0] ?? '', problem);
    assert.deepEqual([reading.instance?.networkDamage, reading.instance?.network.links], ['whole', []]);
  }
  assert.deepEqual(problems(await withConfig(null)), []);
});

test('what of the network cannot be read is known to be lacking', async () => {
  const damage = (entries: Record<string, MemoryDriveEntry | undefined>) => read(entries).instance?.networkDamage;
  const path = 'openstack/latest/network_data.json';
  assert.equal(damage(whole), undefined);
  assert.equal(damage({ ...whole, [path]: undefined }), undefined);
  assert.equal(damage({ ...whole, [path]: '{' }), 'whole');
  assert.equal(damage({ ...whole, [path]: '{', 'openstack/2018-08-27/network_data.json': { json: network } }), 'part');
  assert.equal(damage({ ...whole, [path]: { json: { ...network, networks: 5 } } }), 'part');
  assert.equal(
    damage({ ...whole, 'ec2/latest/meta-data.json': '{' }),
    undefined,
    'the address is in network_data.json',
  );
  assert.equal(damage({ ...whole, [path]: { json: {} }, 'ec2/latest/meta-data.json': '{' }), 'whole');
  const hurt = await completeReading(
    read({ ...injected, 'openstack/content/0000': 'iface eth0 inet static\n address x\n' }),
  );
  assert.equal(hurt.instance?.networkDamage, 'part');
});
