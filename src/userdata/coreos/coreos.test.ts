// CoreOS documents before their keys are validated: which one is one, what is filled in, spelt anew, left out, and where it stood.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { formatPlace } from '../../core/diagnostic.ts';
import type { InstanceAddresses } from '../../core/instance-addresses.ts';
import { readConfig } from '../formats/cloud-config/read-config.ts';
import { interpretSources } from '../interpret-sources.ts';
import { modules } from '../testing/modules.ts';
import { listProblems, makeMime, read } from '../testing/sources.ts';
import { substituteAddresses } from './substitute.ts';

const addresses: InstanceAddresses = { private_ipv4: '10.0.0.5', public_ipv4: '192.0.2.7', private_ipv6: 'fd00::5' };

describe('substitution, after coreos-cloudinit', () => {
  const cases: readonly [name: string, text: string, expected: string | undefined][] = [
    ['a name', '$private_ipv4', '10.0.0.5'],
    ['a name with more behind it', '$private_ipv4:4001', '10.0.0.5:4001'],
    ['no word ends before or behind', 'x$private_ipv4y', 'x10.0.0.5y'],
    ['the public one', 'a: $public_ipv4', 'a: 192.0.2.7'],
    ['IPv6', 'http://[$private_ipv6]:2380', 'http://[fd00::5]:2380'],
    ['two on a line', '$private_ipv4 $public_ipv4', '10.0.0.5 192.0.2.7'],
    ['one directly behind the other', '$private_ipv4$private_ipv4', '10.0.0.510.0.0.5'],
    ['over several lines', 'a\n$private_ipv4\n$public_ipv4\n', 'a\n10.0.0.5\n192.0.2.7\n'],
    ['a backslash keeps the name', '\\$private_ipv4', '$private_ipv4'],
    ['of two backslashes one goes', '\\\\$private_ipv4', '\\$private_ipv4'],
    ['a kept one beside another', '\\$private_ipv4 $private_ipv4', '$private_ipv4 10.0.0.5'],
    ['in a comment', '# $private_ipv4', '# 10.0.0.5'],
    ['other names stay', '$unknown ${private_ipv4} $PRIVATE_IPV4', undefined],
    ['a dollar alone', '$ $$ cost: 5$', undefined],
    ['nothing', '', undefined],
  ];
  for (const [name, text, expected] of cases)
    test(name, () => assert.equal(substituteAddresses(text, addresses)?.text, expected));

  test('places lead back through longer and shorter text', () => {
    const text = 'k: [$private_ipv4, \\$private_ipv4, x, $public_ipv4, y]';
    const filled = substituteAddresses(text, addresses);
    for (const word of ['x', 'y', 'k']) {
      const column = (filled?.text.indexOf(word) ?? 0) + 1;
      const expected = word === 'k' ? 1 : text.indexOf(`${word}${word === 'x' ? ',' : ']'}`) + 1;
      assert.deepEqual(filled?.toWritten({ line: 1, column }), { line: 1, column: expected }, word);
    }
    const inside = (filled?.text.indexOf('10.0.0.5') ?? 0) + 4;
    assert.deepEqual(filled?.toWritten({ line: 1, column: inside }), { line: 1, column: text.indexOf('$') + 1 });
    assert.deepEqual(filled?.toWritten({ line: 2, column: 9 }), { line: 2, column: 9 });
  });
});

function readText(text: string, known: InstanceAddresses | 'unknown' = addresses) {
  const found = readConfig(
    { text, source: 'u', headerOffset: 0, headerLine: 1 },
    known === 'unknown' ? undefined : known,
  );
  assert.ok(found.ok, found.ok ? '' : found.refusal.message);
  const plain = JSON.parse(JSON.stringify(found.raw)) as unknown;
  const problems = (found.problems ?? []).map(
    (problem) => `${formatPlace(problem)} ${problem.path} ${problem.message}`,
  );
  return { plain, problems, dropped: found.dropped ?? [], locate: found.parsed.locate };
}

describe('which documents are filled in', () => {
  const body = 'write_files: [{path: /a, content: $private_ipv4}]\n';
  const content = (text: string): unknown =>
    (readText(text).plain as { write_files: { content: string }[] }).write_files[0]?.content;
  test('one with the key coreos', () => assert.equal(content(`${body}coreos: {}\n`), '10.0.0.5'));
  test('one whose key is quoted', () => assert.equal(content(`${body}"coreos": {}\n`), '10.0.0.5'));
  test('JSON', () =>
    assert.equal(content('{"coreos": {}, "write_files": [{"content": "$private_ipv4"}]}'), '10.0.0.5'));
  test('not one without it', () => assert.equal(content(`# coreos\n${body}`), '$private_ipv4'));
  test('not one with the key elsewhere', () =>
    assert.equal(content(`groups: {coreos: [a]}\n${body}`), '$private_ipv4'));
  test('not binary data', () =>
    assert.equal(content('coreos: {}\nwrite_files: [{content: JHByaXZhdGVfaXB2NA==}]\n'), 'JHByaXZhdGVfaXB2NA=='));
  test('escapes that YAML does not know', () =>
    assert.equal(content('coreos: {}\nwrite_files: [{content: "\\$private_ipv4"}]\n'), '$private_ipv4'));
  test('where nobody knows the addresses, names stay and nothing is missing', () => {
    const found = readText('coreos: {etcd: {addr: "$public_ipv6"}}\n', 'unknown');
    assert.deepEqual(found.plain, { coreos: { etcd: { addr: '$public_ipv6' } } });
    assert.deepEqual(found.problems, []);
  });
});

