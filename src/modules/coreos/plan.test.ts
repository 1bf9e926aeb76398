import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { emptyNetwork } from '../../core/network-config.ts';
import { SecretData } from '../../core/secret.ts';
import { writeFiles } from '../write-files/index.ts';
import { type CaseInput, listProblems, planDocument } from '../write-files/testing/plan-case.ts';
import { coreos } from './index.ts';

const withDaemons: CaseInput = {
  facts: {
    systemd: true,
    daemons: ['etcd.service', 'etcd2.service', 'fleet.service', 'flanneld.service', 'locksmithd.service'],
  },
};
const plan = (body: string, input: CaseInput = withDaemons) => planDocument(coreos, `coreos:\n  ${body}\n`, input);

describe('coreos: what is said, and what is done all the same', () => {
  const cases: readonly [name: string, body: string, problems: readonly RegExp[], steps: number][] = [
    ['an unknown section', 'etc: {}', [/error .*:3:3 \| coreos \| unknown-key .*did you mean "etcd"/], 0],
    [
      'an unknown setting costs itself',
      'fleet: {verbosty: 1, verbosity: 2}',
      [/coreos\.fleet .*did you mean "verbosity"/],
      3,
    ],
    [
      'a setting of another type costs itself',
      'fleet: {verbosity: [1], token_limit: 2}',
      [/coreos\.fleet\.verbosity \| type \| expected a whole number, found a list/],
      3,
    ],
    ['a truth that is a word', 'fleet: {verify_units: "yes"}', [/verify_units \| type \| expected true or false/], 2],
    [
      'a section of another type costs itself',
      'etcd: [a]\n  fleet: {verbosity: 1}',
      [/coreos\.etcd \| type \| expected a map, found a list/],
      3,
    ],
    ['text that breaks out of its line', 'fleet: {metadata: "a\\nExecStart=/bin/x"}', [/metadata .*one line/], 2],
    ['a number with a point as text', 'oem: {id: x, version_id: 1.10}', [/version_id .*in quotes/], 1],
    ['a number and a truth as text', 'flannel: {ip_masq: true, etcd_prefix: 5}', [], 1],
    [
      'an unknown strategy',
      'update: {reboot_strategy: never, group: x}',
      [/reboot_strategy \| value \| expected one of etcd-lock, reboot, off/],
      2,
    ],
    [
      'a strategy that YAML reads as a truth',
      'update: {reboot_strategy: on}',
      [/reboot_strategy .*expected one of etcd-lock, reboot, off/],
      0,
    ],
    [
      'proxy of etcd2',
      'etcd2: {proxy: maybe}',
      [/coreos\.etcd2\.proxy \| value \| expected one of on, off, readonly/],
      2,
    ],
    [
      'a window',
      'locksmith: {window_start: "Sun 25:00", window_length: 1 hour}',
      [/window_start .*Sun 4:00/, /window_length .*1h30m/],
      2,
    ],
    ['a window that can be', 'locksmith: {window_start: "23:59", window_length: 90m}', [], 3],
    [
      'discovery that is no URL',
      'etcd: {discovery: token}',
      [/warning .*coreos\.etcd\.discovery \| value \| expected a URL/],
      3,
    ],
    ['settings of etcd 2 below etcd', 'etcd: {proxy: "on"}', [/note .*coreos\.etcd\.proxy \| deprecated/], 3],
    ['settings that etcd 2 gave up', 'etcd2: {peer_ca_file: /a}', [/note .*peer_trusted_ca_file/], 3],
    ['units that are no list', 'units: {name: a.service}', [/coreos\.units \| type \| expected a list of units/], 0],
    [
      'a unit without a name',
      'units: [{command: start}, {name: a.service, command: start}]',
      [/coreos\.units\[0\] \| missing \| the key "name"/],
      1,
    ],
    ['a unit name without type', 'units: [{name: app}]', [/coreos\.units\[0\]\.name \| value .*"app.service"/], 0],
    [
      'a unit name that leads elsewhere',
      'units: [{name: ../../cron.d/x.service, content: x}]',
      [/coreos\.units\[0\]\.name \| value/],
      0,
    ],
    ['a unit name with a slash', 'units: [{name: /etc/passwd.service, content: x}]', [/coreos\.units\[0\]\.name/], 0],
    ['an option as a unit name', 'units: [{name: --root=x.service, command: start}]', [/coreos\.units\[0\]\.name/], 0],
    ['a unit name with a line end', 'units: [{name: "a\\n.service", content: x}]', [/coreos\.units\[0\]\.name/], 0],
    ['a long unit name', `units: [{name: ${'a'.repeat(250)}.service, content: x}]`, [/coreos\.units\[0\]\.name/], 0],
    [
      'an unknown command',
      'units: [{name: a.service, command: enable}]',
      [/coreos\.units\[0\]\.command \| value \| expected a command: start, stop/],
      0,
    ],
    [
      'a drop-in that leads elsewhere costs itself',
      'units: [{name: a.service, drop_ins: [{name: ../x.conf, content: x}, {name: y.conf, content: y}]}]',
      [/coreos\.units\[0\]\.drop_ins\[0\]\.name/],
      2,
    ],
    [
      'a drop-in that systemd would not read',
      'units: [{name: a.service, drop_ins: [{name: x, content: x}]}]',
      [/drop_ins\[0\]\.name \| value .*ends in \.conf/],
      0,
    ],
    [
      'a drop-in without content',
      'units: [{name: a.service, drop_ins: [{name: x.conf}]}]',
      [/drop_ins\[0\] \| missing \| the key "content"/],
      0,
    ],
    [
      'an unknown key of a unit',
      'units: [{name: a.service, contents: x, command: start}]',
      [/coreos\.units\[0\] \| unknown-key .*did you mean "content"/],
      1,
    ],
    [
      'a masked unit with content',
      'units: [{name: a.service, mask: true, content: x}]',
      [/warning .*units\[0\]\.content \| conflict/],
      2,
    ],
    [
      'a masked unit that is enabled',
      'units: [{name: a.service, mask: true, enable: true}]',
      [/warning .*units\[0\]\.enable \| conflict/],
      2,
    ],
    [
      'a masked unit that is started',
      'units: [{name: a.service, mask: true, command: start}]',
      [/warning .*units\[0\]\.command \| conflict/],
      3,
    ],
    [
      'a file of systemd-networkd that is started',
      'units: [{name: a.network, content: x, command: start, enable: true}]',
      [/units\[0\]\.enable/, /units\[0\]\.command/],
      2,
    ],
    ['nothing under coreos', '', [/note .*\| coreos \| missing/], 0],
  ];
  for (const [name, body, problems, count] of cases)
    it(name, () => {
      const { steps, diagnostics } = plan(body);
      const said = listProblems(diagnostics);
      assert.equal(said.length, problems.length, said.join('\n'));
      for (const [index, problem] of problems.entries()) assert.match(said[index] ?? '', problem);
      assert.equal(steps.length, count, JSON.stringify(steps, null, 1));
    });

  it('a daemon that is not there: its settings are written, and it is told once', () => {
    const { steps, diagnostics } = plan('etcd: {name: a}\n  units: [{name: etcd.service, command: start}]', {
      facts: { systemd: true },
    });
    assert.match(
      listProblems(diagnostics).join('\n'),
      /^warning \| user_data:3:3 \| coreos\.etcd \| missing \| the guest has no etcd\.service.*$/,
    );
    assert.ok(steps.some(({ id }) => id === 'coreos/etcd/20-cloudinit.conf'));
    const [start] = steps.filter(({ id }) => id === 'coreos/units/etcd.service/start');
    assert.deepEqual(start?.action, {
      ...{ kind: 'unit', unit: 'etcd.service', verb: 'start', optional: true },
      requires: ['/run/systemd/system/etcd.service.d/20-cloudinit.conf'],
    });
  });

  it('a daemon whose unit the document brings', () => {
    const { diagnostics } = plan('etcd: {name: a}\n  units: [{name: etcd.service, content: "[Service]"}]', {
      facts: { systemd: true },
    });
    assert.deepEqual(listProblems(diagnostics), []);
  });

  it('a guest without systemd', () => {
    const body = 'units: [{name: a.service, command: start}]';
    assert.match(
      listProblems(plan(body, { facts: { systemd: false } }).diagnostics).join(),
      /warning .*runs no systemd/,
    );
    assert.deepEqual(listProblems(plan(body, { facts: { systemd: false, bootId: '' } }).diagnostics), []);
  });

  it('never shows a password', () => {
    const { steps, diagnostics } = plan('fleet: {etcd_password: hunter-seven, verbosity: x}');
    assert.doesNotMatch(JSON.stringify(steps) + JSON.stringify(diagnostics), /hunter-seven/);
    assert.equal(steps.find(({ id }) => id.endsWith('.conf'))?.action.kind === 'file', true);
  });
});

