// What is asked of the guest beside its own record: commands that only look, each with what of its answer may leave the guest.

import { shareJournal } from './log-lines.ts';

export type CommandSource = {
  /** Path in the archive. */
  readonly name: string;
  readonly argv: readonly string[];
  /** What may be given away of the answer, with a remark for the manifest. Absent: all of it. */
  readonly share?: (text: string) => { readonly text: string; readonly remark?: string };
};

const units = ['guest-init.service', 'guest-init-late.service'] as const;

/** Facts of a unit; its description and environment are whose who wrote it. */
const unitFacts = [
  ...['Id', 'LoadState', 'ActiveState', 'SubState', 'Result', 'UnitFileState', 'ConditionResult', 'ExecMainStatus'],
  ...['ExecMainCode', 'ExecMainStartTimestamp', 'ExecMainExitTimestamp', 'ActiveEnterTimestampMonotonic'],
];

export const commandSources: readonly CommandSource[] = [
  {
    name: 'journal.txt',
    argv: [
      'journalctl',
      '-b',
      '--no-pager',
      '-o',
      'json',
      '-n',
      '1500',
      '--output-fields=MESSAGE,SYSLOG_IDENTIFIER,_PID',
      ...units.flatMap((unit) => ['-u', unit]),
    ],
    share: (text) => {
      const { text: kept, leftOut } = shareJournal(text);
      return {
        text: kept,
        ...(leftOut === 0 ? {} : { remark: `${leftOut} lines of steps and of other programs left out` }),
      };
    },
  },
  { name: 'units/guest-init.txt', argv: ['systemctl', 'show', '--no-pager', '-p', unitFacts.join(','), ...units] },
  {
    name: 'units/failed.txt',
    argv: ['systemctl', 'list-units', '--failed', '--plain', '--no-legend', '--no-pager', '--full'],
    share: (text) => ({ text: keepColumns(text, 4) }),
  },
  { name: 'units/jobs.txt', argv: ['systemctl', 'list-jobs', '--no-legend', '--no-pager', '--full'] },
  { name: 'network/addresses.txt', argv: ['ip', 'address'] },
  { name: 'network/links.txt', argv: ['ip', '-statistics', 'link'] },
  { name: 'network/routes.txt', argv: ['ip', 'route', 'show', 'table', 'all'] },
  { name: 'network/routes6.txt', argv: ['ip', '-6', 'route', 'show', 'table', 'all'] },
  { name: 'network/rules.txt', argv: ['ip', 'rule'] },
  { name: 'network/neighbours.txt', argv: ['ip', 'neigh'] },
  { name: 'network/resolver.txt', argv: ['resolvectl', 'status', '--no-pager'] },
  { name: 'system/kernel.txt', argv: ['uname', '-srvmo'] },
  { name: 'system/disks.txt', argv: ['lsblk', '-o', 'NAME,TYPE,SIZE,FSTYPE,LABEL,MOUNTPOINT'] },
  { name: 'system/space.txt', argv: ['df', '-h'] },
  { name: 'versions/iproute2.txt', argv: ['ip', '-Version'] },
  { name: 'versions/net-tools.txt', argv: ['ifconfig', '--version'] },
  { name: 'versions/systemd.txt', argv: ['systemctl', '--version'] },
  { name: 'versions/cloud-init.txt', argv: ['cloud-init', '--version'] },
];

/** The words of /proc/cmdline that say how the guest boots; others may hold an address with a password. */
export function shareKernelLine(text: string): string {
  const open =
    /^(?:guest-init|root|rootfstype|console|quiet|ro|rw|net\.ifnames|biosdevname|cloud-init|systemd\.unit|single|debug)(?:=|$)/;
  const words = text.trim().split(/\s+/);
  return `${words.map((word) => (open.test(word) ? word : hideWord(word))).join(' ')}\n`;
}

function hideWord(word: string): string {
  const key = /^([\w.-]{1,40})=/.exec(word)?.[1];
  return key === undefined ? '[left out]' : `${key}=[left out]`;
}

function keepColumns(text: string, count: number): string {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => `${line.trim().split(/\s+/).slice(0, count).join(' ')}\n`)
    .join('');
}
