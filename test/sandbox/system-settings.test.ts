// What user_data says about language, keyboard, time and logs, read back by the programs of Debian that it is meant for.

import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { DriveTree } from '../support/drive.ts';
import { networkData, userDataTree } from '../support/instances.ts';
import { assertNothingLeft } from '../support/leftovers.ts';
import { describeSandbox } from '../support/main-job.ts';
import { explainMissingRoots, type RootName } from '../support/roots.ts';
import { type Sandbox, withSandbox } from '../support/sandbox.ts';

const missing = explainMissingRoots();

type Guest = {
  readonly prepare?: (box: Sandbox) => Promise<void>;
  readonly root?: RootName;
  readonly tree?: DriveTree;
  readonly files?: Record<string, string>;
  readonly exit?: number;
};

/** Boots a guest with this user_data, runs the job, and a second time by force, which has nothing left to do for `settled` steps. */
async function withSettings(
  text: string,
  settled: readonly string[],
  check: (box: Sandbox, said: string) => void | Promise<void>,
  { root = 'bookworm-system', tree = {}, files = {}, exit = 0, prepare }: Guest = {},
): Promise<void> {
  const sandbox = { root, files };
  await withSandbox(describeSandbox({ tree: userDataTree(`#cloud-config\n${text}`, tree), sandbox }), async (box) => {
    await prepare?.(box);
    const run = await box.run(['guest-init', 'run'], { timeoutMs: 120_000 });
    const said = run.stdout + run.stderr;
    assert.equal(run.status, exit, said);
    await check(box, said);
    if (settled.length === 0) return;
    const again = await box.run(['guest-init', 'run', '--force'], { timeoutMs: 120_000 });
    assert.equal(again.status, exit, again.stdout + again.stderr);
    for (const step of settled) assert.match(again.stdout, new RegExp(`^ += ${step} `, 'm'), again.stdout);
  });
}

describe('locale', { skip: missing ?? false }, () => {
  after(assertNothingLeft);

  it('is made by the real locale-gen and read by a login', async () => {
    await withSettings('locale: de_DE.UTF-8\n', ['locale'], async (box) => {
      assert.match(await box.exec(['locale', '-a']), /^de_DE\.utf8$/m);
      const shown = ['sh', '-c', '. /etc/default/locale; export LANG; LC_ALL= locale charmap; date -d 2026-03-01 +%B'];
      assert.deepEqual((await box.exec(shown, { env: { LC_ALL: '' } })).split('\n').slice(0, 2), ['UTF-8', 'März']);
      // As update-locale(8) would have it: it refuses what cannot be used.
      await box.exec(['update-locale', '--no-checks']);
      assert.match(box.readFile('/etc/default/locale'), /^LANG=de_DE\.UTF-8$/m);
    });
  });

  it('that nobody knows leaves LANG alone', async () => {
    const files = { '/etc/default/locale': 'LANG=C.UTF-8\n' };
    const check = (box: Sandbox, said: string): void => {
      assert.match(said, /xx_XX\.UTF-8: no locale that locale-gen could make/);
      assert.equal(box.readFile('/etc/default/locale'), 'LANG=C.UTF-8\n');
    };
    await withSettings('locale: xx_XX.UTF-8\n', [], check, { files, exit: 2 });
  });

  it('of the C library needs no tool', async () => {
    const check = (box: Sandbox): void => assert.equal(box.readFile('/etc/default/locale'), 'LANG=C.UTF-8\n');
    await withSettings('locale: C.UTF-8\n', ['locale'], check, { root: 'bookworm' });
  });
});

