// wireguard, salt_minion, puppet and ansible on a guest with a systemctl and an ansible-pull that write down what they are told: files that
// another YAML reader understands, services told once, commands as the right user; and a guest that lacks the services.

import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
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

  it('that are not installed are named with their package, and the rest is done', async () => {
    await withSandbox(describeSandbox({ tree: userDataTree(text) }), async (box) => {
      const run = await box.run(['guest-init', 'run']);
      assert.equal(run.status, 2, run.stdout + run.stderr);
      assert.match(run.stdout, /x wireguard\/wg0\/up .*not installed \(package wireguard-tools\)/);
      assert.match(run.stdout, /x salt_minion\/service .*not installed \(package salt-minion\)/);
      assert.match(run.stdout, /x puppet\/service .*not installed \(package puppet\)/);
      assert.match(run.stdout, /- wireguard\/readinessprobe\[0\] .*needs wireguard\/wg0\/up, which failed/);
      assert.match(run.stdout, /x ansible\/pull\[0\] .*exited 127/);
      assert.ok(box.stat('/etc/salt/minion') !== undefined);
    });
  });
});
