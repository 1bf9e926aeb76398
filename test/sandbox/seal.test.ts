// The built program makes templates: it names everything of one machine that is planted in an image, takes out what needs no judgement and
// nothing else, leaves a hostile image's targets alone, and what it has sealed boots as a new instance.

import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { ec2MetaData, ec2Tree, novaDmi, otherUuid, userDataTree } from '../support/instances.ts';
import { assertNothingLeft } from '../support/leftovers.ts';
import { describeSandbox } from '../support/main-job.ts';
import { bindProduct } from '../support/product.ts';
import { explainMissingRoots } from '../support/roots.ts';
import { type Sandbox, withSandbox } from '../support/sandbox.ts';
import { compareDigests } from '../support/tree-digest.ts';

const missing = explainMissingRoots();
const image = '/srv/image';
const canary = 'S3cr3t-canary';
const discovery = 'https://discovery.etcd.io/6a28e078895c5ec737174db2419bb2f3';
const privateKey = `-----BEGIN OPENSSH PRIVATE KEY-----\n${canary}\n-----END OPENSSH PRIVATE KEY-----\n`;

type Planted = {
  readonly class: string;
  readonly path: string;
  readonly content?: string;
  readonly mode?: number;
  /** Where it is told by line. */
  readonly line?: number;
  /** gone: the path, or its whole folder `top`. Default: kept, for people to judge. */
  readonly end?: 'gone' | 'changed';
  readonly top?: string;
};

const gone = { end: 'gone' } as const;
const changed = { end: 'changed' } as const;