describe('coreos: order', () => {
  it('files, masks and enabling in the order of the document, then the daemons, one reload, commands last', () => {
    const { steps } = plan(
      'locksmith: {group: g}\n  fleet: {verbosity: 1}\n  etcd: {name: a}\n  update: {group: g}\n  oem: {id: x}\n  flannel: {interface: e}\n  units: [{name: b.service, content: x, enable: true, command: start}, {name: a.service, mask: true, command: stop}, {name: fleet.service, command: start}]',
    );
    assert.deepEqual(
      steps.map(({ id }) => id.replace('coreos/', '')),
      [
        ...['oem', 'update', 'flannel', 'units/b.service', 'units/b.service/enable', 'units/a.service/mask'],
        ...['etcd/20-cloudinit.conf', 'etcd/unmask', 'fleet/20-cloudinit.conf', 'fleet/unmask'],
        ...['locksmith/20-cloudinit.conf', 'locksmith/unmask', 'daemon-reload'],
        ...['units/b.service/start', 'units/a.service/stop', 'units/fleet.service/start'],
        'update/update-engine.service/restart',
      ],
    );
    const late = steps.filter(({ stage }) => stage === 'late');
    assert.deepEqual(late, steps.slice(-4));
    assert.ok(late.every(({ frequency }) => frequency === 'boot'));
  });

  it('what is below /run is made anew at every boot', () => {
    const { steps } = plan('units: [{name: a.service, content: x, runtime: true}, {name: b.service, content: x}]');
    assert.deepEqual(
      steps.map(({ id, frequency }) => `${id} ${frequency}`),
      ['coreos/units/a.service boot', 'coreos/units/b.service undefined', 'coreos/daemon-reload boot'],
    );
  });
});

describe('/etc/environment', () => {
  const metadata = new SecretData({ ec2: { 'local-ipv4': '10.0.0.5', 'public-ipv4': '192.0.2.7' } });
  const instance = { metadata, network: emptyNetwork };
  it('names the addresses that are known, sorted', () => {
    const { steps } = plan('oem: {}', { ...withDaemons, instance });
    assert.deepEqual(
      steps.map(({ action }) =>
        action.kind === 'lines' ? [action.path, action.rules.map(({ line }) => line)] : action,
      ),
      [['/etc/environment', ['COREOS_PRIVATE_IPV4=10.0.0.5', 'COREOS_PUBLIC_IPV4=192.0.2.7']]],
    );
  });
  it('is left to write_files, however its path is written', () => {
    for (const path of ['/etc/environment', '/etc//environment', '/etc/./environment']) {
      const body = `coreos: {}\nwrite_files: [{path: ${path}, content: x}]\n`;
      assert.deepEqual(planDocument(coreos, body, { ...withDaemons, instance, neighbours: [writeFiles] }).steps, []);
    }
  });
});