describe('keyboard', { skip: missing ?? false }, () => {
  after(assertNothingLeft);

  it('is what console-setup then loads', async () => {
    const text = 'keyboard: {layout: de, variant: nodeadkeys, options: "compose:rwin"}\n';
    await withSettings(text, ['keyboard/file', 'keyboard/console'], async (box) => {
      const read = '. /etc/default/keyboard; echo "$XKBMODEL|$XKBLAYOUT|$XKBVARIANT|$XKBOPTIONS|$BACKSPACE"';
      assert.equal(await box.exec(['sh', '-c', read]), 'pc105|de|nodeadkeys|compose:rwin|guess\n');
      const keymap = await box.exec(['sh', '-c', 'zcat /etc/console-setup/cached_UTF-8_del.kmap.gz']);
      // The key right of P, as ckbcomp(1) has it for this layout.
      const [, wanted] = /^keycode 26 = (\S+)/m.exec(await box.exec(['ckbcomp', 'de', 'nodeadkeys'])) ?? [];
      assert.ok(wanted !== undefined && wanted !== '+bracketleft', wanted);
      assert.equal(/^keycode 26 = (\S+)/m.exec(keymap)?.[1], wanted);
    });
  });

  it('is written without console-setup too', async () => {
    const check = (box: Sandbox): void => assert.match(box.readFile('/etc/default/keyboard'), /^XKBLAYOUT="fr"$/m);
    await withSettings('keyboard: {layout: fr}\n', ['keyboard/file'], check, { root: 'bookworm' });
  });
});

