// What a running guest is, read through the test's own shell in it.
import type { Machine } from './machine.ts';

export type GuestState = {
  /** systemctl is-system-running, once all start jobs are done. */
  state: string;
  failedUnits: string;
  hostname: string;
  hostnameFile: string;
  address: string;
  defaultRoute: string;
  /** Mode and owner of the file that user_data writes. */
  greeting: string;
  /** What runcmd wrote, every run a line. */
  ran: string;
  /** The default route as runcmd saw it. */
  routeAtRuncmd: string;
  driveMounts: string;
  /** Exit code of guest-init status. */
  status: number;
};

const questions: Readonly<Record<Exclude<keyof GuestState, 'status'>, string>> = {
  state: 'systemctl is-system-running --wait',
  failedUnits: 'systemctl --failed --no-legend --plain',
  hostname: 'hostname',
  hostnameFile: 'cat /etc/hostname',
  address: "ip -4 -o addr show dev eth0 | awk '{print $4}'",
  defaultRoute: 'ip -4 route show default | sed "s/^default //; s/ *$//"',
  greeting: 'stat -c "%a %U:%G" /etc/greeting',
  ran: 'cat /root/ran; echo',
  routeAtRuncmd: 'sed "s/^default //; s/ *$//" /root/route-at-runcmd',
  driveMounts: "grep -E 'iso9660|vfat|/run/guest-init' /proc/mounts || :",
};

/** Waits until the boot is over, then reads everything in one go. */
export async function readGuest(machine: Machine): Promise<GuestState> {
  const script = Object.entries(questions).map(([name, command]) => `echo "@@${name}"; ${command}`);
  const { output } = await machine.shell.run([...script, 'echo @@'].join('\n'));
  const answers = new Map(
    [...output.matchAll(/^@@(\w+)\n([\s\S]*?)(?=^@@)/gm)].map(([, name = '', answer = '']) => [
      name,
      answer.replace(/\n$/, ''),
    ]),
  );
  const status = await machine.shell.run('guest-init status');
  const read = Object.keys(questions).map((name) => [name, answers.get(name) ?? 'no answer']);
  return { ...Object.fromEntries(read), status: status.status } as GuestState;
}

/** Kind, mode, owner, size, change time and link target of each file, by path. */
export type Tree = ReadonlyMap<string, string>;

/** Files that a Debian guest itself writes at each boot, and the agent's own log. */
const ownBusiness = [
  String.raw`/var/log/(journal|wtmp|btmp|lastlog|guest-init\.log)(/.*)?`,
  '/var/lib/systemd(/.*)?',
  '/(run|tmp|var/tmp|lost\\+found)(/.*)?',
  // ifupdown, agetty, sshd and the test's login.
  '/var/lib/(dhcp|urandom)(/.*)?',
  '/etc/(machine-id|resolv\\.conf)',
  '/(root|home/ops)/\\.(cache|bash_history)(/.*)?',
].join('|');

/** The guest's file system without what the distribution writes at each boot. A change time that stands is a file nobody touched. */
export async function readTree(machine: Machine): Promise<Tree> {
  const find = `find / -xdev -regextype posix-extended -regex '(${ownBusiness})' -prune -o -printf '%y %m %u %g %s %C@ %l\\t%p\\n'`;
  const { output } = await machine.shell.run(find, 240_000);
  return new Map(
    output.split('\n').flatMap((line) => {
      const [facts = '', path] = line.split('\t');
      // A folder's time changes with each temporary file in it; what is in it is compared one by one.
      return path === undefined ? [] : [[path, facts.startsWith('d') ? facts.replace(/ \d+ [\d.]+ $/, '') : facts]];
    }),
  );
}
