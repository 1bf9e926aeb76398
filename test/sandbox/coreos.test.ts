// CoreOS documents on a Debian guest: a systemctl that starts stand-ins of etcd and fleet with the environment of their drop-ins and notes what it
// was told; the user_data that is kept in the image, edited between boots; what is written held against the real systemd-analyze.

import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { ec2MetaData, openstackTree, publicKey, uuid } from '../support/instances.ts';
import { assertNothingLeft } from '../support/leftovers.ts';
import { describeSandbox, type JobCase } from '../support/main-job.ts';
import { explainMissingRoots } from '../support/roots.ts';
import { type Sandbox, withSandbox } from '../support/sandbox.ts';

const missing = explainMissingRoots();
const storedPath = '/var/lib/coreos-install/user_data';

const cluster = (token = 'abc') => `#cloud-config
coreos:
  etcd:
    # one token for each cluster: $public_ipv6
    discovery: https://discovery.example/${token}
    addr: $private_ipv4:4001
    peer-addr: $private_ipv4:7001
  units:
    - name: etcd.service
      command: start
    - name: fleet.service
      command: start
ssh_authorized_keys:
  - ${publicKey}
`;

const unit = (name: string) => `[Unit]\nDescription=${name}\n[Service]\nExecStart=/usr/bin/env\n`;

/** Writes what a unit would be started with to /root/UNIT.env. */
const systemctl = `echo "$*" >> /root/systemctl.log
case "$1" in --no-block|--no-reload) shift;; esac
verb=$1; unit=$2
case "$verb" in
  is-active) [ -e "/run/active/$unit" ] && echo active || { echo inactive; exit 3; };;
  is-enabled) [ -e "/etc/systemd/system/multi-user.target.wants/$unit" ] || exit 1;;
  start|restart)
    found=
    for folder in /etc /run /usr/lib; do [ -s "$folder/systemd/system/$unit" ] && found=yes; done
    [ -n "$found" ] || { echo "Failed to $verb $unit: Unit $unit not found." >&2; exit 5; }
    mkdir -p /run/active; : > "/run/active/$unit"
    cat /run/systemd/system/$unit.d/*.conf /etc/systemd/system/$unit.d/*.conf 2>/dev/null | sed -n 's/^Environment="\\(.*\\)"$/\\1/p' >> "/root/$unit.env"
    echo "-- $verb" >> "/root/$unit.env";;
  stop) rm -f "/run/active/$unit";;
esac
exit 0`;

const ec2 = { 'ec2/latest/meta-data.json': { json: ec2MetaData({ 'local-ipv4': '192.168.10.20' }) } };

function describeGuest(
  job: Pick<JobCase, 'tree' | 'config'> & {
    files?: Record<string, string>;
    daemons?: boolean;
    dmi?: Record<string, string>;
  },
) {
  const daemons =
    job.daemons === false
      ? {}
      : {
          '/usr/lib/systemd/system/etcd.service': unit('etcd'),
          '/usr/lib/systemd/system/fleet.service': unit('fleet'),
        };
  return describeSandbox({
    ...job,
    sandbox: { files: { ...daemons, ...job.files }, ...(job.dmi === undefined ? {} : { dmi: job.dmi }) },
  });
}

async function startSystemd(box: Sandbox): Promise<void> {
  box.shim('systemctl', systemctl);
  await box.exec(['mkdir', '-p', '/run/systemd/system']);
}

async function boot(box: Sandbox): Promise<{ status: number | null; said: string }> {
  await startSystemd(box);
  const early = await box.run(['guest-init', 'run', '--stage', 'early']);
  const late = await box.run(['guest-init', 'run', '--stage', 'late']);
  return {
    status: Math.max(early.status ?? 99, late.status ?? 99),
    said: [early, late].map(({ stdout, stderr }) => stdout + stderr).join('\n'),
  };
}

const told = (box: Sandbox): string[] =>
  (box.readFileIfAny('/root/systemctl.log') ?? '').split('\n').filter((line) => line !== '' && !line.startsWith('is-'));

const storedOptions = (content: string, mode = 0o600) =>
  ({ [storedPath]: { content, mode } }) as unknown as Record<string, string>;

