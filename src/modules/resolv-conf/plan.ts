// Plans the name servers that user_data says, in the file of whoever owns /etc/resolv.conf.

import type { ModuleContext } from '../../core/define.ts';
import type { Step } from '../../core/plan.ts';
import { nameServersModule, saidServersStepId } from '../../network/name-servers.ts';
import { describeWriting, findOwner, type Owner, type Words, type Writing } from './owners.ts';
import type { ResolvConf, Settings } from './schema.ts';

/** MAXNS of resolv.conf(5). */
const mostServers = 3;

/** One or two steps; those of the drive's own name servers give way to servers that are said here. */
export function planResolvConf(context: ModuleContext<ResolvConf>): Step[] {
  const { config, facts, place, report } = context;
  const { manage_resolv_conf: isManaged, resolv_conf: settings } = config;
  if (isManaged !== true) {
    if (settings !== undefined && isManaged === undefined) {
      const message = 'asks for nothing without manage_resolv_conf: true';
      report({ severity: 'warning', code: 'missing', message }, ['resolv_conf']);
    }
    return [];
  }
  const owner = findOwner(facts);
  const words = settings === undefined ? undefined : toWords(settings, owner);
  if (settings === undefined || words === undefined || Object.values(words).every((list) => list.length === 0)) {
    const message = 'asks for nothing without resolv_conf';
    report({ severity: 'warning', code: 'missing', message }, ['manage_resolv_conf']);
    return [];
  }
  const { file, told, lacks } = describeWriting(owner, words);
  tellWhatIsLost({ settings, words, owner, lacks }, context);
  const common = { module: 'resolv-conf', stage: 'early', source: place(['resolv_conf']) } as const;
  const hasServers = words.nameservers.length > 0;
  const written: Step = {
    ...{ ...common, id: hasServers ? saidServersStepId : 'resolv_conf/search', action: file },
    summary: `${[...words.nameservers, ...words.search].join(', ') || words.options.join(', ')} (${file.path})`,
    ...(hasServers ? { replaces: nameServersModule } : {}),
  };
  if (told === undefined) return [written];
  const reload: Step = {
    ...{ ...common, id: 'resolv_conf/reload', needs: [written.id] },
    summary: told.kind === 'service' ? (told.units[0] ?? '') : told.argv.join(' '),
    action: { ...told, onChangeOf: [written.id] },
  };
  return [written, reload];
}

function toWords({ nameservers, searchdomains, domain, sortlist, options }: Settings, owner: Owner): Words {
  return {
    nameservers: owner === 'file' ? nameservers.slice(0, mostServers) : nameservers,
    search: [...new Set([...(domain === undefined ? [] : [domain]), ...searchdomains])],
    sortlist,
    options: Object.entries(options)
      .filter(([, value]) => value !== false)
      .map(([name, value]) => (value === true ? name : `${name}:${value}`)),
  };
}

function tellWhatIsLost(
  given: { settings: Settings; words: Words; owner: Owner; lacks: Writing['lacks'] },
  { report }: ModuleContext<ResolvConf>,
): void {
  const { settings, words, owner, lacks } = given;
  const names: Partial<Record<Owner, string>> = { resolved: 'systemd-resolved', 'network-manager': 'NetworkManager' };
  for (const key of lacks) {
    if (Object.keys(settings[key]).length === 0) continue;
    const message = `${names[owner] ?? owner} writes /etc/resolv.conf and knows no ${key}; left out`;
    report({ severity: 'warning', code: 'unsupported-key', message }, ['resolv_conf', key]);
  }
  if (owner === 'network-manager' && words.nameservers.length === 0) {
    const message = 'NetworkManager writes /etc/resolv.conf and minds the rest only with nameservers';
    report({ severity: 'warning', code: 'missing', message }, ['resolv_conf']);
  }
  const more = settings.nameservers.length - words.nameservers.length;
  if (more > 0) {
    const message = `/etc/resolv.conf takes ${mostServers} name servers; the other ${more} are left out`;
    report({ severity: 'warning', code: 'limit', message }, ['resolv_conf', 'nameservers']);
  }
}