const planted: readonly Planted[] = [
  {
    class: 'machine-id',
    path: '/etc/machine-id',
    content: 'b08dfa6083e7567a1921a715000001fb\n',
    mode: 0o444,
    ...changed,
  },
  { class: 'machine-id', path: '/var/lib/dbus/machine-id', ...gone },
  { class: 'host-keys', path: '/etc/ssh/ssh_host_ed25519_key', content: privateKey, mode: 0o600, ...gone },
  { class: 'host-keys', path: '/etc/ssh/ssh_host_ed25519_key.pub', ...gone },
  { class: 'random-seed', path: '/var/lib/systemd/random-seed', mode: 0o600, ...gone },
  { class: 'random-seed', path: '/var/lib/systemd/credential.secret', mode: 0o400, ...gone },
  {
    class: 'guest-init',
    path: '/var/lib/guest-init/instances/i-1/journal.ndjson',
    top: '/var/lib/guest-init',
    ...gone,
  },
  { class: 'guest-init', path: '/var/log/guest-init.log', ...gone },
  {
    class: 'guest-init',
    path: '/etc/systemd/network/05-guest-init-eth0.network',
    content:
      '# Written by guest-init from the config drive. Changes are lost at the next change of the drive.\n[Network]\nAddress=10.0.0.5/24\n',
    ...gone,
  },
  {
    class: 'guest-init',
    path: '/etc/fstab',
    content: '/dev/vdb /data ext4 nofail,comment=guest-init 0 2\n',
    line: 1,
    ...changed,
  },
  { class: 'cloud-init', path: '/var/lib/cloud/data/instance-id', top: '/var/lib/cloud/data', ...gone },
  { class: 'cloud-init', path: '/var/log/cloud-init-output.log', ...gone },
  { class: 'cloud-init', path: '/etc/netplan/50-cloud-init.yaml', ...gone },
  { class: 'cloud-init', path: '/var/lib/cloud/seed/nocloud/meta-data', content: 'instance-id: i-1\n' },
  {
    class: 'cloud-init',
    path: '/etc/ssh/sshd_config.d/50-cloud-init.conf',
    content: 'PasswordAuthentication yes\n',
    line: 1,
  },
  { class: 'network-identity', path: '/etc/udev/rules.d/70-persistent-net.rules', ...gone },
  {
    class: 'network-identity',
    path: '/etc/sysconfig/network-scripts/ifcfg-eth0',
    content: 'DEVICE=eth0\nHWADDR=fa:16:3e:00:00:05\nBOOTPROTO=dhcp\n',
    line: 2,
    ...changed,
  },
  { class: 'network-identity', path: '/var/lib/NetworkManager/secret_key', mode: 0o600, ...gone },
  {
    class: 'static-addresses',
    path: '/etc/network/interfaces.d/lan',
    content: 'iface eth1 inet static\n  address 10.0.0.6/24\n',
    line: 2,
  },
  { class: 'leases', path: '/var/lib/dhcp/dhclient.eth0.leases', ...gone },
  { class: 'login-records', path: '/var/log/wtmp', mode: 0o664, ...changed },
  {
    class: 'logs',
    path: '/var/log/journal/b08dfa6083e7567a1921a715000001fb/system.journal',
    top: '/var/log/journal/b08dfa6083e7567a1921a715000001fb',
    ...gone,
  },
  { class: 'logs', path: '/var/log/auth.log', mode: 0o640, ...changed },
  { class: 'logs', path: '/var/log/auth.log.1', ...gone },
  { class: 'shell-history', path: '/root/.bash_history', content: `mysql -p${canary}\n`, mode: 0o600, ...gone },
  { class: 'shell-history', path: '/home/ops/.python_history', ...gone },
  {
    class: 'authorized-keys',
    path: '/home/ops/.ssh/authorized_keys',
    content: 'ssh-ed25519 AAAA somebody\n',
    mode: 0o600,
  },
  { class: 'account-backups', path: '/etc/shadow-', content: `root:$6$salt$${canary}:1::::::\n`, mode: 0o600, ...gone },
  {
    class: 'baked-secrets',
    path: '/var/lib/coreos-install/user_data',
    content: `#cloud-config\ncoreos:\n  etcd:\n    discovery: ${discovery}\n`,
    mode: 0o600,
    line: 4,
  },
  {
    class: 'baked-secrets',
    path: '/etc/systemd/system/etcd.service.d/20-cloudinit.conf',
    content: `[Service]\nEnvironment="ETCD_DISCOVERY=${discovery}"\n`,
    line: 2,
  },
  {
    class: 'baked-secrets',
    path: '/etc/guest-init/config.d/10.yaml',
    content: `#cloud-config\npassword: ${canary}\n`,
    line: 2,
  },
  {
    class: 'baked-secrets',
    path: '/etc/cloud/cloud.cfg.d/99_own.cfg',
    content: `users:\n - name: a\n   passwd: $6$salt$${canary}xxxxxxx\n`,
    line: 3,
  },
  { class: 'private-keys', path: '/home/ops/.ssh/id_ed25519', content: privateKey, mode: 0o600 },
  {
    class: 'credentials',
    path: '/root/.aws/credentials',
    content: `[default]\naws_secret_access_key = ${canary}\n`,
    mode: 0o600,
  },
  { class: 'agents', path: '/etc/salt/minion_id', ...gone },
  {
    class: 'agents',
    path: '/etc/puppetlabs/puppet/ssl/private_keys/web-1.pem',
    top: '/etc/puppetlabs/puppet/ssl',
    ...gone,
  },
  { class: 'agents', path: '/etc/krb5.keytab', mode: 0o600 },
  {
    class: 'storage-identity',
    path: '/etc/iscsi/initiatorname.iscsi',
    content: 'InitiatorName=iqn.2026-01.org.example:web-1\n',
    ...gone,
  },
  { class: 'storage-identity', path: '/etc/nvme/hostid', ...gone },
  { class: 'mail-and-crashes', path: '/var/mail/root', mode: 0o660, ...changed },
  { class: 'mail-and-crashes', path: '/var/crash/app.1000.crash', ...gone },
];

/** As virt-make-fs or guestmount would show it: etc and var of a Debian, without its programs. */
async function makeImage(box: Sandbox): Promise<void> {
  await box.exec([
    'sh',
    '-c',
    `mkdir -p ${image}/usr/lib/systemd ${image}/root ${image}/home/ops && cp -a /etc /var ${image}/`,
  ]);
  box.writeFile(`${image}/usr/lib/systemd/systemd`, 'x');
  const passwd = box.readFile(`${image}/etc/passwd`);
  box.writeFile(`${image}/etc/passwd`, `${passwd}ops:x:1000:1000::/home/ops:/bin/sh\n`);
}

async function seal(box: Sandbox, ...words: string[]) {
  const { status, stdout, stderr } = await box.run(['guest-init', 'seal', ...words], { timeoutMs: 30_000 });
  return { status, said: stdout + stderr, stdout };
}

const sealImage = (box: Sandbox, ...words: string[]) => seal(box, '--root', image, ...words);

