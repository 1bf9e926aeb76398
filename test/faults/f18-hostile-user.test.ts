// F18: a user of the guest swaps folders, links and files of theirs while the job writes among them. Nothing outside is written, given away
// or read out, and no run hangs or crashes.
import assert from 'node:assert/strict';
import { userDataTree } from '../support/instances.ts';
import { describeSandbox } from '../support/main-job.ts';
import { type Sandbox, withSandbox } from '../support/sandbox.ts';
import { compareDigests } from '../support/tree-digest.ts';
import { defineGroup, type FaultCase } from './engine/matrix.ts';
import { assertCleanEnd } from './engine/verdict.ts';

const uid = 1000;
const secret = 'C4nary-in-a-file-of-root';
const home = '/home/mallory';

const guest = describeSandbox({
  tree: userDataTree(`#cloud-config
ssh_deletekeys: false
users:
  - name: mallory
    ssh_authorized_keys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl x"]
write_files:
  - {path: ${home}/app/conf, content: conf, owner: "mallory:mallory"}
  - {path: ${home}/app/deep/er/conf, content: conf, owner: "mallory:mallory"}
  - {path: ${home}/app/log, content: more, append: true, owner: "mallory:mallory"}
  - {path: /tmp/shared/conf, content: conf}
`),
  sandbox: {
    files: {
      '/srv/target/secret': { content: `${secret}\n`, mode: 0o600 },
      '/srv/target/authorized_keys': { content: `${secret}\n`, mode: 0o600 },
      '/srv/target/conf': { content: `${secret}\n`, mode: 0o600 },
    },
  },
});

/** Each is done in an endless loop, in Perl, as the user. `x` and `y` are two forms of one name, which take turns in its place. */
const swaps: readonly { readonly name: string; readonly path: string; readonly forms: readonly string[] }[] = [
  { name: 'keys-folder-to-link', path: `${home}/.ssh`, forms: ['mkdir X', 'symlink /srv/target'] },
  { name: 'keys-folder-to-etc', path: `${home}/.ssh`, forms: ['mkdir X', 'symlink /etc'] },
  { name: 'keys-folder-to-file', path: `${home}/.ssh`, forms: ['mkdir X', 'file X'] },
  { name: 'keys-to-secret', path: `${home}/.ssh/authorized_keys`, forms: ['file X', 'symlink /srv/target/secret'] },
  { name: 'keys-to-shadow', path: `${home}/.ssh/authorized_keys`, forms: ['file X', 'symlink /etc/shadow'] },
  { name: 'keys-to-fifo', path: `${home}/.ssh/authorized_keys`, forms: ['file X', 'fifo X'] },
  { name: 'keys-to-folder', path: `${home}/.ssh/authorized_keys`, forms: ['file X', 'mkdir X'] },
  { name: 'keys-to-huge', path: `${home}/.ssh/authorized_keys`, forms: ['file X', 'huge X'] },
  { name: 'app-folder-to-link', path: `${home}/app`, forms: ['mkdir X', 'symlink /srv/target'] },
  { name: 'app-folder-to-etc', path: `${home}/app`, forms: ['mkdir X', 'symlink /etc'] },
  { name: 'app-file-to-link', path: `${home}/app/conf`, forms: ['file X', 'symlink /etc/passwd'] },
  { name: 'app-file-to-fifo', path: `${home}/app/conf`, forms: ['file X', 'fifo X'] },
  { name: 'appended-file-to-secret', path: `${home}/app/log`, forms: ['file X', 'symlink /srv/target/secret'] },
  { name: 'appended-file-to-fifo', path: `${home}/app/log`, forms: ['file X', 'fifo X'] },
  { name: 'appended-file-to-huge', path: `${home}/app/log`, forms: ['file X', 'huge X'] },
  { name: 'deep-folder-to-link', path: `${home}/app/deep`, forms: ['mkdir X', 'symlink /srv/target'] },
  { name: 'shared-folder-to-link', path: '/tmp/shared', forms: ['mkdir X', 'symlink /srv/target'] },
];

/** Also replaces whatever has one of our temporary names by a link, as soon as it is seen. */
const attack = `use POSIX;
my ($path, @forms) = @ARGV;
my ($folder) = $path =~ m{(.*)/};
my $n = 0;
sub make { my ($form, $at) = @_; my ($how, $what) = split / /, $form;
  if ($how eq 'mkdir') { mkdir $at, 0755 } elsif ($how eq 'symlink') { symlink $what, $at }
  elsif ($how eq 'fifo') { mkfifo($at, 0600) }
  elsif ($how eq 'huge') { open(my $f, '>', $at); truncate($f, 1 << 40); close $f } else { open(my $f, '>', $at); close $f } }
while (1) {
  $n++;
  my $at = "$folder/swap-$n";
  make($forms[$n % @forms], $at);
  rename $path, "$folder/old-$n"; rename $at, $path; unlink "$folder/old-$n"; rmdir "$folder/old-$n";
  for my $dir ($folder, $path) { next unless -d $dir && !-l $dir; opendir(my $d, $dir) or next;
    for my $name (grep { /^\\.guest-init-/ } readdir $d) { unlink "$dir/$name"; rmdir "$dir/$name"; symlink '/srv/target', "$dir/$name" } }
}
`;

/** What root has outside of the user's reach. */
const outside = [
  /^\/(home|tmp|root|var|run)(\/|$)/,
  /^\/etc\/\.pwd\.lock$/,
  /^\/etc\/[a-z]+-$/,
  /^\/usr\/local\/libexec/,
];

async function runCase(swap: (typeof swaps)[number], turns: number): Promise<void> {
  await withSandbox(guest, async (box) => {
    await box.exec(['useradd', '-m', '-u', String(uid), 'mallory']);
    await box.exec(['sh', '-c', `install -d -o mallory -g mallory ${home}/.ssh ${home}/app ${home}/app/deep`]);
    const first = await box.run(['guest-init', 'run']);
    assert.equal(first.status, 0, first.stdout + first.stderr);
    const before = box.digest(outside);
    box.writeFile('/srv/attack.pl', attack);
    const attacking = box.run(['perl', '/srv/attack.pl', swap.path, ...swap.forms], { uid, timeoutMs: 170_000 });
    try {
      for (let turn = 0; turn < turns; turn += 1) {
        const result = await box.run(['guest-init', 'run', '--stage', 'early', '--force'], { timeoutMs: 30_000 });
        assertStillClean(box, { ...result, fault: swap.name });
      }
    } finally {
      await box.run(['sh', '-c', 'kill -9 $(pidof perl)']);
      await attacking;
    }
    const differences = compareDigests(before, box.digest(outside)).filter((line) => !line.includes(' /srv/attack.pl'));
    assert.deepEqual(differences, [], swap.name);
    // Whatever the user can read now, root's secret is not in it.
    const found = await box.run(['grep', '-rls', secret, home, '/tmp', '/run/guest-init/status.json'], { uid });
    assert.equal(found.stdout, '', swap.name);
    const given = await box.run(['sh', '-c', `find /etc /srv /root -user mallory`]);
    assert.equal(given.stdout, '', swap.name);
  });
}

/** The attacker is a process of the guest as well. */
function assertStillClean(box: Sandbox, ended: Parameters<typeof assertCleanEnd>[1]): void {
  assertCleanEnd(box, ended, { isAlone: false });
}

const turns = 12;

await defineGroup({
  group: 'F18',
  title: 'a hostile user',
  sample: 4,
  listCases: () => swaps.map((swap): FaultCase => ({ id: swap.name, run: () => runCase(swap, turns) })),
});
