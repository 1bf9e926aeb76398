// wireguard, salt_minion, puppet and ansible on a guest with a systemctl and an ansible-pull that write down what they are told: files that
// another YAML reader understands, services told once, commands as the right user; and a guest that lacks them, with and without a source
// to install them from.

import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { archiveSource, buildArchive } from '../support/apt-repository.ts';
import { userDataTree } from '../support/instances.ts';
import { assertNothingLeft } from '../support/leftovers.ts';
import { describeSandbox } from '../support/main-job.ts';
import { explainMissingRoots } from '../support/roots.ts';
import { type Sandbox, withSandbox } from '../support/sandbox.ts';

const missing = explainMissingRoots();

const text = `#cloud-config
ssh_deletekeys: false
users: [{name: ops, shell: /bin/bash}]
wireguard:
  interfaces:
    - name: wg0
      content: |
        [Interface]
        PrivateKey = CANARY
  readinessprobe: ["echo up >> /root/probe"]
salt_minion:
  conf: {master: salt.example.org, autosign: "yes", list: [1, null, "0644"]}
  public_key: |
    -----BEGIN PUBLIC KEY-----
    MIIBIjANBg
    -----END PUBLIC KEY-----
  private_key: |
    -----BEGIN PRIVATE KEY-----
    CANARY
    -----END PRIVATE KEY-----
puppet:
  install: false
  exec: true
  conf: {agent: {server: puppet.example.org, certname: "%f"}, main: {vardir: /var/lib/p}}
  csr_attributes: {extension_requests: {pp_preshared_key: CANARY}}
ansible:
  run_user: ops
  ansible_config: /etc/ansible/our own.cfg
  pull: {url: "https://git.example.org/it's.git", playbook_name: web.yml, full: true, clean: false}
`;

const systemctl = `#!/bin/sh
echo "$*" >>/root/systemctl
case "$*" in
  *is-enabled*) [ -e "/root/enabled-$3" ] ;;
  *is-active*) [ -e "/root/enabled-$3" ] ;;
  enable*) : >"/root/enabled-$2" ;;
esac
`;

function mode(box: Sandbox, path: string): string {
  return ((box.stat(path)?.mode ?? 0) & 0o777).toString(8);
}

