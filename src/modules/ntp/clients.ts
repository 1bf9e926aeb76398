// The programs that keep the clock: their files, units and words.

import type { FileAction, LinesAction } from '../../core/action.ts';
import type { TimeClient } from '../../core/facts.ts';
import type { Family } from '../../distros/family.ts';

export type Sources = {
  readonly servers: readonly string[];
  readonly pools: readonly string[];
  readonly peers: readonly string[];
  readonly allow: readonly string[];
};

export type Client = {
  readonly program: string;
  readonly packages: readonly string[];
  readonly units: readonly string[];
  findFile(family: Family | undefined): string;
  /** The file with these sources in place of those that it names. */
  describe(path: string, sources: Sources): LinesAction | FileAction;
  /** Kinds of sources that it has no word for. */
  readonly lacks: readonly (keyof Sources)[];
};

const ownFolder = (family: Family | undefined): boolean => family === 'debian' || family === 'alpine';

export const clients: Readonly<Record<TimeClient, Client>> = {
  chrony: {
    program: 'chronyd',
    packages: ['chrony'],
    units: ['chrony.service', 'chronyd.service'],
    findFile: (family) => (ownFolder(family) ? '/etc/chrony/chrony.conf' : '/etc/chrony.conf'),
    describe: (path, { servers, pools, peers, allow }) =>
      replaceLines(path, '^\\s*(?:pool|server|peer)\\s', {
        settings: [
          ['driftfile', 'driftfile /var/lib/chrony/drift'],
          ['makestep', 'makestep 1 3'],
          ['rtcsync', 'rtcsync'],
        ],
        sources: [
          // First those that do not give way to themselves: then a second run finds the order of the first.
          ...allow.map((name) => `allow ${name}`),
          ...pools.map((name) => `pool ${name} iburst`),
          ...servers.map((name) => `server ${name} iburst`),
          ...peers.map((name) => `peer ${name}`),
        ],
      }),
    lacks: [],
  },
  'systemd-timesyncd': {
    program: '/lib/systemd/systemd-timesyncd',
    packages: ['systemd-timesyncd'],
    units: ['systemd-timesyncd.service'],
    findFile: () => '/etc/systemd/timesyncd.conf.d/50-guest-init.conf',
    // The empty word first: what other files say would be asked as well.
    describe: (path, { servers, pools }) => ({
      ...{ kind: 'file', path, mode: 0o644 },
      content: `# Written by guest-init: ntp.\n[Time]\nNTP=\nNTP=${[...servers, ...pools].join(' ')}\n`,
    }),
    lacks: ['peers', 'allow'],
  },
  ntp: {
    program: 'ntpd',
    packages: ['ntp'],
    units: ['ntp.service', 'ntpd.service'],
    findFile: () => '/etc/ntp.conf',
    describe: (path, sources) => describeNtpd(path, sources, '/var/lib/ntp/ntp.drift'),
    lacks: ['allow'],
  },
  ntpsec: {
    program: 'ntpd',
    packages: ['ntpsec'],
    units: ['ntpsec.service', 'ntpd.service'],
    findFile: (family) => (family === 'debian' ? '/etc/ntpsec/ntp.conf' : '/etc/ntp.conf'),
    describe: (path, sources) => describeNtpd(path, sources, '/var/lib/ntpsec/ntp.drift'),
    lacks: ['allow'],
  },
  openntpd: {
    program: 'ntpd',
    packages: ['openntpd'],
    units: ['openntpd.service', 'ntpd.service'],
    findFile: (family) => (family === 'debian' ? '/etc/openntpd/ntpd.conf' : '/etc/ntpd.conf'),
    describe: (path, { servers, pools }) =>
      replaceLines(path, '^\\s*servers?\\s', {
        settings: [],
        sources: [...pools.map((name) => `servers ${name}`), ...servers.map((name) => `server ${name}`)],
      }),
    lacks: ['peers', 'allow'],
  },
};

/** Local clocks, 127.127.*, are no servers. Debian's NTPsec believes nobody when fewer than three agree: three there must then be. */
function describeNtpd(path: string, { servers, pools, peers }: Sources, drift: string): LinesAction {
  const action = replaceLines(path, '^\\s*(?:pool|server|peer)\\s+(?!127\\.127\\.)', {
    settings: [['driftfile', `driftfile ${drift}`]],
    sources: [
      ...pools.map((name) => `pool ${name} iburst`),
      ...servers.map((name) => `server ${name} iburst`),
      ...peers.map((name) => `peer ${name} iburst`),
    ],
  });
  if (pools.length > 0 || servers.length + peers.length > 3) return action;
  return { ...action, rules: [{ pattern: '^\\s*tos\\s+min(?:clock|sane)\\s', add: 'end' }, ...action.rules] };
}

/** Everything else that the distribution's file says stays. */
function replaceLines(
  path: string,
  replaced: string,
  { settings, sources }: { settings: readonly [word: string, line: string][]; sources: readonly string[] },
): LinesAction {
  return {
    ...{ kind: 'lines', path, mode: 0o644 },
    rules: [
      { pattern: replaced, add: 'end' },
      ...settings.map(([word, line]) => {
        return { pattern: `^\\s*${word}(?:\\s|$)`, line, add: 'end', keep: true } as const;
      }),
      ...sources.map((line) => ({ pattern: `^${line.replaceAll('.', '\\.')}$`, line, add: 'end' as const })),
    ],
  };
}
