// Beside Debian's cloud-init, run stage by stage as its units do: as its per-instance script, in its place, and where it is switched off.
import assert from 'node:assert/strict';
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { repositoryRoot } from '../support/built-program.ts';
import { hasTool, tryTool } from '../support/command.ts';
import type { RunResult } from '../support/command-inside.ts';
import type { DriveTree } from '../support/drive.ts';
import { ec2Tree, metaData, networkData, openstackTree, otherUuid, userDataTree, uuid } from '../support/instances.ts';
import { assertNothingLeft } from '../support/leftovers.ts';
import { assertReleased, describeSandbox, guessApplied, readNetwork, staticApplied } from '../support/main-job.ts';
import { explainMissingRoots, prepareRoot } from '../support/roots.ts';
import { type Sandbox, type SandboxDrive, withSandbox } from '../support/sandbox.ts';

const packaging = join(repositoryRoot, 'packaging');
const hookProgram = '/usr/lib/guest-init/cloud-init-hook';
const hookLink = '/var/lib/cloud/scripts/per-instance/50-guest-init';
const shortWaits = 'drive:\n  wait: 1\n  wait_required: 2\n';
const replace = `with_cloud_init: replace\n${shortWaits}`;

const userData = `#cloud-config
hostname: from-user-data
users: [default, {name: ops}]
write_files: [{path: /root/files, content: "written\\n", append: true}]
bootcmd: ["echo boot >> /root/boots"]
runcmd: ["echo ran >> /root/count"]
`;
const document = userDataTree(userData);

/** What the guest would get without a server for DHCP, but without the minute of waiting for one. */
const withoutNetwork = 'network: {config: disabled}\n';

type Guest = {
  readonly tree?: DriveTree;
  readonly drives?: readonly SandboxDrive[];
  readonly config?: string;
  /** Lines of cloud-init's own configuration. */
  readonly cloudConfig?: string;
  /** Of the hook; default: ours. */
  readonly withoutHookProgram?: true;
};

function withGuest(guest: Guest, body: (box: Sandbox) => Promise<void>): Promise<void> {
  const { tree = document, config = shortWaits, cloudConfig = 'datasource_list: [ConfigDrive, None]\n' } = guest;
  const hook = [join(packaging, 'cloud-init/cloud-init-hook.sh'), hookProgram] as const;
  const fallback = [join(packaging, 'fallback/guest-init-fallback.sh'), '/usr/lib/guest-init/fallback'] as const;
  const sandbox = {
    root: 'bookworm-cloud-init',
    drives: guest.drives ?? [{ tree }],
    binds: guest.withoutHookProgram ? [] : [hook, fallback],
    files: {
      '/etc/cloud/cloud.cfg.d/99-test.cfg': `${cloudConfig}ssh_deletekeys: false\nssh_genkeytypes: []\nlocale: false\n`,
    },
  } as const;
  return withSandbox(describeSandbox({ config, sandbox }), body);
}

/** The path whose absence cloud-init's units ask for, as the drop-in gives it. */
const replacedPath = /^ConditionPathExists=!(.+)$/m.exec(
  readFileSync(join(packaging, 'cloud-init/cloud-init-drop-in.conf'), 'utf8'),
)?.[1];

/** `early` or `late` as its unit starts it, with the environment that the unit gives. */
async function startUnit(box: Sandbox, stage: 'early' | 'late'): Promise<RunResult & { said: string }> {
  const name = stage === 'early' ? 'guest-init.service' : 'guest-init-late.service';
  const unit = readFileSync(join(packaging, 'systemd', name), 'utf8');
  const environment = [...unit.matchAll(/^Environment=(\w+)=(\S+)$/gm)].map(([, key, value]) => [key, value]);
  const [, words = ''] = /^ExecStart=(.+)$/m.exec(unit) ?? [];
  const result = await box.run(words.split(' '), { env: Object.fromEntries(environment) });
  const said = result.stdout + result.stderr;
  assertReleased(box, said);
  return { ...result, said };
}

