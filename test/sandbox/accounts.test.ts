// Accounts for real: useradd, groupadd, chpasswd and chage in a Debian root under an overlay, in a mount namespace of their own.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { launchKey, otherKey } from '../../src/modules/users/testing/plan-accounts.ts';
import { repositoryRoot } from '../support/built-program.ts';
import { plainEnv } from '../support/command.ts';
import { explainMissingRoots, prepareRoot, type RootName } from '../support/roots.ts';

type Seen = {
  problems: string[];
  applied: [id: string, status: string, message: string][];
  again: [id: string, state: string][];
  stats: Record<string, string | undefined>;
  texts: Record<string, string | undefined>;
  visudo?: { status: number; output: string };
  rights?: { status: number; output: string };
  sshd?: { status: number; output: string };
  ids?: { status: number; output: string };
};

const skip = explainMissingRoots() ?? false;
if (skip !== false) console.log(`accounts in a sandbox: skipped, ${skip}`);

/** `$1` lower layer, `$2` mount point, `$3` our tree, `$4` Node, `$5` preparation inside the root. All of it ends with the shell. */
const script = `
mount -t tmpfs -o size=64m,mode=0755 guest-init-test "$2"
mkdir "$2/upper" "$2/work" "$2/root"
mount -t overlay -o "lowerdir=$1,upperdir=$2/upper,workdir=$2/work" overlay "$2/root"
mkdir -p "$2/root$3" "$2/root/proc"
mount --rbind "$3" "$2/root$3"
mount -o remount,bind,ro "$2/root$3"
mount -t proc proc "$2/root/proc"
chroot "$2/root" /bin/sh -euc "$5"
exec chroot "$2/root" "$4" "$3/test/sandbox/accounts-driver.ts"
`;

/** Applies a document in a fresh copy of `root`. `prepare` is shell that runs in it before. */
async function applyIn(
  root: RootName,
  given: { document: string; publicKeys?: string[]; show?: string[]; prepare?: string },
): Promise<Seen> {
  const lower = await prepareRoot(root);
  const folder = mkdtempSync(join(tmpdir(), 'guest-init-accounts-'));
  try {
    const unshare = ['unshare', '--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child', '--'];
    const shell = [
      '/bin/sh',
      '-euc',
      script,
      'sh',
      lower,
      folder,
      repositoryRoot,
      process.execPath,
      given.prepare ?? 'true',
    ];
    const [command = '', ...args] = [...unshare, ...shell];
    const result = spawnSync(command, args, {
      encoding: 'utf8',
      env: plainEnv,
      timeout: 60_000,
      input: JSON.stringify({ publicKeys: [], show: [], ...given }),
    });
    assert.equal(result.status, 0, `${result.stderr}${result.stdout}`);
    return JSON.parse(result.stdout) as Seen;
  } finally {
    rmdirSync(folder);
  }
}

const hash =
  '$6$rounds=5000$saltsaltsalt$lJ6dOXDgqY8oHhqNhbJXs6PEkwW5mqlB0u1dBgWqJpK7yI3VjU1eF9v5uE8KqTzC0cQq0VwS0wK5u3mP4Jd5F.';

const document = `
groups: [wheel, {admins: [ops, root]}]
users:
- default
- name: ops
  gecos: Ops Team
  uid: 4242
  groups: [wheel, builders]
  shell: /bin/sh
  passwd: '${hash}'
  lock_passwd: false
  sudo: ["ALL=(ALL) NOPASSWD:ALL", "ALL=!/bin/su"]
  ssh_authorized_keys: ["restrict ${otherKey}"]
- name: svc
  system: true
- name: wheel
- name: old
  hashed_passwd: '${hash}'
ssh_authorized_keys: ["${otherKey}"]
chpasswd:
  users:
  - {name: root, type: text, password: 'canary:text 4711'}
  - {name: old, type: RANDOM}
ssh_pwauth: true
`;
const show = [
  '/etc/sudoers.d/90-guest-init-debian',
  '/etc/sudoers.d/90-guest-init-ops',
  '/etc/ssh/sshd_config.d/10-guest-init.conf',
  '/home/ops',
  '/home/ops/.ssh',
  '/home/ops/.ssh/authorized_keys',
  '/home/debian/.ssh/authorized_keys',
  '/root/.ssh/authorized_keys',
  '/var/lib/guest-init/instances/test/passwords',
  '/var/lib/guest-init/instances/test/passwords/old',
];

function field(text: string | undefined, name: string, at: number): string | undefined {
  return text
    ?.split('\n')
    .map((line) => line.split(':'))
    .find(([first]) => first === name)?.[at];
}