describe('CoreOS documents', { skip: missing ?? false }, () => {
  after(assertNothingLeft);

  it('start etcd, then fleet, with the addresses of the drive, at every boot', async () => {
    const tree = openstackTree({ 'openstack/latest/user_data': cluster(), ...ec2 });
    await withSandbox(describeGuest({ tree }), async (box) => {
      const first = await boot(box);
      assert.equal(first.status, 0, first.said);
      assert.deepEqual(told(box), ['daemon-reload', '--no-block start etcd.service', '--no-block start fleet.service']);
      const variables =
        'ETCD_ADDR=192.168.10.20:4001\nETCD_DISCOVERY=https://discovery.example/abc\nETCD_PEER_ADDR=192.168.10.20:7001\n';
      assert.equal(box.readFile('/root/etcd.service.env'), `${variables}-- start\n`);
      assert.match(box.readFile('/etc/environment'), /^COREOS_PRIVATE_IPV4=192\.168\.10\.20$/m);
      assert.ok(box.readFile('/home/debian/.ssh/authorized_keys').includes(publicKey));
      const again = await boot(box);
      assert.equal(again.status, 0, again.said);
      assert.equal(told(box).length, 3, again.said);
      await box.reboot();
      const second = await boot(box);
      assert.equal(second.status, 0, second.said);
      assert.deepEqual(told(box).slice(3), told(box).slice(0, 3));
      assert.equal(box.readFile('/root/etcd.service.env'), `${variables}-- start\n`.repeat(2));
    });
  });

  it('write the settings of daemons that are not there, and go on', async () => {
    const tree = openstackTree({ 'openstack/latest/user_data': `${cluster()}runcmd: [touch /root/ran]\n`, ...ec2 });
    await withSandbox(describeGuest({ tree, daemons: false }), async (box) => {
      const { status, said } = await boot(box);
      assert.equal(status, 0, said);
      assert.deepEqual(told(box), ['daemon-reload']);
      assert.match(said, /the guest has no etcd\.service/);
      assert.match(
        box.readFile('/run/systemd/system/etcd.service.d/20-cloudinit.conf'),
        /^\[Service\]\nEnvironment="ETCD_ADDR=/,
      );
      assert.ok(box.stat('/root/ran'));
    });
  });

  it('without the address that they name: an error with its line, nothing of coreos, everything else', async () => {
    const text = cluster().replace('$private_ipv4:7001', '$public_ipv4:7001');
    const tree = openstackTree({ 'openstack/latest/user_data': text, ...ec2 });
    await withSandbox(describeGuest({ tree }), async (box) => {
      const { status, said } = await boot(box);
      assert.equal(status, 2, said);
      assert.match(said, /user_data:7:16.*\$public_ipv4 stands for no address/);
      assert.deepEqual(told(box), []);
      assert.equal(box.stat('/run/systemd/system/etcd.service.d'), undefined);
      assert.ok(box.readFile('/home/debian/.ssh/authorized_keys').includes(publicKey));
    });
  });

  it('write units that systemd-analyze accepts; enable, mask and free them; a unit that fails costs itself', async () => {
    const text = `#cloud-config
write_files: [{path: /run/systemd/system/freed.service, content: ""}]
coreos:
  fleet: {metadata: 'a="b c",d=\\e'}
  locksmith: {group: one, etcd_password: a-password-of-etcd}
  update: {reboot-strategy: off, group: alpha}
  units:
    - name: app.service
      enable: true
      command: restart
      content: |
        [Unit]
        Description=Application
        [Service]
        EnvironmentFile=-/etc/environment
        ExecStart=/usr/bin/env
        [Install]
        WantedBy=multi-user.target
      drop-ins:
        - {name: 10-limits.conf, content: "[Service]\\nLimitNOFILE=65536\\n"}
    - {name: nowhere.service, command: start}
    - {name: apt-daily.timer, mask: true, command: stop}
    - {name: freed.service, runtime: true, enable: true}
    - {name: 00-eth9.network, content: "[Match]\\nName=eth9\\n"}
`;
    const tree = openstackTree({ 'openstack/latest/user_data': text });
    await withSandbox({ ...describeGuest({ tree }), root: 'bookworm-network' }, async (box) => {
      const { status, said } = await boot(box);
      assert.equal(status, 2, said);
      assert.match(said, /nowhere\.service.*not found/);
      assert.deepEqual(told(box), [
        ...[
          '--no-reload --force enable app.service',
          '--no-reload --runtime --force enable freed.service',
          'daemon-reload',
        ],
        ...[
          '--no-block try-restart systemd-networkd.service',
          '--no-block restart app.service',
          '--no-block start nowhere.service',
        ],
      ]);
      const verified = await box.run([
        'systemd-analyze',
        'verify',
        '/etc/systemd/system/app.service',
        'fleet.service',
        'etcd.service',
      ]);
      assert.equal(verified.stdout + verified.stderr, '', 'systemd-analyze complains');
      assert.equal(verified.status, 0);
      assert.equal(await box.exec(['readlink', '/etc/systemd/system/apt-daily.timer']), '/dev/null\n');
      assert.equal(await box.exec(['readlink', '/run/systemd/system/locksmithd.service']), '/dev/null\n');
      assert.equal(box.stat('/run/systemd/system/freed.service'), undefined);
      assert.ok(box.stat('/etc/systemd/network/00-eth9.network'));
      assert.equal(box.readFile('/etc/coreos/update.conf'), 'GROUP=alpha\nREBOOT_STRATEGY=off\n');
      assert.equal((box.stat('/run/systemd/system/locksmithd.service.d/20-cloudinit.conf')?.mode ?? 0) & 0o777, 0o600);
      assert.doesNotMatch(said + box.readFile('/var/log/guest-init.log'), /a-password-of-etcd/);
    });
  });
});

