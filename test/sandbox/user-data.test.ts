// user_data on a guest: what each key leaves behind, that one bad part costs only itself, and that secrets stay out of sight.
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { metaData, openstackTree, publicKey, staticNetwork, userDataTree } from '../support/instances.ts';
import { assertNothingLeft } from '../support/leftovers.ts';
import { assertMetadataApplied, type JobCase, runJobCase, staticApplied } from '../support/main-job.ts';
import { explainMissingRoots } from '../support/roots.ts';
import type { Sandbox } from '../support/sandbox.ts';

const missing = explainMissingRoots();
const secret = 'correct-horse-battery-staple-42';

function modeOf(box: Sandbox, path: string): string {
  const stat = box.stat(path);
  return stat === undefined ? 'absent' : `${(stat.mode & 0o7777).toString(8)} ${stat.uid}:${stat.gid}`;
}

/** Every file that the run wrote, and the console, as text. */
async function readAllWritten(box: Sandbox, except: RegExp): Promise<string> {
  const paths = [...box.digest()]
    .filter(([path, line]) => line.startsWith('file') && !except.test(path))
    .map(([path]) => path);
  return [...paths.map((path) => box.readFile(path)), box.readFile('/dev/console')].join('\n');
}

const cases: readonly JobCase[] = [
  {
    name: 'a typical document: users, files, commands, host name',
    tree: userDataTree(`#cloud-config
hostname: app-7
users:
  - name: ops
    gecos: Operators
    groups: [adm]
    shell: /bin/sh
    sudo: ALL=(ALL) NOPASSWD:ALL
    ssh_authorized_keys: ["${publicKey}"]
write_files:
  - path: /etc/app/app.conf
    content: |
      port = 80
    permissions: "0640"
    owner: root:adm
  - path: /etc/motd
    content: appended
    append: true
  - {path: /root/binary, encoding: b64, content: AAEC/w==}
runcmd:
  - [touch, "/root/two words"]
  - echo $((6 * 7)) > /root/answer
timezone: Asia/Tokyo
`),
    exit: 0,
    network: staticApplied,
    check: async (box) => {
      assert.equal(box.hostname(), 'app-7');
      assert.match(box.readFile('/etc/passwd'), /^ops:x:\d+:\d+:Operators:\/home\/ops:\/bin\/sh$/m);
      assert.match(await box.exec(['id', '-nG', 'ops']), /\badm\b/);
      assert.ok(box.readFile('/home/ops/.ssh/authorized_keys').includes(publicKey));
      assert.match(modeOf(box, '/home/ops/.ssh/authorized_keys'), /^600 1\d\d\d:1\d\d\d$/);
      assert.match(await box.exec(['sudo', '-l', '-U', 'ops']), /NOPASSWD: ALL/);
      assert.equal(box.readFile('/etc/app/app.conf'), 'port = 80\n');
      assert.equal(modeOf(box, '/etc/app/app.conf'), '640 0:4');
      assert.match(box.readFile('/etc/motd'), /appended$/);
      assert.equal(await box.exec(['od', '-An', '-tx1', '/root/binary']), ' 00 01 02 ff\n');
      assert.ok(box.stat('/root/two words'));
      assert.equal(box.readFile('/root/answer'), '42\n');
      assert.match(await box.exec(['date', '+%Z']), /JST/);
    },
  },
  {
    name: 'a script: own interpreter, exit code, environment, the drive to read',
    tree: userDataTree(
      '#!/bin/bash\nset -o pipefail\n[[ x == x ]] && ls "$GUEST_INIT_DRIVE/openstack/latest" > /root/seen; id -u >> /root/seen; umask >> /root/seen\n',
    ),
    exit: 0,
    network: staticApplied,
    check: (box) =>
      assert.equal(
        box.readFile('/root/seen'),
        'meta_data.json\nnetwork_data.json\nuser_data\nvendor_data.json\n0\n0022\n',
      ),
  },
  {
    name: 'a script that fails is seen to fail',
    tree: userDataTree('#!/bin/sh\necho out of luck >&2\nexit 9\n'),
    exit: 2,
    network: staticApplied,
    says: [/exit 9/],
    check: (box) => {
      assertMetadataApplied(box);
      assert.match(box.readFile('/run/guest-init/status.json'), /"exitCode": ?9/);
    },
  },
  {
    name: 'one failing command: the others run, the place is named',
    tree: userDataTree(
      '#cloud-config\nruncmd:\n  - touch /root/one\n  - echo sorry >&2; exit 5\n  - touch /root/three\n',
    ),
    exit: 2,
    network: staticApplied,
    says: [/runcmd/, /exit 5/],
    check: async (box) => {
      assert.ok(box.stat('/root/one'));
      assert.ok(box.stat('/root/three'));
      const status = await box.run(['guest-init', 'status']);
      assert.equal(status.status, 2);
      assert.match(status.stdout, /sorry/);
    },
  },
  {
    name: 'one failing command with stop_on_error',
    tree: userDataTree('#cloud-config\nruncmd:\n  - touch /root/one\n  - exit 5\n  - touch /root/three\n'),
    config: 'stop_on_error: true\n',
    exit: 2,
    network: staticApplied,
    check: (box) => {
      assert.ok(box.stat('/root/one'));
      assert.equal(box.stat('/root/three'), undefined);
    },
  },
  {
    name: 'a command that starts a daemon holding its output does not hold up the boot',
    tree: userDataTree('#cloud-config\nruncmd:\n  - sleep 25 & echo started\n  - touch /root/after\n'),
    leavesDaemon: true,
    exit: 0,
    network: staticApplied,
    check: (box, result) => {
      assert.ok(box.stat('/root/after'));
      assert.ok(box.processes().includes('sleep 25'));
      assert.ok(result.ms < 15_000, `${result.ms} ms`);
    },
  },
  {
    name: 'a command that reads its standard input gets none',
    tree: userDataTree('#cloud-config\nruncmd:\n  - cat > /root/input; echo $? >> /root/input\n'),
    exit: 0,
    network: staticApplied,
    check: (box) => assert.equal(box.readFile('/root/input'), '0\n'),
  },
  {
    name: 'a command that hangs is ended at its time',
    tree: userDataTree('#cloud-config\nruncmd:\n  - sleep 50\n  - touch /root/after\n'),
    config: 'timeout: {command: 1}\n',
    exit: 2,
    network: staticApplied,
    check: (box, result) => {
      assert.ok(box.stat('/root/after'));
      assert.ok(result.ms < 20_000);
    },
  },
  {
    name: 'a stage that runs out of time',
    tree: userDataTree('#cloud-config\nruncmd:\n  - sleep 50\n  - touch /root/after\n'),
    config: 'timeout: {late: 1}\n',
    exit: 50,
    network: staticApplied,
    check: (box, result) => {
      assert.equal(box.stat('/root/after'), undefined);
      assert.ok(result.ms < 20_000);
    },
  },
  {
    name: 'a flood of output',
    tree: userDataTree(
      '#cloud-config\nruncmd:\n  - head -c 80000000 /dev/zero | tr "\\0" "x"\n  - touch /root/after\n',
    ),
    exit: 0,
    network: staticApplied,
    check: (box, result) => {
      assert.ok(box.stat('/root/after'));
      assert.ok(result.stdout.length < 1_000_000);
      const written = [...box.digest()]
        .filter(([path]) => path.startsWith('/var/'))
        .map(([, line]) => Number(line.split(' ')[3] ?? 0));
      assert.ok(Math.max(...written) < 17 * 1024 * 1024, `${Math.max(...written)} bytes`);
    },
  },
  {
    name: 'output that is not UTF-8',
    tree: userDataTree(
      Buffer.concat([
        Buffer.from('#!/bin/sh\nprintf '),
        Buffer.from("'\\377\\376 bytes \\000 here\\n'"),
        Buffer.from('; exit 3\n'),
      ]),
    ),
    exit: 2,
    network: staticApplied,
    check: (box) => assert.doesNotThrow(() => JSON.parse(box.readFile('/run/guest-init/status.json'))),
  },
  {
    name: 'an unknown key is named with its place, the rest is applied',
    tree: userDataTree('#cloud-config\nrun_cmd: [touch /root/no]\nruncmd: [touch /root/yes]\n'),
    exit: 2,
    network: staticApplied,
    says: [/user_data:2:1/, /runcmd/],
    check: (box) => {
      assert.ok(box.stat('/root/yes'));
      assert.equal(box.stat('/root/no'), undefined);
    },
  },
  {
    name: 'one bad entry costs that entry',
    tree: userDataTree(
      '#cloud-config\nwrite_files:\n  - {path: /root/one, content: x}\n  - {path: relative, content: x}\n  - {path: [1], content: x}\n  - {path: /root/four, content: x, permissions: {}}\n  - {path: /root/five, content: x}\n',
    ),
    exit: 2,
    network: staticApplied,
    says: [/write_files\[1\]/, /write_files\[2\]/, /write_files\[3\]/],
    check: (box) => {
      assert.ok(box.stat('/root/one'));
      assert.ok(box.stat('/root/five'));
      assert.equal(box.stat('/relative'), undefined);
    },
  },
  {
    name: 'a user name that breaks out of its line',
    tree: userDataTree('#cloud-config\nusers:\n  - default\n  - name: "x:0:0::/:/bin/sh\\nroot2"\n  - name: fine\n'),
    exit: 2,
    network: staticApplied,
    check: (box) => {
      assert.match(box.readFile('/etc/passwd'), /^fine:/m);
      assert.doesNotMatch(box.readFile('/etc/passwd'), /root2/);
    },
  },
  {
    name: 'useradd failing: network, files and commands are there',
    tree: userDataTree(
      '#cloud-config\nusers: [{name: ops}]\nwrite_files: [{path: /root/file, content: x}]\nruncmd: [touch /root/ran]\n',
    ),
    prepare: (box) => box.shim('useradd', 'echo "useradd: cannot lock /etc/passwd" >&2; exit 1'),
    exit: 2,
    network: staticApplied,
    says: [/useradd/],
    check: (box) => {
      assert.ok(box.stat('/root/file'));
      assert.ok(box.stat('/root/ran'));
    },
  },
  {
    name: 'sudoers text that visudo refuses never becomes visible',
    tree: userDataTree('#cloud-config\nusers: [{name: ops, sudo: "ALL=(ALL NOPASSWD"}]\n'),
    exit: 2,
    network: staticApplied,
    check: async (box) => {
      await box.exec(['visudo', '-c']);
      assert.match(box.readFile('/etc/passwd'), /^ops:/m);
    },
  },
  {
    name: 'a password is set and appears nowhere',
    tree: userDataTree(
      `#cloud-config\nusers: [{name: ops, lock_passwd: false, plain_text_passwd: ${secret}}]\nchpasswd: {expire: false, users: [{name: root, password: ${secret}, type: text}]}\nwrite_files: [{path: /root/secret, content: "${secret}", permissions: "0600"}]\n`,
    ),
    exit: 0,
    network: staticApplied,
    check: async (box, result) => {
      assert.match(box.readFile('/etc/shadow'), /^ops:\$/m);
      assert.match(box.readFile('/etc/shadow'), /^root:\$/m);
      const said = result.stdout + result.stderr + (await readAllWritten(box, /^\/root\/secret$/));
      assert.equal(said.includes(secret), false);
      assert.equal(said.includes(Buffer.from(secret).toString('base64')), false);
    },
  },
  {
    name: 'a secret in a broken document appears nowhere',
    tree: userDataTree(`#cloud-config\nchpasswd: {list: [root:${secret}\n`),
    exit: 2,
    network: staticApplied,
    check: async (box, result) => {
      const said = result.stdout + result.stderr + (await readAllWritten(box, /^$/));
      assert.equal(said.includes(secret), false);
    },
  },
  {
    name: 'what is kept is for root alone, what is public says nothing private',
    tree: userDataTree('#cloud-config\nruncmd: [echo hello]\n'),
    exit: 0,
    network: staticApplied,
    check: (box) => {
      assert.match(modeOf(box, '/var/lib/guest-init'), /^700 0:0$/);
      for (const [path, line] of box.digest()) {
        if (!path.startsWith('/var/lib/guest-init/')) continue;
        const mode = Number.parseInt(line.split(' ')[1] ?? '', 8);
        assert.equal(mode & 0o077, 0, `${path} ${line}`);
      }
      assert.match(modeOf(box, '/run/guest-init/private'), /^700 0:0$/);
      assert.equal(box.stat('/run/guest-init/status.json')?.isFile(), true);
    },
  },
  {
    name: 'whole user_data in base64',
    tree: userDataTree(`${Buffer.from('#cloud-config\nruncmd: [touch /root/ran]\n').toString('base64')}\n`),
    exit: 0,
    network: staticApplied,
    check: (box) => assert.ok(box.stat('/root/ran')),
  },
  {
    name: 'user_data with a blank in its header',
    tree: userDataTree('# cloud-config\nruncmd: [touch /root/ran]\n'),
    exit: 0,
    network: staticApplied,
    check: (box) => assert.ok(box.stat('/root/ran')),
  },
  {
    name: 'user_data in gzip',
    tree: userDataTree(gzipSync('#cloud-config\nruncmd: [touch /root/ran]\n')),
    exit: 0,
    network: staticApplied,
    check: (box) => assert.ok(box.stat('/root/ran')),
  },
  {
    name: 'an injected file and the address in one run',
    tree: openstackTree({
      'openstack/latest/meta_data.json': {
        json: metaData({ files: [{ path: '/etc/injected.conf', content_path: '/content/0000' }] }),
      },
      'openstack/content/0000': Buffer.from([0, 1, 2, 255]),
    }),
    exit: 0,
    network: staticApplied,
    check: async (box) => {
      assert.equal(await box.exec(['od', '-An', '-tx1', '/etc/injected.conf']), ' 00 01 02 ff\n');
      assert.equal((box.stat('/etc/injected.conf')?.mode ?? 0) & 0o007, 0);
    },
  },
  {
    name: 'the network is up when commands run',
    tree: userDataTree(`#cloud-config\nruncmd: ["ping -c 1 -W 2 ${staticNetwork.gateway} && touch /root/reached"]\n`),
    exit: 0,
    network: staticApplied,
    check: (box) => assert.ok(box.stat('/root/reached')),
  },
];

describe('user_data', { skip: missing ?? false, concurrency: 2 }, () => {
  after(assertNothingLeft);
  for (const job of cases) it(job.name, () => runJobCase(job));
});