function digestAccountFiles(): string {
  const files = ['/etc/passwd', '/etc/group', '/etc/shadow', '/etc/gshadow'].map((path) => readFileSync(path));
  return createHash('sha256').update(Buffer.concat(files)).digest('hex');
}

for (const root of ['bookworm', 'bullseye-minimal', 'trixie-minimal'] as const) {
  test(`accounts on ${root}: made as asked, and the same when looked at again`, { skip }, async () => {
    const before = digestAccountFiles();
    const mounts = readFileSync('/proc/self/mounts', 'utf8');
    const seen = await applyIn(root, {
      document,
      publicKeys: [launchKey],
      show,
      prepare: 'useradd -m -s /bin/sh old',
    });
    const { applied, texts, stats } = seen;
    assert.deepEqual(
      applied.filter(([, status]) => status === 'failed'),
      [],
    );
    const passwd = texts['/etc/passwd'];
    const shadow = texts['/etc/shadow'];
    const group = texts['/etc/group'];

    assert.equal(
      passwd?.match(/^ops:.*$/m)?.[0].replace(/:4242:\d+:/, ':4242:GID:'),
      'ops:x:4242:GID:Ops Team:/home/ops:/bin/sh',
    );
    assert.match(passwd ?? '', /^debian:x:\d+:\d+:Debian:\/home\/debian:\/bin\/bash$/m);
    assert.match(passwd ?? '', /^svc:/m);
    for (const name of ['wheel', 'builders', 'admins']) assert.match(field(group, name, 3) ?? '', /\bops\b/, name);
    assert.match(field(group, 'admins', 3) ?? '', /\broot\b/);
    // A user named like an existing group gets that one as its primary group.
    assert.equal(field(passwd, 'wheel', 3), field(group, 'wheel', 2));

    assert.equal(field(shadow, 'ops', 1), hash);
    assert.match(field(shadow, 'debian', 1) ?? '', /^!/);
    assert.match(field(shadow, 'svc', 1) ?? '', /^!/);
    assert.match(field(shadow, 'root', 1) ?? '', /^\$(6|y)\$/);
    assert.equal(field(shadow, 'root', 2), '0', 'root has to change the password');
    assert.match(field(shadow, 'old', 1) ?? '', /^\$(6|y)\$/, 'the password made up replaces the locked hash');
    assert.equal(field(shadow, 'old', 2), '0');

    const ops = `4242:${field(passwd, 'ops', 3)}`;
    assert.equal(stats['/home/ops/.ssh'], `700 ${ops}`);
    assert.equal(stats['/home/ops/.ssh/authorized_keys'], `600 ${ops}`);
    assert.equal(
      texts['/home/ops/.ssh/authorized_keys'],
      `# guest-init begin users\nrestrict ${otherKey}\n# guest-init end users\n`,
    );
    assert.equal(
      texts['/home/debian/.ssh/authorized_keys'],
      `# guest-init begin metadata\n${launchKey}\n# guest-init end metadata\n# guest-init begin user-data\n${otherKey}\n# guest-init end user-data\n`,
    );
    assert.equal(stats['/root/.ssh/authorized_keys'], '600 0:0');
    assert.match(
      texts['/root/.ssh/authorized_keys'] ?? '',
      /^no-port-forwarding,.*user \\"debian\\" rather than the user \\"root\\".* ssh-ed25519 /m,
    );

    assert.equal(stats['/etc/sudoers.d/90-guest-init-debian'], '440 0:0');
    assert.equal(
      texts['/etc/sudoers.d/90-guest-init-debian'],
      '# Made by guest-init.\ndebian ALL=(ALL) NOPASSWD:ALL\n',
    );
    assert.equal(stats['/etc/sudoers.d/90-guest-init-ops'], '440 0:0');
    assert.deepEqual(texts['/etc/sudoers.d/90-guest-init-ops']?.trim().split('\n').slice(1), [
      'ops ALL=(ALL) NOPASSWD:ALL',
      'ops ALL=!/bin/su',
    ]);
    const made = texts['/var/lib/guest-init/instances/test/passwords/old'] ?? '';
    assert.match(made, /^[A-Za-z0-9]{26}\n$/);
    assert.equal(stats['/var/lib/guest-init/instances/test/passwords'], '700 0:0');
    assert.equal(stats['/var/lib/guest-init/instances/test/passwords/old'], '600 0:0');

    const told = JSON.stringify([seen.problems, applied]);
    for (const secret of ['canary:text', hash, made.trim()]) assert.ok(!told.includes(secret), 'a secret is reported');

    // The text and the one made up cannot be compared. The hash that the last made way for would come back: one rule a user.
    const open = ['passwords/root', 'passwords/old', 'users/old/password', 'ssh/reload'];
    assert.deepEqual(
      seen.again.filter(([id, state]) => state !== 'same' && !open.includes(id)),
      [],
    );
    assert.equal(digestAccountFiles(), before, 'the machine of the test was touched');
    assert.equal(readFileSync('/proc/self/mounts', 'utf8'), mounts, 'a mount is left');
  });
}

