// The network as old Nova wrote it for Debian guests (flat_injected): an interfaces(5) text, openstack/content/0000. What the text would
// have ifupdown do is read; nothing of it is run. https://manpages.debian.org/bookworm/ifupdown/interfaces.5.en.html

import type { Diagnostic } from '../../../core/diagnostic.ts';
import { limitDiagnostics } from '../../../core/diagnostic-list.ts';
import type { AddressConfig, NetworkConfig } from '../../../core/network-config.ts';
import { mostOf } from '../network-data-fields.ts';
import { readNetworks } from './addresses.ts';
import { nameLink, readLinks, spellKey } from './links.ts';
import { type Reading, report } from './problems.ts';
import { type IfaceStanza, readStanzas } from './stanzas.ts';

/** As many as network_data.json may have links. */
const mostStanzas = mostOf.links;

/** Options that say what follows from others, or what a link has when it goes down. */
const idle = /^(?:network|broadcast|down|pre-down|post-down)$/;
const used =
  /^(?:address|netmask|gateway|metric|mtu|hwaddress|dns-nameservers?|up|post-up|pre-up|vlan-raw-device|vlan-id|bond-.+)$/;

/**
 * The text as the model. A bad stanza or line costs that element alone, with a diagnostic that names its line. Links are found by
 * `hwaddress`, else by their name. `source` is the file, such as `openstack/content/0000`.
 */
export function parseInterfaces(text: string, source: string): { network: NetworkConfig; diagnostics: Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const reading: Reading = { source, diagnostics };
  const { ifaces, listed, others } = readStanzas(text);
  for (const line of others)
    report(reading, line, 'warning', 'unsupported-key', 'no stanza that a config drive can have; not used');
  const all = ifaces.filter((stanza) => stanza.name !== 'lo');
  const stanzas = all.slice(0, mostStanzas);
  const over = all[mostStanzas];
  if (over !== undefined) {
    const message = `more than ${mostStanzas} stanzas; this one and what follows it are left out`;
    report(reading, { line: over.line, keyword: 'iface' }, 'error', 'limit', message);
  }
  const links = readLinks(reading, stanzas);
  const known = new Set(links.map(({ id }) => id));
  const addresses: AddressConfig[] = [];
  const dns = new Set<string>();
  for (const stanza of stanzas) {
    noteOptions(reading, stanza);
    const link = nameLink(stanza);
    if (known.has(link) && !listed.has(stanza.name) && !listed.has(link))
      report(reading, { line: stanza.line, keyword: 'iface' }, 'note', 'missing', 'no auto line; set up all the same');
    const networks = readNetworks(reading, stanza, link);
    for (const server of networks.dns) dns.add(server);
    for (const address of known.has(link) ? networks.addresses : []) addresses.push(address);
  }
  const network = { links, addresses, dns: [...dns] };
  const ordered = diagnostics.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0));
  return { network, diagnostics: [...limitDiagnostics(ordered, source)] };
}

/** Options that are not read are named, each once a stanza. */
function noteOptions(reading: Reading, { options }: IfaceStanza): void {
  const told = new Set<string>();
  for (const option of options) {
    const key = spellKey(option);
    if (used.test(key) || idle.test(key) || told.has(key)) continue;
    told.add(key);
    const isSearch = key === 'dns-search' || key === 'dns-domain';
    const message = isSearch ? 'search domains of a network; not used' : 'not used';
    report(reading, option, 'note', 'unsupported-key', message);
  }
}
