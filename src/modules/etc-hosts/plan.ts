// Plans the guest's own entry in /etc/hosts, or the whole file.

import type { ModuleContext } from '../../core/define.ts';
import type { Facts } from '../../core/facts.ts';
import type { Step } from '../../core/plan.ts';
import { chooseHostNames, cleanMetadataName, type HostNames } from '../hostname/names.ts';
import type { EtcHosts } from './schema.ts';

const path = '/etc/hosts';

/** One step at every boot where the document asks for it, else one for the instance where the guest would not find its own name; or none. */
export function planEtcHosts(context: ModuleContext<EtcHosts>): Step[] {
  const { config, validated, instance, facts } = context;
  const mode = config.manage_etc_hosts;
  if (mode === false) return [];
  if (mode === undefined) return planUnasked(context);
  const place: (string | number)[] = ['manage_etc_hosts'];
  if (mode === 'template') {
    context.report({ severity: 'note', code: 'deprecated', message: '"template" is the old spelling of true' }, place);
  }
  const names = chooseHostNames(validated, instance.hostname) ?? chooseHostNames({}, cleanMetadataName(facts.hostname));
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
  if (mode === 'localhost') return [{ ...common, summary: own, action: describeOwnLine(own) }];
  const content = `${wholeFileHeader}${renderHosts(own, facts.os)}`;
  return [{ ...common, summary: path, action: { kind: 'file', path, mode: 0o644, content } }];
}

/** sudo and mail servers look the guest's name up; where nothing answers they complain, or wait for name servers out of reach. */
function planUnasked({ validated, instance, facts }: ModuleContext<EtcHosts>): Step[] {
  if (facts.findsOwnName || validated['preserve_hostname'] === true) return [];
  const names = chooseHostNames(validated, instance.hostname);
  if (names === undefined) return [];
  const own = renderOwnLine(names);
  // A minimal image has no such file, and one without localhost is worse than none.
  const action = facts.hasHostsFile
    ? describeOwnLine(own)
    : ({ kind: 'file', path, mode: 0o644, content: renderHosts(own, facts.os) } as const);
  return [{ id: 'etc_hosts', module: 'etc-hosts', stage: 'early', summary: own, action }];
}

function describeOwnLine(line: string): Step['action'] {
  return { kind: 'lines', path, mode: 0o644, rules: [{ pattern: '^127\\.0\\.1\\.1(?:\\s|$)', line, add: 'end' }] };
}

function renderOwnLine({ short, fqdn }: HostNames): string {
  return `127.0.1.1 ${short === fqdn ? short : `${fqdn} ${short}`}`;
}

const wholeFileHeader = `# Written by guest-init at every boot because manage_etc_hosts is true in the user_data of this instance.
# Set manage_etc_hosts to "localhost" there to keep lines of your own.
`;

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
  return [own, ...loopback, ''].join('\n');
}