describe('an address that is not known', () => {
  test('costs all of coreos, at its own line', () => {
    const found = readText(
      'hostname: a\ncoreos:\n  units:\n    - name: a.service\n      content: |\n        # one\n        E=$public_ipv6\n',
    );
    assert.deepEqual(found.dropped, [['coreos']]);
    assert.equal(found.problems.length, 1);
    assert.match(found.problems[0] ?? '', /^u:7:11 coreos\.units\[0\]\.content \$public_ipv6 stands for no address/);
  });
  test('elsewhere costs the list entry, or the key', () => {
    const found = readText(
      'coreos: {}\nwrite_files: [{path: /a}, {path: /b, content: $public_ipv6}]\nhostname: h$public_ipv6\n',
    );
    assert.deepEqual(found.dropped, [['write_files', 1], ['hostname']]);
  });
  test('in a comment harms nobody', () => assert.deepEqual(readText('coreos: {} # $public_ipv6\n').problems, []));
  test('kept by a backslash is no address', () =>
    assert.deepEqual(readText('coreos: {etcd: {addr: \\$public_ipv6}}\n').problems, []));
  test('twice in one value is told twice', () =>
    assert.equal(readText('coreos: {etcd: {addr: $public_ipv6, name: a$public_ipv6b}}\n').problems.length, 2));
  test('is an error of the document, which keeps its other entries and their numbers', async () => {
    const text =
      '#cloud-config\ncoreos: {}\nwrite_files:\n- {path: /a, content: $public_ipv6}\n- {path: relative}\n- {path: /c}\n';
    const found = await interpretSources({ userData: { bytes: Buffer.from(text), source: 'u' }, addresses }, modules);
    const said = listProblems(found);
    assert.match(
      said.join('\n'),
      /error u:4:23 write_files\[0\]\.content: \$public_ipv6 .*write_files\[0\] is left out \(missing\)/,
    );
    assert.match(said.join('\n'), /error u:5:\d+ write_files\[1\]\.path: expected an absolute path/);
    const section = found.document?.sections.get('files');
    assert.deepEqual(JSON.parse(JSON.stringify(section?.config)), { write_files: [{ path: '/c' }] });
    assert.equal(section?.originalIndex('write_files', 0), 2);
  });
});

describe('spellings', () => {
  test('hyphens of coreos, users and write_files, at every level', () => {
    const text =
      'ssh-authorized-keys: [k]\nwrite-files: [{path: /a}]\nusers: [{name: u, primary-group: g}]\ncoreos: {update: {reboot-strategy: off}, units: [{name: a.service, drop-ins: [{name: x.conf}]}]}\n';
    assert.deepEqual(readText(text).plain, {
      ssh_authorized_keys: ['k'],
      write_files: [{ path: '/a' }],
      users: [{ name: 'u', primary_group: 'g' }],
      coreos: { update: { reboot_strategy: false }, units: [{ name: 'a.service', drop_ins: [{ name: 'x.conf' }] }] },
    });
  });
  test('names of the author stay', () => {
    const text = 'coreos: {}\ngroups: {my-group: [a]}\nca-certs: {trusted: []}\n';
    assert.deepEqual(readText(text).plain, { coreos: {}, groups: { 'my-group': ['a'] }, 'ca-certs': { trusted: [] } });
  });
  test('places are those of the key as it was written', () => {
    const found = readText('coreos:\n  etcd:\n    peer-addr: $private_ipv4:7001\n');
    assert.deepEqual(found.locate(['coreos', 'etcd', 'peer_addr']), { line: 3, column: 5 });
  });
  test('both: today counts, and it is told', () => {
    const found = readText('coreos: {etcd: {peer-addr: a, peer_addr: b}}\n');
    assert.deepEqual(found.plain, { coreos: { etcd: { peer_addr: 'b' } } });
    assert.match(found.problems.join(), /u:1:17 coreos\.etcd the key "peer-addr" is given in both spellings/);
  });
  test('in another document they are unknown keys', async () => {
    assert.match(listProblems(await read('#cloud-config\nwrite-files: []\n')).join(), /unknown key "write-files"/);
  });
});

test('among several parts, each is its own dialect', async () => {
  const message = makeMime([
    {
      type: 'text/cloud-config',
      body: '#cloud-config\ncoreos: {}\nwrite-files: [{path: /a, content: $private_ipv4}, {path: /b, content: $public_ipv6}]',
    },
    {
      type: 'text/cloud-config',
      body: '#cloud-config\nmerge_how: "list(append)+dict(recurse_list)"\nwrite_files: [{path: /c, content: $private_ipv4}]',
    },
  ]);
  const found = await read(message, { addresses });
  assert.deepEqual(JSON.parse(JSON.stringify(found.document?.raw))['write_files'], [
    { path: '/a', content: '10.0.0.5' },
    { path: '/c', content: '$private_ipv4' },
  ]);
  assert.match(listProblems(found).join('\n'), /error u part 1:3:71 write_files\[1\]\.content: \$public_ipv6/);
});
