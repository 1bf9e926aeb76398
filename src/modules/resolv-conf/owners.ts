// What each owner of /etc/resolv.conf reads: its file, who is told, and the words that it lacks.

import type { FileAction, LinesAction, NotifyAction, ServiceAction } from '../../core/action.ts';
import type { Facts, ResolverOwner } from '../../core/facts.ts';
import { findFamily } from '../../distros/family.ts';
import type { Settings } from './schema.ts';

/** Settings in the words of resolv.conf(5); an empty list was not said. */
export type Words = {
  readonly nameservers: readonly string[];
  /** `domain` first: it is searched before the others. */
  readonly search: readonly string[];
  readonly sortlist: readonly string[];
  /** `timeout:2`, `rotate`. */
  readonly options: readonly string[];
};

export type Owner = ResolverOwner | 'netconfig';

type Told = Omit<NotifyAction, 'onChangeOf'> | Omit<ServiceAction, 'onChangeOf'>;

export type Writing = {
  readonly file: FileAction | LinesAction;
  readonly told?: Told;
  readonly lacks: readonly Exclude<keyof Settings, 'domain'>[];
};

/** NetworkManager and SUSE's netconfig write the plain file, which then looks like nobody's. */
export function findOwner({ resolver, networkServices, os }: Facts): Owner {
  if (resolver !== 'file') return resolver;
  if (networkServices.networkManager) return 'network-manager';
  const isSuse = findFamily(os) === 'suse' && (networkServices.wicked || networkServices.sysconfig);
  return isSuse ? 'netconfig' : 'file';
}

/** The words for that owner; only what was said is touched. */
export function describeWriting(owner: Owner, words: Words): Writing {
  const { nameservers, search, sortlist, options } = words;
  switch (owner) {
    case 'resolved':
      return {
        file: describeFile('/etc/systemd/resolved.conf.d/60-guest-init-resolv-conf.conf', [
          '[Resolve]',
          // The empty word first: what other files say would be asked as well.
          ...(nameservers.length === 0 ? [] : ['DNS=', `DNS=${nameservers.join(' ')}`]),
          ...(search.length === 0 ? [] : ['Domains=', `Domains=${search.join(' ')}`]),
        ]),
        told: { kind: 'service', units: ['systemd-resolved.service'], verb: 'restart' },
        lacks: ['sortlist', 'options'],
      };
    case 'network-manager':
      return {
        file: describeFile('/etc/NetworkManager/conf.d/60-guest-init-resolv-conf.conf', [
          '[global-dns]',
          ...(search.length === 0 ? [] : [`searches=${search.join(',')}`]),
          ...(options.length === 0 ? [] : [`options=${options.join(',')}`]),
          ...(nameservers.length === 0 ? [] : ['', '[global-dns-domain-*]', `servers=${nameservers.join(',')}`]),
        ]),
        told: { kind: 'service', units: ['NetworkManager.service'], verb: 'reload' },
        lacks: ['sortlist'],
      };
    case 'openresolv':
      return {
        file: describeVariables('/etc/resolvconf.conf', [
          ['name_servers', nameservers],
          ['search_domains', search],
          ['resolv_conf_sortlist', sortlist],
          ['resolv_conf_options', options],
        ]),
        told: { kind: 'notify', argv: ['resolvconf', '-u'] },
        lacks: [],
      };
    case 'netconfig':
      return {
        file: describeVariables('/etc/sysconfig/network/config', [
          ['NETCONFIG_DNS_STATIC_SERVERS', nameservers],
          ['NETCONFIG_DNS_STATIC_SEARCHLIST', search],
          ['NETCONFIG_DNS_RESOLVER_SORTLIST', sortlist],
          ['NETCONFIG_DNS_RESOLVER_OPTIONS', options],
        ]),
        told: { kind: 'notify', argv: ['netconfig', 'update', '-f'] },
        lacks: [],
      };
    case 'resolvconf':
      return {
        file: describePlain('/etc/resolvconf/resolv.conf.d/base', words),
        told: { kind: 'notify', argv: ['resolvconf', '-u'] },
        lacks: [],
      };
    case 'file':
      return { file: describePlain('/etc/resolv.conf', words), lacks: [] };
  }
}

function describeFile(path: string, lines: readonly string[]): FileAction {
  const content = ['# Written by guest-init: resolv_conf.', ...lines, ''].join('\n');
  return { kind: 'file', path, content, mode: 0o644 };
}

function describeVariables(path: string, variables: readonly [name: string, words: readonly string[]][]): LinesAction {
  const rules = variables
    .filter(([, words]) => words.length > 0)
    .map(([name, words]) => {
      return { pattern: `^\\s*${name}=`, line: `${name}="${words.join(' ')}"`, add: 'end' } as const;
    });
  return { kind: 'lines', path, mode: 0o644, rules };
}

/** resolv.conf(5). `search` says what `domain` would, and more. */
function describePlain(path: string, { nameservers, search, sortlist, options }: Words): LinesAction {
  const servers = nameservers.map((server, index) => ({
    pattern: index === 0 ? '^\\s*nameserver\\s' : `^nameserver ${server.replaceAll('.', '\\.')}$`,
    line: `nameserver ${server}`,
    add: 'end' as const,
  }));
  const lists = [
    { word: '(?:search|domain)', name: 'search', words: search },
    { word: 'sortlist', name: 'sortlist', words: sortlist },
    { word: 'options', name: 'options', words: options },
  ];
  const others = lists
    .filter(({ words }) => words.length > 0)
    .map(({ word, name, words }) => {
      return { pattern: `^\\s*${word}\\s`, line: `${name} ${words.join(' ')}`, add: 'end' } as const;
    });
  return { kind: 'lines', path, mode: 0o644, rules: [...servers, ...others] };
}
