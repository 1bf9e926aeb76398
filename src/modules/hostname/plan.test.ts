import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { HostnameAction } from '../../core/action.ts';
import { listProblems, planDocument } from '../write-files/testing/plan-case.ts';
import { hostname } from './index.ts';
import { chooseHostNames, chooseKernelName, cleanMetadataName, isHostName } from './names.ts';

describe('isHostName', () => {
  const good = ['a', 'web-1', 'A.b.C', '1', 'x'.repeat(63), 'web.example.org.', `${'a.'.repeat(126)}b`];
  for (const name of good) test(`accepts ${name.slice(0, 20)}`, () => assert.equal(isHostName(name), true));
  const bad = [
    '',
    '.',
    '-a',
    'a-',
    'a..b',
    '.a',
    'a b',
    'web_1',
    'ä',
    'x'.repeat(64),
    `${'a.'.repeat(127)}b`,
    'a\n',
    'a\n127.0.0.1 bank',
    'a\0',
    'a/b',
    'a:b',
    '$(id)',
  ];
  for (const name of bad)
    test(`refuses ${JSON.stringify(name.slice(0, 20))}`, () => assert.equal(isHostName(name), false));
});

describe('chooseHostNames', () => {
  const cases: [
    name: string,
    keys: object,
    metadata: string | undefined,
    short: string,
    fqdn: string,
    origin: string,
  ][] = [
    ['fqdn alone', { fqdn: 'a.example.org' }, 'm.novalocal', 'a', 'a.example.org', 'fqdn'],
    ['both', { hostname: 'b', fqdn: 'a.example.org' }, undefined, 'b', 'a.example.org', 'fqdn'],
    ['hostname with a domain', { hostname: 'a.example.org' }, 'm', 'a', 'a.example.org', 'hostname'],
    ['hostname and another name in the metadata', { hostname: 'a' }, 'm.novalocal', 'a', 'a', 'hostname'],
    [
      'hostname and its own full name in the metadata',
      { hostname: 'a' },
      'a.novalocal',
      'a',
      'a.novalocal',
      'hostname',
    ],
    ['metadata', {}, 'm.novalocal', 'm', 'm.novalocal', 'metadata'],
    ['an address in the metadata', {}, '10.0.0.5', 'ip-10-0-0-5', 'ip-10-0-0-5', 'metadata'],
    ['an address in the document', { hostname: '10.0.0.5' }, undefined, 'ip-10-0-0-5', 'ip-10-0-0-5', 'hostname'],
    ['a number', { hostname: 42 }, undefined, '42', '42', 'hostname'],
    ['a number with a point gives way', { hostname: 1.5, fqdn: 8.1 }, 'm', 'm', 'm', 'metadata'],
    ['a bad name gives way', { hostname: 'a b' }, 'm', 'm', 'm', 'metadata'],
    ['a dot at the end', { fqdn: 'a.example.org.' }, undefined, 'a', 'a.example.org', 'fqdn'],
  ];
  for (const [name, keys, metadata, short, fqdn, origin] of cases) {
    test(name, () => assert.deepEqual(chooseHostNames(keys, metadata), { short, fqdn, origin }));
  }
  test('nobody speaks', () => assert.equal(chooseHostNames({}, undefined), undefined));
});

describe('cleanMetadataName', () => {
  const cases: [input: string, output: string | undefined][] = [
    ['web_1', 'web-1'],
    ['my server (new)', 'my-server-new'],
    ['a\nb', 'a-b'],
    ['..a..', 'a'],
    ['-._', undefined],
    ['', undefined],
    ['x'.repeat(80), 'x'.repeat(63)],
    ['täst', 't-st'],
  ];
  for (const [input, output] of cases) {
    test(JSON.stringify(input.slice(0, 20)), () => assert.equal(cleanMetadataName(input), output));
  }
  test('whatever comes in, a host name comes out', () => {
    for (let seed = 1; seed < 3000; seed += 7) {
      const text = Array.from({ length: seed % 300 }, (_, at) => String.fromCharCode((seed * (at + 3)) % 130)).join('');
      const name = cleanMetadataName(text);
      assert.ok(name === undefined || isHostName(name), JSON.stringify(text));
    }
  });
});

test('a full name that is too long for the kernel gives way to the short one', () => {
  const fqdn = `web.${'a'.repeat(61)}.org`;
  assert.equal(chooseKernelName({ short: 'web', fqdn }, true), 'web');
  assert.equal(chooseKernelName({ short: 'web', fqdn: 'web.example.org' }, true), 'web.example.org');
});

describe('the step', () => {
  const plan = (body: string, input = {}): (HostnameAction | undefined)[] =>
    planDocument(hostname, body, input).steps.map((step) => step.action as HostnameAction);

  test('prefer_fqdn_over_hostname', () => {
    assert.equal(plan('fqdn: a.example.org\nprefer_fqdn_over_hostname: true\n')[0]?.name, 'a.example.org');
  });
  test('prefer_fqdn_over_hostname: false wins over the family', () => {
    const facts = { os: { id: 'fedora', idLike: [], prettyName: 'Fedora' } };
    assert.equal(plan('fqdn: a.example.org\nprefer_fqdn_over_hostname: false\n', { facts })[0]?.name, 'a');
  });
  test('create_hostname_file: false', () => {
    assert.deepEqual(plan('hostname: a\ncreate_hostname_file: false\n'), [
      { kind: 'hostname', name: 'a', createFile: false },
    ]);
  });
  test('no name, no step', () => assert.deepEqual(plan('{}\n'), []));
  test('a bad name is an error with its place, and the metadata speaks', () => {
    const { steps, diagnostics } = planDocument(hostname, 'hostname: "a b"\n', { instance: { hostname: 'm' } });
    assert.equal((steps[0]?.action as HostnameAction | undefined)?.name, 'm');
    assert.deepEqual(listProblems(diagnostics), [
      'error | user_data:2:1 | hostname | value | expected a host name of letters, digits and hyphens (labels of at most 63 characters), found a string',
    ]);
  });
  test('a metadata name that had to be changed is a warning without the name', () => {
    const { steps, diagnostics } = planDocument(hostname, '{}\n', { instance: { hostname: 'my web' } });
    assert.equal((steps[0]?.action as HostnameAction | undefined)?.name, 'my-web');
    const told = diagnostics.filter(({ severity }) => severity === 'warning');
    assert.equal(told.length, 1);
    assert.deepEqual([told[0]?.source, told[0]?.line], ['metadata', undefined]);
    assert.doesNotMatch(JSON.stringify(told), /my.web/);
  });
  test('an address as metadata name is no news', () => {
    const { diagnostics } = planDocument(hostname, '{}\n', { instance: { hostname: '10.0.0.5' } });
    assert.deepEqual(
      diagnostics.filter(({ severity }) => severity !== 'note'),
      [],
    );
  });
});