/** cloud-init's generator decides, as at the very start of a boot. */
async function generate(box: Sandbox): Promise<void> {
  const folders = ['normal', 'early', 'late'].map((name) => `/run/generator/${name}`);
  await box.exec(['mkdir', '-p', ...folders]);
  await box.exec(['/usr/lib/systemd/system-generators/cloud-init-generator', ...folders]);
}

/** A stage of cloud-init, unless the condition of the drop-in keeps its unit from starting. */
async function startCloudInit(box: Sandbox, ...words: string[]): Promise<RunResult | undefined> {
  assert.ok(replacedPath, 'the drop-in names no path');
  if (box.stat(replacedPath) !== undefined || box.stat('/run/cloud-init/enabled') === undefined) return undefined;
  return box.run(['cloud-init', ...words], { timeoutMs: 120_000 });
}

type Boot = Awaited<ReturnType<typeof boot>>;

/** A whole boot in the order of the units; `ifup` is networking.service. `addresses` are those before the final stage. */
async function boot(box: Sandbox) {
  await generate(box);
  const early = await startUnit(box, 'early');
  await startCloudInit(box, 'init', '--local');
  await box.run(['sh', '-c', 'mkdir -p /run/network; ifup -a']);
  await startCloudInit(box, 'init');
  const late = await startUnit(box, 'late');
  const addresses = box.addresses();
  await startCloudInit(box, 'modules', '--mode', 'config');
  const final = await startCloudInit(box, 'modules', '--mode', 'final');
  return { early, late, addresses, final: final === undefined ? undefined : final.stdout + final.stderr };
}

function assertYielded({ early }: Boot): void {
  assert.equal(early.status, 0, early.said);
  assert.match(early.said, /cloud-init is in charge/);
}

/** What cloud-init itself says of its final stage. */
function readErrors(box: Sandbox): string[] {
  const result = JSON.parse(box.readFile('/run/cloud-init/result.json')) as { v1: { errors: string[] } };
  return result.v1.errors;
}

function readCounts(box: Sandbox): Record<string, number> {
  const count = (path: string): number => (box.readFileIfAny(path) ?? '').split('\n').length - 1;
  return { runcmd: count('/root/count'), files: count('/root/files'), bootcmd: count('/root/boots') };
}