describe('ntp', { skip: missing ?? false }, () => {
  after(assertNothingLeft);

  it('is what chrony then reads', async () => {
    const text = 'ntp:\n  servers: [192.0.2.1, ntp.rack.example]\n  pools: [pool.example.org]\n  allow: [10.0.0.0/8]\n';
    await withSettings(text, ['ntp/client', 'ntp/file'], async (box) => {
      const read = await box.exec(['chronyd', '-p']);
      const sources = read.split('\n').filter((line) => /^(pool|server|peer|allow) /.test(line));
      assert.deepEqual(sources, [
        'allow 10.0.0.0/8',
        'pool pool.example.org iburst',
        'server 192.0.2.1 iburst',
        'server ntp.rack.example iburst',
      ]);
      assert.match(read, /^driftfile \/var\/lib\/chrony\/chrony\.drift$/m);
    });
  });

  it('is what timesyncd then reads', async () => {
    const files = { '/etc/systemd/timesyncd.conf.d/10-image.conf': '[Time]\nNTP=image.example\n' };
    const packaged = { '/lib/systemd/systemd-timesyncd': '' };
    const check = async (box: Sandbox): Promise<void> => {
      const read = await box.exec(['systemd-analyze', 'cat-config', 'systemd/timesyncd.conf']);
      assert.deepEqual(read.match(/^NTP=.*/gm), ['NTP=image.example', 'NTP=', 'NTP=a.example b.example']);
    };
    const text = 'ntp: {ntp_client: systemd-timesyncd, servers: [a.example, b.example]}\n';
    await withSettings(text, ['ntp/client', 'ntp/file'], check, { files: { ...files, ...packaged } });
  });

  it('of a guest without a time client, and without a source of one, names the package and writes nothing', async () => {
    const check = (box: Sandbox, said: string): void => {
      assert.match(said, /x ntp\/client .*not installed: chrony \(/);
      assert.equal(box.stat('/etc/chrony'), undefined);
    };
    await withSettings('ntp: {}\n', [], check, { root: 'bookworm', exit: 2, files: { '/etc/apt/sources.list': '' } });
  });
});

describe('resolv_conf', { skip: missing ?? false }, () => {
  after(assertNothingLeft);

  it('is what the C library then asks, in place of the servers of the drive', async () => {
    const services = [{ type: 'dns', address: '10.9.9.1' }];
    const tree = { 'openstack/latest/network_data.json': { json: { ...networkData(), services } } };
    const files = { '/etc/resolv.conf': 'search old.example\nnameserver 10.9.9.9\noptions ndots:2\n' };
    const text = [
      'manage_resolv_conf: true',
      'resolv_conf: {nameservers: [192.0.2.53, 192.0.2.54], domain: a.example, options: {rotate: true}}',
      '',
    ].join('\n');
    const check = (box: Sandbox): void => {
      const wanted = 'search a.example\nnameserver 192.0.2.53\noptions rotate\nnameserver 192.0.2.54\n';
      assert.deepEqual(box.readFile('/etc/resolv.conf').split('\n').sort(), wanted.split('\n').sort());
    };
    await withSettings(text, ['resolv_conf'], check, { root: 'bookworm', tree, files });
  });

  it('is what systemd-resolved then reads', async () => {
    const files = { '/etc/systemd/resolved.conf.d/10-image.conf': '[Resolve]\nDNS=10.9.9.9\n' };
    const text = 'manage_resolv_conf: true\nresolv_conf: {nameservers: [192.0.2.53], searchdomains: [a.example]}\n';
    const prepare = async (box: Sandbox): Promise<void> => {
      await box.exec(['ln', '-sf', '../run/systemd/resolve/stub-resolv.conf', '/etc/resolv.conf']);
    };
    const check = async (box: Sandbox): Promise<void> => {
      const read = await box.exec(['systemd-analyze', 'cat-config', 'systemd/resolved.conf']);
      const words = read.match(/^(?:DNS|Domains)=.*/gm);
      assert.deepEqual(words, ['DNS=10.9.9.9', 'DNS=', 'DNS=192.0.2.53', 'Domains=', 'Domains=a.example']);
    };
    await withSettings(text, ['resolv_conf'], check, { files, prepare });
  });
});

describe('random_seed', { skip: missing ?? false }, () => {
  after(assertNothingLeft);

  it('reaches the device and the command, and is in no log', async () => {
    const text = [
      'random_seed:',
      '  data: S3cr3t-canary',
      '  command: [sh, -c, "echo $RANDOM_SEED_FILE > /root/seeded"]',
      '  command_required: true',
      '',
    ].join('\n');
    const check = async (box: Sandbox, said: string): Promise<void> => {
      assert.equal(box.readFile('/root/seeded'), '/dev/urandom\n');
      assert.equal(box.stat('/dev/urandom')?.isCharacterDevice(), true);
      const found = await box.run(['grep', '-rl', 'S3cr3t-canary', '/var', '/run', '/etc']);
      assert.equal(said.includes('S3cr3t-canary') ? said : found.stdout, '');
    };
    await withSettings(text, [], check, { root: 'bookworm' });
  });

  it('with a command that is not there: no work, or a failure', async () => {
    const text = (required: boolean): string => `random_seed: {command: [pollinate], command_required: ${required}}\n`;
    const unchanged = (_: Sandbox, said: string): void => assert.match(said, /= random_seed\/command/);
    await withSettings(text(false), [], unchanged, { root: 'bookworm' });
    const failed = (_: Sandbox, said: string): void => assert.match(said, /x random_seed\/command .*exited 127/);
    await withSettings(text(true), [], failed, { root: 'bookworm', exit: 2 });
  });
});

describe('rsyslog', { skip: missing ?? false }, () => {
  after(assertNothingLeft);

  it('is what the real rsyslogd takes', async () => {
    const text = [
      'rsyslog:',
      '  configs:',
      '    - "local0.* /var/log/app.log"',
      '    - {filename: 60-app.conf, content: "local1.* /var/log/other.log"}',
      '  remotes: {central: "*.info @@192.0.2.1:10514", six: "@[2001:db8::1]"}',
      '',
    ].join('\n');
    await withSettings(text, ['rsyslog/daemon', 'rsyslog/etc/rsyslog.d/60-app.conf', 'rsyslog/check'], async (box) => {
      await box.exec(['rsyslogd', '-N1']);
      assert.match(box.readFile('/etc/rsyslog.d/20-cloud-config.conf'), /^\*\.info @@192\.0\.2\.1:10514 # central$/m);
    });
  });

  it('with a mistake is refused by the real rsyslogd before the restart', async () => {
    const check = (_: Sandbox, said: string): void => {
      assert.match(said, /x rsyslog\/check .*rsyslogd -N1 exited \d+: \S+/);
      assert.match(said, /- rsyslog\/reload .*needs rsyslog\/check, which failed/);
    };
    await withSettings('rsyslog: {configs: ["local0.* @@("]}\n', [], check, { exit: 2 });
  });
});