describe('seal', { skip: missing ?? false }, () => {
  after(assertNothingLeft);

  it(`names each of ${planted.length} planted leftovers, takes out what it may and changes nothing else`, async () => {
    await withSandbox({ binds: [bindProduct()] }, async (box) => {
      await makeImage(box);
      // What the making of the image itself has left: logs of dpkg.
      const first = await sealImage(box);
      assert.equal(first.status, 0, first.said);
      const clean = box.digest();
      assert.deepEqual(await sealImage(box, '--check'), {
        status: 0,
        said: `guest-init: CLEAN ${image} is a template\n`,
        stdout: `guest-init: CLEAN ${image} is a template\n`,
      });

      for (const { path, content = `${canary}\n`, mode } of planted) box.writeFile(`${image}${path}`, content, mode);
      const shadow = box.readFile(`${image}/etc/shadow`);
      box.writeFile(`${image}/etc/shadow`, `${shadow}ops:$y$j9T$abc$${canary}:20000::::::\n`, 0o640);
      const passwordLine = shadow.split('\n').length;
      const before = box.digest();

      const checked = await sealImage(box, '--check');
      assert.equal(checked.status, 42, checked.said);
      const listed = await sealImage(box, '--check', '--json');
      assert.equal(listed.status, 42);
      type Listed = { template: boolean; leftovers: { class: string; path: string; line?: number; action: string }[] };
      const { leftovers, template } = JSON.parse(listed.stdout) as Listed;
      assert.equal(template, false);
      const name = (found: { class: string; path: string; line?: number }): string =>
        `${found.class} ${found.path}${found.line === undefined ? '' : `:${found.line}`}`;
      const expected = [
        ...planted.map(({ class: group, path, line, top }) =>
          name({ class: group, path: top ?? path, ...(line === undefined ? {} : { line }) }),
        ),
        `passwords /etc/shadow:${passwordLine}`,
      ];
      assert.deepEqual(leftovers.map(name).sort(), [...expected].sort());
      for (const found of leftovers) {
        const place = `${found.path}${found.line === undefined ? '' : `:${found.line}`}`;
        assert.ok(checked.said.includes(` ${place}  ${found.class}: `), `${place} is not named\n${checked.said}`);
      }
      const told = planted.filter(({ end }) => end === undefined).length + 1;
      assert.match(
        checked.said,
        new RegExp(`: ${expected.length} leftovers \\(${expected.length - told} that seal takes out, ${told} for you`),
      );

      // A terminal of its own.
      await box.exec([
        'sh',
        '-c',
        'mkdir /dev/pts && mount -t devpts -o newinstance,ptmxmode=666 devpts /dev/pts && ln -s pts/ptmx /dev/ptmx',
      ]);
      // On a terminal it only looks, whatever the words, until it is told that it is meant.
      const shown = await box.run(['script', '-qec', `guest-init seal --root ${image}`, '/dev/null']);
      assert.equal(shown.status, 42, shown.stdout);
      assert.match(shown.stdout, /nothing was changed; to take them out: guest-init seal --root \/srv\/image --yes/);
      assert.deepEqual(compareDigests(before, box.digest()), []);

      const sealed = await sealImage(box);
      assert.equal(sealed.status, 42, sealed.said);
      assert.match(sealed.said, new RegExp(`${expected.length - told} leftovers taken out, ${told} left`));
      const changes = compareDigests(before, box.digest()).map((line) => line.split(' ').slice(0, 2).join(' '));
      const wanted = planted.flatMap(({ path, top, end }) => {
        if (end === 'changed') return [`~ ${image}${path}`];
        if (end !== 'gone') return [];
        const parts = path.slice((top ?? path).length).split('/');
        return parts.map((_, index) => `- ${image}${top ?? path}${parts.slice(0, index + 1).join('/')}`);
      });
      const isPartOf = (line: string): boolean =>
        planted.some(({ top }) => top !== undefined && line.startsWith(`- ${image}${top}`));
      assert.deepEqual(
        changes.sort(),
        [...new Set(wanted)].filter((line) => changes.includes(line) || !isPartOf(line)).sort(),
      );
      for (const { path, top, end } of planted)
        if (end === 'gone') assert.equal(box.stat(`${image}${top ?? path}`), undefined, path);
      const machineId = box.stat(`${image}/etc/machine-id`);
      assert.deepEqual([machineId?.size, (machineId?.mode ?? 0) & 0o777], [0, 0o444]);
      assert.equal(box.readFile(`${image}/etc/sysconfig/network-scripts/ifcfg-eth0`), 'DEVICE=eth0\nBOOTPROTO=dhcp\n');

      // A second seal finds nothing to do; the keys of people go when that is asked for; the rest is judged to be meant.
      const settled = box.digest();
      const again = await sealImage(box);
      assert.match(again.said, /nothing had to be done, /);
      assert.deepEqual(compareDigests(settled, box.digest()), []);
      assert.equal((await sealImage(box, '--authorized-keys')).status, 42);
      assert.equal(box.stat(`${image}/home/ops/.ssh/authorized_keys`), undefined);
      const classes = [
        ...new Set(planted.filter(({ end }) => end === undefined).map((each) => each.class)),
        'passwords',
      ];
      const accepted = await sealImage(box, '--check', ...classes.flatMap((group) => ['--except', group]));
      assert.equal(accepted.status, 0, accepted.said);

      // With what only people can judge taken out by hand, it is the image that it was.
      for (const { path, end } of planted) if (end === undefined) await box.exec(['rm', '-rf', `${image}${path}`]);
      box.writeFile(`${image}/etc/shadow`, shadow, 0o640);
      assert.equal((await sealImage(box, '--check')).status, 0);
      const differing = compareDigests(clean, box.digest()).filter((line) => !/ folder /.test(line));
      assert.deepEqual(
        differing.map((line) => line.split(' ')[1]?.slice(image.length)).sort(),
        [
          '/etc/fstab',
          '/etc/machine-id',
          '/etc/sysconfig/network-scripts/ifcfg-eth0',
          '/var/log/auth.log',
          '/var/log/wtmp',
          '/var/mail/root',
        ].filter((path) => differing.some((line) => line.includes(`${image}${path} `))),
      );

      for (const { said } of [checked, listed, sealed, again, { said: shown.stdout }])
        assert.doesNotMatch(said, new RegExp(`${canary}|6a28e078`), 'a value was told');
    });
  });

  it('links, pipes and monsters of a hostile image lead nowhere', async () => {
    await withSandbox({ binds: [bindProduct()] }, async (box) => {
      await makeImage(box);
      for (const name of ['authorized_keys', 'instance-id', 'auth.log', 'a.lease', 'fish_history', '.bash_history'])
        box.writeFile(`/outside/${name}`, canary);
      const hostile = [
        'rm -rf var/log var/mail var/lib/dhcp etc/machine-id etc/default etc/ssh/ssh_host_*',
        'mkdir -p var/lib/cloud home/ops/.local/share etc/guest-init var/crash var/lib/systemd/coredump etc/ssh',
        'ln -s /../../../outside var/log',
        'ln -s ../../../../../outside var/lib/cloud/data',
        'ln -s ../../../../../outside var/lib/dhcp',
        'ln -s mail var/mail',
        'ln -s /outside home/ops/.ssh',
        'ln -s /../../outside home/ops/.local/share/fish',
        'mkfifo etc/machine-id',
        'mkdir etc/default; mkfifo etc/default/pipe',
        'truncate -s 8G etc/default/huge',
        'mknod etc/default/device c 1 5',
        'ln -s /outside/auth.log etc/guest-init/link',
        'ln -s /outside etc/ssh/ssh_host_rsa_key',
        `printf 'x' > "var/crash/a\nb$(printf '\\033')[31m.crash"`,
        'd=var/lib/systemd/coredump; for i in $(seq 60); do d=$d/d; done; mkdir -p $d; touch $d/file',
        'ln -s /outside var/lib/systemd/coredump/link',
        `echo 'evil:x:0:0::/../../outside:/bin/sh' >> etc/passwd`,
        'ln -s /outside tmp',
      ].join('\n');
      await box.exec(['sh', '-euc', `cd ${image}\n${hostile}`]);
      const before = box.digest([/^\/srv\/image\//]);
      const started = performance.now();
      const sealed = await sealImage(box, '--yes', '--authorized-keys', '--caches');
      assert.ok(performance.now() - started < 20_000);
      assert.equal(sealed.status, 42, sealed.said);
      assert.deepEqual(compareDigests(before, box.digest([/^\/srv\/image\//])), []);
      assert.match(sealed.said, /! \/var\/mail {2}unreadable: .*ELOOP/);
      assert.match(sealed.said, /! \/etc\/default\/huge {2}unreadable: 8589934592 bytes/);
      assert.match(sealed.said, /! \/etc\/ssh\/ssh_host_rsa_key {2}host-keys: a link/);
      assert.match(sealed.said, /- \/var\/crash\/a\?b\?\[31m\.crash {2}mail-and-crashes/);
      assert.equal(box.stat(`${image}/var/lib/systemd/coredump/d`), undefined);
      assert.equal(box.stat(`${image}/var/lib/systemd/coredump/link`)?.isSymbolicLink(), true);
      assert.ok(!sealed.said.includes(canary));
    });
  });

  it('what is mounted in the image stays, and is told as left', async () => {
    await withSandbox({ binds: [bindProduct()] }, async (box) => {
      await makeImage(box);
      const mount = `${image}/var/lib/cloud/data/mounted`;
      await box.exec([
        'sh',
        '-c',
        `mkdir -p ${mount} && mount -t tmpfs tmpfs ${mount} && touch ${mount}/file ${mount}/../other`,
      ]);
      const sealed = await sealImage(box);
      assert.equal(sealed.status, 42, sealed.said);
      assert.ok(box.stat(`${mount}/file`));
      assert.equal(box.stat(`${mount}/../other`), undefined);
      await box.exec(['umount', mount]);
      assert.equal((await sealImage(box)).status, 0);
    });
  });

  it('a folder that is no system, this machine under another name, and a stranger are refused', async () => {
    await withSandbox({ binds: [bindProduct()] }, async (box) => {
      await box.exec(['mkdir', '-p', '/srv/empty']);
      for (const [words, message] of [
        [['--root', '/srv/empty'], /expected the root of a system/],
        [['--root', '/srv/absent'], /no such folder/],
        [['--root', '/'], /leave --root out/],
        [['--check', '--yes'], /changes nothing/],
        [['--except', 'mystery'], /except/],
      ] as const) {
        const { status, said } = await seal(box, ...words);
        assert.equal(status, 64, said);
        assert.match(said, message);
      }
      for (const words of [[], ['--check']]) {
        const { status } = await box.run(['guest-init', 'seal', ...words], { uid: 65534 });
        assert.equal(status, 77);
      }
    });
  });
});

const first = userDataTree(
  '#cloud-config\nwrite_files: [{path: /etc/app.conf, content: one}]\nruncmd: ["echo ran >> /root/count"]\n',
);
const second = ec2Tree(
  ec2MetaData({ 'instance-id': 'i-0000000b', 'local-ipv4': '10.0.0.6', 'local-hostname': 'web-2', hostname: 'web-2' }),
);

describe('a guest that is sealed while it runs', { skip: missing ?? false }, () => {
  after(assertNothingLeft);

  it('forgets its instance, and is another one at the next boot', async () => {
    const sandbox = { drives: [{ tree: first }, { tree: second, late: true }] };
    await withSandbox(describeSandbox({ sandbox }), async (box) => {
      box.writeFile('/etc/machine-id', 'b08dfa6083e7567a1921a715000001fb\n', 0o444);
      box.writeFile('/root/.bash_history', 'x');
      const run = await box.run(['guest-init', 'run'], { timeoutMs: 60_000 });
      assert.equal(run.status, 0, run.stdout);
      const keys = box.readFile('/etc/ssh/ssh_host_ed25519_key.pub');
      const sealed = await seal(box, '--authorized-keys');
      assert.equal(sealed.status, 0, sealed.said);
      assert.match(sealed.said, /\. \/etc\/app\.conf {2}guest-init: made for .* by write_files\/0: it stays/);
      assert.match(
        sealed.said,
        /SEALED this guest: \d+ leftovers taken out; now, before .*: systemctl poweroff --force/,
      );
      for (const path of [
        '/var/lib/guest-init',
        '/var/log/guest-init.log',
        '/root/.bash_history',
        '/etc/ssh/ssh_host_ed25519_key',
      ])
        assert.equal(box.stat(path), undefined, path);
      assert.equal((await seal(box, '--check')).status, 0);

      await box.reboot();
      box.unplug(0);
      box.plug(1);
      const next = await box.run(['guest-init', 'run'], { timeoutMs: 60_000 });
      assert.equal(next.status, 0, next.stdout);
      assert.match(next.stdout, /instance i-0000000b \(first boot\)/);
      assert.notEqual(box.readFile('/etc/ssh/ssh_host_ed25519_key.pub'), keys);
      assert.deepEqual([box.hostname(), box.addresses()], ['web-2', ['10.0.0.6/24']]);
      const left = box.digest([/^\/root\/count$/, /^\/etc\/app\.conf$/]);
      for (const [path] of left) {
        const text = box.stat(path)?.isFile() ? box.readFile(path) : '';
        assert.ok(!/10\.0\.0\.5\b|web-1\b|i-0000000a/.test(text), `${path} still knows the first instance`);
      }
    });
  });

  it('that was not sealed is told to be a copy, in the last line, the log and the status', async () => {
    const sandbox = { drives: [{ tree: first }, { tree: second, late: true }], dmi: novaDmi() };
    await withSandbox(describeSandbox({ sandbox }), async (box) => {
      box.writeFile('/etc/machine-id', 'b08dfa6083e7567a1921a715000001fb\n', 0o444);
      const original = await box.run(['guest-init', 'run'], { timeoutMs: 60_000 });
      assert.equal(original.status, 0, original.stdout);
      assert.doesNotMatch(original.stdout, /machine-id/);
      assert.doesNotMatch(box.readFile('/var/lib/guest-init/state.json'), /b08dfa60/);

      await box.reboot();
      box.unplug(0);
      box.plug(1);
      box.writeFile('/sys/class/dmi/id/product_uuid', `${otherUuid}\n`);
      const copy = await box.run(['guest-init', 'run', '--stage', 'early'], { timeoutMs: 60_000 });
      const sentence =
        /copied from 4d3c2b1a-1111-4222-8333-00000000000a without guest-init seal: it has the same machine-id\b/;
      assert.equal(copy.status, 0, copy.stdout);
      assert.match(copy.stdout, /! \/etc\/machine-id {2}warning {2}copied/);
      assert.match(copy.stdout, new RegExp(`guest-init: OK web-2 eth0 .*${sentence.source}`));
      assert.match(box.readFile('/var/log/guest-init.log'), new RegExp(`"level":"warn".*${sentence.source}`));
      const late = await box.run(['guest-init', 'run', '--stage', 'late'], { timeoutMs: 60_000 });
      assert.equal(late.status, 0, late.stdout);
      for (const uid of [0, 65534]) {
        const status = await box.run(['guest-init', 'status'], { uid });
        assert.match(status.stdout, sentence, `status of user ${uid}`);
      }
      assert.match(await box.exec(['guest-init', 'status']), /^notice {3}copied from/m);

      // From the next boot on it is a guest like any other.
      await box.reboot();
      const later = await box.run(['guest-init', 'run'], { timeoutMs: 60_000 });
      assert.match(later.stdout, /already applied/);
      assert.match(await box.exec(['guest-init', 'status']), /^notice /m);
      box.writeFile('/etc/machine-id', 'c08dfa6083e7567a1921a715000001fb\n', 0o444);
      assert.doesNotMatch(await box.exec(['guest-init', 'status']), /^notice /m);
    });
  });

  it('and its copy without a drive says that it is another machine', async () => {
    await withSandbox(describeSandbox({ tree: first, sandbox: { dmi: novaDmi() } }), async (box) => {
      assert.equal((await box.run(['guest-init', 'run'], { timeoutMs: 60_000 })).status, 0);
      await box.reboot();
      box.unplug(0);
      const same = await box.run(['guest-init', 'run'], { timeoutMs: 60_000 });
      assert.match(same.stdout, /guest-init: OK web-1 .*: no drive, already applied; the network was restored \[/);
      box.writeFile('/sys/class/dmi/id/product_uuid', `${otherUuid}\n`);
      const copy = await box.run(['guest-init', 'run'], { timeoutMs: 60_000 });
      assert.equal(copy.status, 0, copy.stdout);
      assert.match(copy.stdout, /nothing was changed; but this is another machine than the one it was applied on/);
    });
  });

  it('is refused while a run is under way', async () => {
    const tree = userDataTree('#cloud-config\nruncmd: ["touch /run/started; sleep 5"]\n');
    await withSandbox(describeSandbox({ tree }), async (box) => {
      const running = box.run(['guest-init', 'run'], { timeoutMs: 60_000 });
      while (box.stat('/run/started') === undefined) await new Promise((resolve) => setTimeout(resolve, 50));
      const refused = await seal(box);
      assert.equal(refused.status, 40, refused.said);
      assert.equal((await running).status, 0);
      assert.ok(box.stat('/var/lib/guest-init/state.json'));
    });
  });
});