test('accounts: sudo and sshd read what was written', { skip }, async () => {
  const withoutRoot = document.replace(/ {2}- \{name: root.*\n/, '');
  const seen = await applyIn('bookworm', {
    document: withoutRoot,
    publicKeys: [launchKey],
    show,
    prepare: 'useradd -m old',
  });
  assert.equal(seen.visudo?.status, 0, seen.visudo?.output);
  assert.match(seen.rights?.output ?? '', /\(ALL\) NOPASSWD: ALL/);
  assert.match(seen.ids?.output ?? '', /^uid=4242\(ops\).*\(wheel\)/);
  assert.match(seen.sshd?.output ?? '', /^passwordauthentication yes$/m);
  const fingerprints = spawnSync('ssh-keygen', ['-lf', '/dev/stdin'], {
    encoding: 'utf8',
    input: seen.texts['/home/ops/.ssh/authorized_keys'] ?? '',
  });
  if (fingerprints.error === undefined) assert.equal(fingerprints.stdout.trim().split('\n').length, 1);
});

test('accounts: rights that are written without asking visudo are those that it takes', { skip }, async () => {
  const rules = ['', '(ALL)', '(ALL) ', '(ALL:ALL) ', '(ALL : ALL)'].flatMap((target) =>
    ['', 'NOPASSWD:', 'NOPASSWD: '].flatMap((tag) => ['=', ' = '].map((equals) => `ALL${equals}${target}${tag}ALL`)),
  );
  for (const root of ['bookworm', 'bookworm-cloud-init'] as const) {
    const names = rules.map((_, index) => `right_${index}-x`);
    const seen = await applyIn(root, {
      document: `users:\n${rules.map((rule, index) => `- {name: ${names[index]}, sudo: "${rule}"}\n`).join('')}`,
      show: names.map((name) => `/etc/sudoers.d/90-guest-init-${name}`),
    });
    assert.equal(seen.visudo?.status, 0, seen.visudo?.output);
    rules.forEach((rule, index) => {
      assert.ok(seen.texts[`/etc/sudoers.d/90-guest-init-${names[index]}`]?.includes(rule), rule);
    });
  }
});

test('accounts: chpasswd hashes by itself where PAM has no configuration', { skip }, async () => {
  const seen = await applyIn('bookworm-minimal', {
    document: "chpasswd: {expire: false, users: [{name: root, type: text, password: 'canary 4711'}]}\n",
    prepare: 'rm -r /etc/pam.d',
  });
  assert.deepEqual(seen.applied, [['passwords/root', 'changed', '']]);
  assert.match(field(seen.texts['/etc/shadow'], 'root', 1) ?? '', /^\$(6|y)\$/);
});

test('accounts: a hostile ~/.ssh is refused, the others get their keys', { skip }, async () => {
  const seen = await applyIn('bookworm-minimal', {
    document: `users: [{name: evil, ssh_authorized_keys: ["${otherKey}"]}, {name: ops, ssh_authorized_keys: ["${otherKey}"]}]\n`,
    show: ['/root/.ssh/authorized_keys', '/home/ops/.ssh/authorized_keys'],
    prepare: 'useradd -m evil; mkdir -m 700 /root/.ssh; ln -s /root/.ssh /home/evil/.ssh',
  });
  const byId = new Map(seen.applied.map(([id, status, message]) => [id, `${status} ${message}`]));
  assert.match(byId.get('users/evil/keys') ?? '', /^failed \/home\/evil\/\.ssh: is a symbolic link/);
  assert.equal(seen.stats['/root/.ssh/authorized_keys'], undefined);
  assert.match(seen.texts['/home/ops/.ssh/authorized_keys'] ?? '', /ssh-ed25519/);
});

test('accounts: without the shadow suite every account step says what is missing', { skip }, async () => {
  const seen = await applyIn('bookworm-minimal', {
    document: 'groups: [staff2]\nusers: [ops]\n',
    prepare: 'rm /usr/sbin/useradd /usr/sbin/groupadd',
  });
  assert.deepEqual(seen.applied, [
    ['groups/staff2', 'failed', 'groupadd is not installed'],
    ['users/ops', 'failed', 'useradd is not installed'],
  ]);
});