describe('a user_data that is kept in the image', { skip: missing ?? false }, () => {
  after(assertNothingLeft);

  const counting = (token: string) => `${cluster(token)}runcmd: [echo ${token} >> /root/count]\n`;
  const tree = openstackTree({ ...ec2 });
  const applied = (box: Sandbox): string[] =>
    (box.readFileIfAny('/root/count') ?? '').split('\n').filter((line) => line !== '');
  const discoveries = (box: Sandbox): string[] =>
    [...(box.readFileIfAny('/root/etcd.service.env') ?? '').matchAll(/DISCOVERY=.*\/(\w+)/g)].map(
      ([, token]) => token ?? '',
    );

  it('is applied where the drive brings none, and anew when it was edited', async () => {
    await withSandbox(describeGuest({ tree, files: storedOptions(counting('one')) }), async (box) => {
      assert.equal((await boot(box)).status, 0);
      assert.deepEqual([applied(box), discoveries(box)], [['one'], ['one']]);
      await box.reboot();
      const same = await boot(box);
      assert.equal(same.status, 0, same.said);
      assert.deepEqual([applied(box), discoveries(box)], [['one'], ['one', 'one']]);
      box.writeFile(storedPath, counting('two'), 0o600);
      await box.reboot();
      const edited = await boot(box);
      assert.equal(edited.status, 0, edited.said);
      assert.match(edited.said, /\/var\/lib\/coreos-install\/user_data is applied anew/);
      assert.deepEqual(
        [applied(box), discoveries(box)],
        [
          ['one', 'two'],
          ['one', 'one', 'two'],
        ],
      );
      assert.match(box.readFile('/home/debian/.ssh/authorized_keys'), /launch@test/);
      await box.reboot();
      assert.equal((await boot(box)).status, 0);
      assert.deepEqual(applied(box), ['one', 'two']);
    });
  });

  const policies: readonly [apply: string, counts: string[]][] = [
    ['once', ['one']],
    ['always', ['one', 'one', 'two']],
  ];
  for (const [apply, counts] of policies)
    it(`with apply: ${apply}`, async () => {
      const config = `drive: {wait: 1}\nuser_data_file: {path: /srv/user_data, apply: ${apply}}\n`;
      const files = { '/srv/user_data': storedOptions(counting('one'))[storedPath] } as Record<string, string>;
      await withSandbox(describeGuest({ tree, files, config }), async (box) => {
        assert.equal((await boot(box)).status, 0);
        await box.reboot();
        assert.equal((await boot(box)).status, 0);
        box.writeFile('/srv/user_data', counting('two'), 0o600);
        await box.reboot();
        const last = await boot(box);
        assert.equal(last.status, 0, last.said);
        assert.deepEqual(applied(box), counts);
      });
    });

  it('gives way to the user_data of a drive, and says so', async () => {
    const own = openstackTree({ 'openstack/latest/user_data': '#cloud-config\nruncmd: [echo drive >> /root/count]\n' });
    await withSandbox(describeGuest({ tree: own, files: storedOptions(counting('one')) }), async (box) => {
      const { status, said } = await boot(box);
      assert.equal(status, 0, said);
      assert.match(
        said,
        /coreos-install\/user_data.*not applied: openstack\/latest\/user_data of the drive comes before it/,
      );
      assert.deepEqual(applied(box), ['drive']);
      box.unplug(0);
      await box.reboot();
      const without = await boot(box);
      assert.equal(without.status, 0, without.said);
      assert.deepEqual(applied(box), ['drive']);
    });
  });

  it('is enough without a drive, for each machine anew', async () => {
    const text = '#cloud-config\nhostname: from-image\nruncmd: [echo $INSTANCE_ID >> /root/count]\n';
    const dmi = { product_name: 'CloudStack KVM Hypervisor', product_uuid: uuid };
    await withSandbox(describeGuest({ files: storedOptions(text), dmi }), async (box) => {
      const { status, said } = await boot(box);
      assert.equal(status, 0, said);
      assert.equal(box.hostname(), 'from-image');
      assert.deepEqual(applied(box), [uuid]);
      const plan = await box.run(['guest-init', 'plan']);
      assert.equal(plan.status, 0, plan.stdout + plan.stderr);
      assert.match(plan.stdout, /from \/var\/lib\/coreos-install\/user_data/);
      await box.reboot();
      const again = await boot(box);
      assert.equal(again.status, 0, again.said);
      assert.deepEqual(applied(box), [uuid]);
    });
  });

  it('is refused where others than root may write it', async () => {
    await withSandbox(describeGuest({ tree, files: storedOptions(counting('one'), 0o666) }), async (box) => {
      const { status, said } = await boot(box);
      assert.equal(status, 2, said);
      assert.match(said, /others than root may write this file/);
      assert.deepEqual(applied(box), []);
    });
    await withSandbox(describeGuest({ files: storedOptions(counting('one'), 0o666) }), async (box) => {
      const { status, said } = await boot(box);
      assert.equal(status, 2, said);
      assert.match(said, /no drive labelled config-2; .*others than root may write this file/);
    });
  });
});