describe('beside cloud-init', { skip: explainMissingRoots() ?? false, concurrency: 2 }, () => {
  after(assertNothingLeft);

  it('its hook finds the work done, and applies no user_data a second time', async () => {
    // A key of cloud-init's that guest-init does not have is no problem of a document that cloud-init applies.
    const tree = userDataTree(`${userData}package_update: false\n`);
    await withGuest({ tree }, async (box) => {
      const first = await boot(box);
      assertYielded(first);
      assert.match(first.final ?? '', /guest-init: OK .*eth0 192\.168\.10\.20\/26/);
      assert.match(first.final ?? '', /user_data {2}note {2}cloud-init applies it/);
      assert.deepEqual(readErrors(box), []);
      assert.match(box.readFile('/var/log/cloud-init.log'), /SUCCESS: config-scripts-per-instance ran successfully/);
      assert.deepEqual(readCounts(box), { runcmd: 1, files: 1, bootcmd: 1 });
      assert.deepEqual(readNetwork(box), staticApplied);
      assert.equal(box.hostname(), 'from-user-data');
      const changed = [...(first.final ?? '').matchAll(/^ {2}[+x-] (\S+)/gm)].map(([, step]) => step);
      // Debian's cloud-init leaves /etc/hosts as it is, and the guest would not find its new name.
      assert.deepEqual(changed, ['etc_hosts'], first.final);
      const keys = box.readFile('/home/debian/.ssh/authorized_keys');
      assert.equal(keys.match(/ssh-ed25519/g)?.length, 1, keys);
      assert.equal(box.stat('/etc/sudoers.d/90-guest-init-debian'), undefined);
      const record = box.readFile('/var/log/guest-init.log');
      assert.match(record, /cloud-init applies it/);
      const status = await box.run(['guest-init', 'status']);
      assert.equal(status.status, 0, status.stdout);
      assert.match(status.stdout, /^OK \(0\)[\s\S]*^cloud-init is in charge[\s\S]*cloud-init applies it/m);
      assert.equal((await box.exec(['guest-init', 'query', 'cloud_init'])).trim(), 'in charge');
      const plan = await box.exec(['guest-init', 'plan']);
      assert.match(plan, /note: .*cloud-init applies it/);
      assert.doesNotMatch(plan, /runcmd|ops|\/root\/files/);

      await box.reboot();
      const second = await boot(box);
      assertYielded(second);
      assert.match(second.late.said, /already applied; nothing was changed/);
      assert.doesNotMatch(second.final ?? '', /guest-init/);
      assert.deepEqual(readNetwork(box), staticApplied);
      assert.deepEqual(readCounts(box), { runcmd: 1, files: 1, bootcmd: 2 });
    });
  });

  it('a new instance id is a first boot for both, and the template keeps its address to itself', async () => {
    const clone = userDataTree('#cloud-config\nruncmd: ["echo ran >> /root/count"]\n', {
      'openstack/latest/meta_data.json': { json: metaData({ uuid: otherUuid, hostname: 'web-2' }) },
      'openstack/latest/network_data.json': { json: networkData({ ip_address: '192.168.10.21' }) },
    });
    await withGuest({ drives: [{ tree: document }, { tree: clone, late: true }] }, async (box) => {
      await boot(box);
      await box.reboot();
      box.unplug(0);
      box.plug(1);
      const again = await boot(box);
      assertYielded(again);
      assert.match(again.late.said, /cloud-init is in charge/);
      assert.match(again.final ?? '', /first boot[\s\S]*guest-init: OK /);
      assert.deepEqual(again.addresses, ['192.168.10.21/26']);
      assert.deepEqual(box.addresses(), ['192.168.10.21/26']);
      assert.equal(box.hostname(), 'web-2');
      assert.equal(readCounts(box)['runcmd'], 2);
    });
  });

  it('what cloud-init did not read is applied by the hook, once, with bootcmd at later boots', async () => {
    await withGuest({ cloudConfig: `datasource_list: [None]\n${withoutNetwork}` }, async (box) => {
      const first = await boot(box);
      assertYielded(first);
      assert.match(first.final ?? '', /guest-init: OK /);
      assert.deepEqual(readErrors(box), []);
      assert.deepEqual(readCounts(box), { runcmd: 1, files: 1, bootcmd: 1 });
      assert.deepEqual(readNetwork(box), staticApplied);
      assert.equal(box.hostname(), 'from-user-data');
      await box.reboot();
      const second = await boot(box);
      assertYielded(second);
      assert.equal(second.late.status, 0, second.late.said);
      assert.deepEqual(readNetwork(box), staticApplied);
      assert.deepEqual(readCounts(box), { runcmd: 1, files: 1, bootcmd: 2 });
    });
  });

  it('an EC2 tree alone, which cloud-init cannot read: the guess, at first boot and later', async () => {
    await withGuest(
      { tree: ec2Tree(), cloudConfig: `datasource_list: [ConfigDrive, None]\n${withoutNetwork}` },
      async (box) => {
        const first = await boot(box);
        assert.match(first.final ?? '', /guest-init: OK web-1 eth0 10\.0\.0\.5\/24 via 10\.0\.0\.254 \(guessed\)/);
        assert.match(box.readFile('/etc/passwd'), /^debian:/m);
        await box.reboot();
        box.unplug(0);
        const second = await boot(box);
        assert.match(second.late.said, /already applied/);
        assert.deepEqual(readNetwork(box), guessApplied);
      },
    );
  });

  it('where its network is switched off the hook gives the address, and the late unit gives it back', async () => {
    const cloudConfig = `datasource_list: [ConfigDrive, None]\n${withoutNetwork}`;
    await withGuest({ cloudConfig }, async (box) => {
      const first = await boot(box);
      assert.match(first.final ?? '', /\+ network +eth0 192\.168\.10\.20\/26/);
      await box.reboot();
      const second = await boot(box);
      assert.match(second.late.said, /the network was restored/);
      assert.deepEqual(readNetwork(box), staticApplied);
      assert.equal(readCounts(box)['runcmd'], 1);
    });
  });

  for (const [name, content, made] of [
    ['a script', '#!/bin/sh\necho ran >> /root/count\n', 1],
    [
      'a document that only cloud-init can read',
      'Content-Type: multipart/mixed; boundary="b"\nMIME-Version: 1.0\n\n--b\nContent-Type: text/cloud-config\n\n#cloud-config\nhostname: from-mime\nruncmd: ["echo ran >> /root/count"]\n\n--b--\n',
      1,
    ],
  ] as const) {
    it(`its hook repeats nothing of ${name}`, async () => {
      await withGuest({ tree: userDataTree(content) }, async (box) => {
        const { final } = await boot(box);
        assert.match(final ?? '', /guest-init: OK /);
        assert.deepEqual(readErrors(box), []);
        // The script runs after the per-instance ones; both have had their turn.
        assert.equal(readCounts(box)['runcmd'], made);
        assert.equal(box.hostname(), name === 'a script' ? 'web-1' : 'from-mime');
        assert.equal((await box.run(['guest-init', 'run'])).status, 0);
        assert.equal(readCounts(box)['runcmd'], made);
      });
    });
  }

  it('without user_data leaves the accounts to cloud-init', async () => {
    const cloudConfig =
      'datasource_list: [ConfigDrive, None]\nsystem_info: {default_user: {name: admin, lock_passwd: true, shell: /bin/sh}}\n';
    await withGuest({ tree: openstackTree(), cloudConfig }, async (box) => {
      const { final } = await boot(box);
      assert.match(final ?? '', /guest-init: OK /);
      assert.match(box.readFile('/etc/passwd'), /^admin:/m);
      assert.doesNotMatch(box.readFile('/etc/passwd'), /^debian:/m);
      assert.deepEqual(readNetwork(box), staticApplied);
    });
  });

  it('by hand: nothing twice, unless it is forced', async () => {
    await withGuest({}, async (box) => {
      await generate(box);
      await box.exec(['cloud-init', 'init', '--local']);
      await box.exec(['cloud-init', 'init']);
      assert.equal(readCounts(box)['files'], 1);
      assert.equal((await box.run(['guest-init', 'run'])).status, 0);
      assert.deepEqual(readCounts(box), { runcmd: 0, files: 1, bootcmd: 1 });
      const forced = await box.run(['guest-init', 'run', '--force']);
      assert.equal(forced.status, 0, forced.stdout + forced.stderr);
      assert.deepEqual(readCounts(box), { runcmd: 1, files: 2, bootcmd: 2 });
    });
  });

  it('what somebody else put in the place of its copy does not count', async () => {
    await withGuest({}, async (box) => {
      await generate(box);
      await box.exec(['cloud-init', 'init', '--local']);
      await box.exec(['sh', '-c', 'f=/var/lib/cloud/instance/user-data.txt; mv $f /srv/copy; ln -s /srv/copy $f']);
      const result = await box.run(['guest-init', 'run']);
      assert.equal(result.status, 0, result.stdout + result.stderr);
      assert.equal(readCounts(box)['runcmd'], 1);
    });
  });

  it('a hook that fails is reported by cloud-init, with our exit code', async () => {
    await withGuest({ config: 'drive: {wait: soon}\n' }, async (box) => {
      // The unit refuses the file as well; cloud-init was given the link by an installation.
      await box.exec(['sh', '-c', `mkdir -p ${hookLink.replace(/\/[^/]*$/, '')}; ln -s ${hookProgram} ${hookLink}`]);
      const { early, final } = await boot(box);
      assert.equal(early.status, 13, early.said);
      assert.match(final ?? '', /guest-init: FAILED \(13\) \/etc\/guest-init\/config\.yaml:1:9: drive\.wait/);
      assert.match(readErrors(box).join(), /scripts.per.instance.*50-guest-init/);
      assert.match(box.readFile('/var/log/cloud-init.log'), /50-guest-init[\s\S]*Exit code: 13/);
    });
  });

  it('replaced: no stage of it starts, and the whole job is done', async () => {
    await withGuest({ config: replace }, async (box) => {
      const { early, late, final } = await boot(box);
      assert.equal(early.status, 0, early.said);
      assert.equal(late.status, 0, late.said);
      assert.equal(final, undefined);
      assert.equal(box.stat('/var/log/cloud-init.log'), undefined);
      assert.equal(box.stat(hookLink), undefined);
      assert.deepEqual(readCounts(box), { runcmd: 1, files: 1, bootcmd: 1 });
      assert.deepEqual(readNetwork(box), staticApplied);
      assert.match(box.readFile('/etc/passwd'), /^ops:/m);
      const status = await box.run(['guest-init', 'status']);
      assert.match(status.stdout, /cloud-init is kept from starting/);
      assert.equal((await box.exec(['guest-init', 'query', 'cloud_init'])).trim(), 'replaced');
      const hook = await box.run([hookProgram]);
      assert.equal(hook.status, 0);
      assert.match(hook.stdout, /nothing to do as its script/);
      await box.reboot();
      const second = await boot(box);
      assert.equal(second.final, undefined);
      assert.match(second.early.said, /\+ runcmd|bootcmd/);
      assert.deepEqual(readCounts(box), { runcmd: 1, files: 1, bootcmd: 2 });
      assert.deepEqual(readNetwork(box), staticApplied);
    });
  });

  it('replaced on a guest that cloud-init has worked for: its user_data is not applied again', async () => {
    await withGuest({}, async (box) => {
      for (const words of [['init', '--local'], ['init'], ['modules', '--mode', 'config']]) {
        await box.exec(['cloud-init', ...words]);
      }
      await box.exec(['rm', '-rf', '/run/cloud-init']);
      box.writeFile('/etc/guest-init/config.yaml', replace);
      const { early, late } = await boot(box);
      assert.match(early.said, /cloud-init applies it/);
      assert.equal(late.status, 0, late.said);
      assert.deepEqual(readCounts(box), { runcmd: 0, files: 1, bootcmd: 1 });
    });
  });

  for (const [name, command] of Object.entries({
    'switched off by its file': 'touch /etc/cloud/cloud-init.disabled',
    'masked by an administrator': 'ln -sf /dev/null /etc/systemd/system/cloud-final.service',
    'disabled by an administrator': 'rm /etc/systemd/system/cloud-init.target.wants/*',
  })) {
    it(`${name}: the units do the whole job`, async () => {
      await withGuest({}, async (box) => {
        await box.exec(['sh', '-c', command]);
        await generate(box);
        for (const stage of ['early', 'late'] as const) {
          const { status, said } = await startUnit(box, stage);
          assert.equal(status, 0, said);
        }
        assert.deepEqual(readCounts(box), { runcmd: 1, files: 1, bootcmd: 1 });
        assert.deepEqual(readNetwork(box), staticApplied);
        assert.equal((await box.exec(['guest-init', 'query', 'cloud_init'])).trim(), 'off');
      });
    });
  }

  it('the early unit makes the link again that cloud-init clean took away', async () => {
    await withGuest({}, async (box) => {
      await boot(box);
      await box.exec(['cloud-init', 'clean']);
      assert.equal(box.stat(hookLink), undefined);
      await box.reboot();
      const again = await boot(box);
      assertYielded(again);
      assert.equal((await box.exec(['readlink', hookLink])).trim(), hookProgram);
      // cloud-init does its part anew; our record knows the instance.
      assert.match(again.final ?? '', /already applied; nothing was changed/);
      assert.deepEqual(readCounts(box), { runcmd: 2, files: 2, bootcmd: 2 });
    });
  });

  for (const [name, command] of Object.entries({
    'a file': `echo mine > ${hookLink}`,
    'a link to another program': `ln -s /usr/local/bin/mine ${hookLink}`,
    'a folder': `mkdir ${hookLink}`,
  })) {
    it(`leaves ${name} that stands in the place of the link`, async () => {
      await withGuest({}, async (box) => {
        const look = ['sh', '-c', `ls -ld --time-style=full-iso ${hookLink}; cat ${hookLink}; :`];
        await box.exec(['sh', '-c', `mkdir -p /var/lib/cloud/scripts/per-instance; ${command}`]);
        const before = await box.exec(look);
        await generate(box);
        const { status, said } = await startUnit(box, 'early');
        assert.equal(status, 0, said);
        assert.match(said, /50-guest-init is not guest-init's and stays as it is/);
        assert.equal(await box.exec(look), before);
      });
    });
  }

  it('says so when cloud-init will not start it', async () => {
    await withGuest({ withoutHookProgram: true }, async (box) => {
      await generate(box);
      const { status, said } = await startUnit(box, 'early');
      assert.equal(status, 2, said);
      assert.match(said, /DEGRADED .*cloud-init-hook: no such file/);
    });
    await withGuest({}, async (box) => {
      await generate(box);
      await box.exec(['sh', '-c', 'mkdir -p /var/lib; echo in the way > /var/lib/cloud']);
      const { status, said } = await startUnit(box, 'early');
      assert.equal(status, 30, said);
      assert.match(said, /FAILED \(30\) cloud-init will not start guest-init: \/var\/lib\/cloud.*next|reboot/);
    });
  });

  it('status --wait waits for the hook, and says when it does not come', async () => {
    await withGuest({}, async (box) => {
      await generate(box);
      await startUnit(box, 'early');
      const waiting = box.run(['guest-init', 'status', '--wait', '--timeout', '50', '--json']);
      const short = await box.run(['guest-init', 'status', '--wait', '--timeout', '0.5']);
      assert.equal(short.status, 50, short.stdout);
      for (const words of ['init --local', 'init', 'modules --mode config', 'modules --mode final']) {
        await box.exec(['cloud-init', ...words.split(' ')]);
      }
      const status = await waiting;
      assert.equal(status.status, 0, status.stdout + status.stderr);
      const { state, instance, cloudInit } = JSON.parse(status.stdout) as Record<string, unknown>;
      assert.deepEqual({ state, instance, cloudInit }, { state: 'ok', instance: uuid, cloudInit: 'in charge' });
    });
    await withGuest({ withoutHookProgram: true }, async (box) => {
      await box.exec(['sh', '-c', `mkdir -p /var/lib/cloud/scripts/per-instance; echo mine > ${hookLink}`]);
      await boot(box);
      const status = await box.run(['guest-init', 'status', '--wait']);
      assert.equal(status.status, 2, status.stdout);
      assert.match(status.stdout, /cloud-init has ended and has not started guest-init/);
    });
  });

  for (const [name, program] of Object.entries({
    'for want of a newer libc': `#!/bin/sh\necho "/usr/bin/guest-init: version \\\`GLIBC_2.28' not found" >&2\nexit 1\n`,
    'for want of its loader': '#!/lib64/no-such-loader\n',
  })) {
    it(`a binary that cannot start ${name}: the fallback gives the address`, async () => {
      await withGuest({ drives: [{ tree: openstackTree() }] }, async (box) => {
        await box.exec(['sh', '-c', 'umount /usr/bin/guest-init; rm -f /usr/bin/guest-init']);
        box.writeFile('/usr/bin/guest-init', program, 0o755);
        const result = await box.run([hookProgram]);
        const said = result.stdout + result.stderr;
        assert.match(
          said,
          /\/usr\/bin\/guest-init cannot start: .*(?:GLIBC|not found).*using \/usr\/lib\/guest-init\/fallback/,
        );
        assert.deepEqual(readNetwork(box), staticApplied, said);
        assert.equal(result.status, 0, said);
      });
    });
  }

  it('guest-init=off on the kernel command line switches the hook off as well', async () => {
    await withGuest({}, async (box) => {
      await box.exec([
        'sh',
        '-c',
        'echo quiet guest-init=off splash > /run/words; mount --bind /run/words /proc/cmdline',
      ]);
      const result = await box.run([hookProgram]);
      assert.equal(result.status, 0);
      assert.match(result.stdout, /switched off by guest-init=off/);
      assert.deepEqual(readNetwork(box), { addresses: [], routes: [] });
    });
  });

  it('the word of the unit reaches no command of the user', async () => {
    const tree = userDataTree('#cloud-config\nbootcmd: ["env > /root/early"]\nruncmd: ["env > /root/late"]\n');
    await withGuest({ tree }, async (box) => {
      for (const stage of ['early', 'late'] as const) {
        await startUnit(box, stage);
        assert.match(box.readFile(`/root/${stage}`), /^GUEST_INIT_STAGE=/m);
        assert.doesNotMatch(box.readFile(`/root/${stage}`), /GUEST_INIT_STARTED_BY/);
      }
    });
  });
});

/** What systemd-analyze says of the boot of a guest with both packages' units, each enabled as its package does. */
async function findOrderingCycles(dropIn?: string): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'guest-init-units-'));
  try {
    const theirs = join(await prepareRoot('bookworm-cloud-init'), 'usr/lib/systemd/system');
    const units = ['cloud-*', 'networking.service', 'ssh.service'].flatMap((name) => globSync(join(theirs, name)));
    const ours = globSync(join(packaging, 'systemd/guest-init*.service'));
    assert.ok(units.length >= 6 && ours.length === 2, [...units, ...ours].join(' '));
    for (const file of [...units, ...ours]) cpSync(file, join(folder, basename(file)));
    const want = (target: string, unit: string): void => {
      mkdirSync(join(folder, `${target}.wants`), { recursive: true });
      symlinkSync(`../${unit}`, join(folder, `${target}.wants`, unit));
    };
    want('multi-user.target', 'cloud-init.target');
    for (const file of [...units, ...ours]) {
      const targets = /^WantedBy=(.+)$/m.exec(readFileSync(file, 'utf8'))?.[1]?.split(' ') ?? [];
      for (const target of targets) want(target, basename(file));
    }
    if (dropIn !== undefined) {
      mkdirSync(join(folder, 'guest-init.service.d'));
      writeFileSync(join(folder, 'guest-init.service.d/planted.conf'), dropIn);
    }
    const path = `SYSTEMD_UNIT_PATH=${folder}:/usr/lib/systemd/system:/lib/systemd/system`;
    const { stderr } = tryTool(['env', path, 'systemd-analyze', 'verify', '--man=no', 'multi-user.target']);
    return stderr.split('\n').filter((line) => line.includes('ordering cycle'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const noUnits = explainMissingRoots() ?? (hasTool('systemd-analyze') ? false : 'needs systemd-analyze');

it('the units of both wait for each other in no circle', { skip: noUnits }, async () => {
  assert.deepEqual(await findOrderingCycles(), []);
  assert.notDeepEqual(await findOrderingCycles('[Unit]\nAfter=cloud-init.service\n'), [], 'a circle goes unseen');
});