describe('configuration agents', { skip: missing ?? false }, () => {
  after(assertNothingLeft);

  it('get files, services and commands, once', async () => {
    const sandbox = {
      root: 'bookworm-cloud-init',
      files: {
        '/usr/bin/systemctl': { content: systemctl, mode: 0o755 },
        '/usr/local/bin/ansible-pull': {
          content: '#!/bin/sh\nprintf "%s\\n" "$(id -un)" "$ANSIBLE_CONFIG" "$@" >>"$HOME/pulled"\n',
          mode: 0o755,
        },
        '/usr/local/bin/ansible': { content: '#!/bin/sh\n', mode: 0o755 },
        '/usr/local/bin/salt-minion': { content: '#!/bin/sh\n', mode: 0o755 },
        '/usr/local/bin/wg': { content: '#!/bin/sh\n', mode: 0o755 },
        '/usr/local/bin/puppet': { content: '#!/bin/sh\necho "$*" >>/root/puppet\nexit 2\n', mode: 0o755 },
        '/etc/puppet/puppet.conf': '[main]\n# mine\nssldir = /var/lib/puppet/ssl\nvardir = /var/lib/puppet\n',
        '/etc/systemd/system/puppet.service': '',
        '/etc/systemd/system/wg-quick@.service': '',
        '/etc/systemd/system/salt-minion.service': '',
      },
    } as const;
    await withSandbox(describeSandbox({ tree: userDataTree(text), sandbox }), async (box) => {
      await box.exec(['mkdir', '-p', '/run/systemd/system']);
      const run = await box.run(['guest-init', 'run']);
      assert.equal(run.status, 0, run.stdout + run.stderr);
      assert.equal(box.readFile('/etc/wireguard/wg0.conf'), '[Interface]\nPrivateKey = CANARY\n');
      assert.match(box.readFile('/etc/salt/pki/minion/minion.pem'), /CANARY/);
      const modes = ['wireguard/wg0.conf', 'salt/minion', 'salt/pki/minion/minion.pem', 'salt/pki/minion/minion.pub'];
      assert.deepEqual(
        modes.map((path) => mode(box, `/etc/${path}`)),
        ['600', '640', '600', '644'],
      );
      const read = 'import json, yaml; print(json.dumps(yaml.safe_load(open("/etc/salt/minion"))))';
      assert.deepEqual(JSON.parse(await box.exec(['python3', '-c', read])), {
        master: 'salt.example.org',
        autosign: 'yes',
        list: [1, null, '0644'],
      });
      const ini =
        'import configparser, json; c = configparser.ConfigParser(interpolation=None); c.read("/etc/puppet/puppet.conf"); print(json.dumps({s: dict(c[s]) for s in c.sections()}))';
      assert.deepEqual(JSON.parse(await box.exec(['python3', '-c', ini])), {
        main: { ssldir: '/var/lib/puppet/ssl', vardir: '/var/lib/p' },
        agent: { server: 'puppet.example.org', certname: 'web-1' },
      });
      assert.match(box.readFile('/etc/puppet/puppet.conf'), /^# mine$/m);
      assert.equal(mode(box, '/etc/puppet/csr_attributes.yaml'), '600');
      assert.equal(box.readFile('/root/puppet'), 'agent --test\n');
      const told = box.readFile('/root/systemctl');
      for (const line of [
        '--no-block try-restart wg-quick@wg0.service',
        'enable wg-quick@wg0.service',
        'start wg-quick@wg0.service',
        'enable salt-minion.service',
        '--no-block try-restart puppet.service',
        'enable puppet.service',
        'start --no-block salt-minion.service',
      ])
        assert.ok(told.split('\n').includes(line), told);
      assert.equal(box.readFile('/root/probe'), 'up\n');
      assert.deepEqual(box.readFile('/home/ops/pulled').split('\n'), [
        ...['ops', '/etc/ansible/our own.cfg', "--url=https://git.example.org/it's.git", '--full', 'web.yml', ''],
      ]);
      for (const path of ['/var/log/guest-init.log', '/var/lib/guest-init/state.json'])
        assert.doesNotMatch(box.readFile(path), /CANARY/, path);

      const again = await box.run(['guest-init', 'run', '--force']);
      for (const id of [
        'wireguard/wg0/up',
        'salt_minion/renew',
        'salt_minion/service',
        'puppet/conf',
        'puppet/service',
      ])
        assert.match(again.stdout, new RegExp(`= ${id} `));
    });
  });

  it('are installed first, from the guest’s own sources, once', async () => {
    const unit = (name: string): Record<string, string> => ({
      [`/usr/lib/systemd/system/${name}.service`]: '[Unit]\n',
    });
    const program = (path: string): Record<string, string> => ({ [path]: '#!/bin/sh\necho "$0 $*" >>/root/started\n' });
    const postinst = (path: string): Record<string, string> => ({ postinst: `#!/bin/sh\nchmod 755 ${path}\n` });
    const archive = buildArchive([
      {
        name: 'wireguard-tools',
        scripts: postinst('/usr/bin/wg'),
        files: { ...unit('wg-quick@'), ...program('/usr/bin/wg') },
      },
      {
        name: 'salt-minion',
        scripts: postinst('/usr/bin/salt-minion'),
        files: { ...unit('salt-minion'), ...program('/usr/bin/salt-minion') },
      },
      // Only the second of the names that puppet's package has.
      {
        name: 'puppet',
        scripts: postinst('/usr/bin/puppet'),
        files: { ...unit('puppet'), ...program('/usr/bin/puppet') },
      },
      {
        name: 'ansible',
        scripts: postinst('/usr/bin/ansible /usr/bin/ansible-pull'),
        files: { ...program('/usr/bin/ansible'), ...program('/usr/bin/ansible-pull') },
      },
      { name: 'rsyslog', scripts: postinst('/usr/sbin/rsyslogd'), files: program('/usr/sbin/rsyslogd') },
      {
        name: 'chrony',
        // libc6 breaks old ones.
        version: '99',
        scripts: postinst('/usr/sbin/chronyd'),
        files: {
          '/etc/chrony/chrony.conf': 'pool 2.debian.pool.ntp.org iburst\nmakestep 1 3\n',
          ...program('/usr/sbin/chronyd'),
        },
      },
    ]);
    const document = text.replace('  install: false\n', '').replace('  run_user: ops\n', '');
    const more = 'rsyslog: {install_rsyslog: true, remotes: {a: 192.0.2.1}}\nntp: {servers: [ntp.rack.example]}\n';
    const sandbox = {
      root: 'bookworm',
      files: {
        ...archive,
        '/etc/apt/sources.list': `${archiveSource}\n`,
        '/usr/bin/systemctl': { content: systemctl, mode: 0o755 },
      },
    } as const;
    await withSandbox(describeSandbox({ tree: userDataTree(document + more), sandbox }), async (box) => {
      const run = await box.run(['guest-init', 'run'], { timeoutMs: 180_000 });
      assert.equal(run.status, 0, run.stdout + run.stderr);
      for (const id of [
        'ntp/client',
        'rsyslog/daemon',
        'wireguard/install',
        'salt_minion/install',
        'puppet/install',
        'ansible/install',
      ])
        assert.match(run.stdout, new RegExp(`\\+ ${id} `), id);
      assert.equal(box.readFile('/etc/chrony/chrony.conf').match(/^server ntp\.rack\.example iburst$/gm)?.length, 1);
      const started = box.readFile('/root/started');
      assert.match(started, /^\/usr\/bin\/ansible-pull .*web\.yml$/m);
      assert.match(started, /^\/usr\/bin\/puppet agent --test$/m);
      assert.match(started, /^\/usr\/sbin\/rsyslogd -N1$/m);

      const before = await box.exec(['cat', '/var/lib/dpkg/status']);
      const again = await box.run(['guest-init', 'run', '--force'], { timeoutMs: 120_000 });
      for (const id of [
        'ntp/client',
        'rsyslog/daemon',
        'wireguard/install',
        'salt_minion/install',
        'puppet/install',
        'ansible/install',
      ])
        assert.match(again.stdout, new RegExp(`= ${id} `), again.stdout);
      assert.equal(await box.exec(['cat', '/var/lib/dpkg/status']), before);
    });
  });

  it('that nobody has are named, what needs them is not tried, and the rest is done', async () => {
    await withSandbox(describeSandbox({ tree: userDataTree(text), sandbox: { root: 'bookworm' } }), async (box) => {
      box.writeFile('/etc/apt/sources.list', '');
      const run = await box.run(['guest-init', 'run'], { timeoutMs: 120_000 });
      assert.equal(run.status, 2, run.stdout + run.stderr);
      assert.match(run.stdout, /x wireguard\/install .*not installed: wireguard-tools \(/);
      assert.match(run.stdout, /x salt_minion\/install .*not installed: salt-minion \(/);
      assert.match(run.stdout, /x puppet\/service .*not installed \(packages puppet-agent, puppet\)/);
      assert.match(run.stdout, /- wireguard\/wg0\/up .*needs wireguard\/install, which failed/);
      assert.match(run.stdout, /- wireguard\/readinessprobe\[0\] .*needs wireguard\/wg0\/up/);
      assert.match(run.stdout, /- salt_minion\/service .*needs salt_minion\/install, which failed/);
      assert.match(run.stdout, /- ansible\/pull\[0\] .*needs ansible\/install, which failed/);
      assert.ok(box.stat('/etc/salt/minion') !== undefined);
    });
  });
});
