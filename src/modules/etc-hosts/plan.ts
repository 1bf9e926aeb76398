// Plans the guest's own entry in /etc/hosts, or the whole file.

import type { ModuleContext } from '../../core/define.ts';
import type { Facts } from '../../core/facts.ts';
import type { Step } from '../../core/plan.ts';
import { chooseHostNames, cleanMetadataName, type HostNames } from '../hostname/names.ts';
import type { EtcHosts } from './schema.ts';

const path = '/etc/hosts';

/** One step at every boot, or none. */
export function planEtcHosts(context: ModuleContext<EtcHosts>): Step[] {
  const { config, document, instance, facts } = context;
  const mode = config.manage_etc_hosts;
  if (mode === undefined || mode === false) return [];
  const place: (string | number)[] = ['manage_etc_hosts'];
  if (mode === 'template') {
    context.report({ severity: 'note', code: 'deprecated', message: '"template" is the old spelling of true' }, place);
  }
  const names =
    chooseHostNames({ hostname: document['hostname'], fqdn: document['fqdn'] }, instance.hostname) ??
    chooseHostNames({}, cleanMetadataName(facts.hostname));
  if (names === undefined) {
    context.report(
      { severity: 'warning', code: 'missing', message: 'nobody names the guest, so /etc/hosts stays as it is' },
      place,
    );
    return [];
  }
  const common = {
    id: 'etc_hosts',
    module: 'etc-hosts',
    stage: 'early',
    frequency: 'boot',
    source: context.place(place),
  } as const;
  const own = renderOwnLine(names);
  if (mode === 'localhost') {
    const rule = { pattern: '^127\\.0\\.1\\.1(?:\\s|$)', line: own, add: 'end' } as const;
    return [{ ...common, summary: own, action: { kind: 'lines', path, mode: 0o644, rules: [rule] } }];
  }
  return [
    { ...common, summary: path, action: { kind: 'file', path, mode: 0o644, content: renderHosts(own, facts.os) } },
  ];
}

function renderOwnLine({ short, fqdn }: HostNames): string {
  return `127.0.1.1 ${short === fqdn ? short : `${fqdn} ${short}`}`;
}

/** hosts(5) with the names of the loopback addresses as the distribution's own file has them. */
function renderHosts(own: string, { id, idLike }: Facts['os']): string {
  const debianLike = [id, ...idLike].some((name) => name === 'debian' || name === 'ubuntu');
  const loopback = debianLike
    ? [
        '127.0.0.1 localhost',
        '::1 localhost ip6-localhost ip6-loopback',
        'ff02::1 ip6-allnodes',
        'ff02::2 ip6-allrouters',
      ]
    : [
        '127.0.0.1 localhost localhost.localdomain localhost4 localhost4.localdomain4',
        '::1 localhost localhost.localdomain localhost6 localhost6.localdomain6',
      ];
  return [
    '# Written by guest-init at every boot because manage_etc_hosts is true in the user_data of this instance.',
    '# Set manage_etc_hosts to "localhost" there to keep lines of your own.',
    own,
    ...loopback,
    '',
  ].join('\n');
}
