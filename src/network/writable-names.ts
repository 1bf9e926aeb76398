// Links whose names the files of a network service would read as something else: the kernel takes any byte but a slash, a colon and
// blanks, and live commands are not read by a shell. Such a link is set up now and cannot be written down.

import type { NetworkBackend } from '../core/network-backend.ts';
import type { ResolvedLink, ResolvedNetwork } from '../core/resolved-network.ts';

/** Scripts use the name bare, and stanzas take `a=b` for a link and a mapping (interfaces(5)). */
const shell = /["'\\$&;|<>()*?[\]=`]|^[#~]/;
/** Quotes, patterns and their negation in Name= (systemd.network(5)) and in netplan's match. */
const pattern = /["'\\*?[\]!]/;
/** Lists of devices and the escapes of keyfiles (NetworkManager.conf(5), match-device). */
const list = /[;,\\]/;

const strange: Readonly<Record<NetworkBackend, RegExp>> = {
  ...{ ifupdown: shell, 'ifupdown-alpine': shell, sysconfig: shell, wicked: shell },
  ...{ networkd: pattern, netplan: pattern, 'network-manager': list },
};

export type WritableNetwork = {
  readonly network: ResolvedNetwork;
  /** What is left out: strange names, and what is on such a link or has it as a member. */
  readonly unwritable: readonly { readonly link: ResolvedLink; readonly message: string }[];
};

/** Pure. Whatever is left is whole: bonds with all their members, VLANs with their parents. */
export function keepWritable({ links }: ResolvedNetwork, backend: NetworkBackend): WritableNetwork {
  const reasons = new Map<string, string>();
  for (const { name, bond, vlan } of links) {
    const below = [...(bond?.members ?? []), ...(vlan === undefined ? [] : [vlan.parent])];
    const cause = below.find((other) => reasons.has(other));
    if (strange[backend].test(name))
      reasons.set(name, `its files (${backend}) take a character of this name for another`);
    else if (cause !== undefined) reasons.set(name, `neither is ${cause} below it`);
  }
  for (const { name, memberOf } of links)
    if (memberOf !== undefined && reasons.has(memberOf) && !reasons.has(name))
      reasons.set(name, `neither is ${memberOf} that it is a member of`);
  return {
    network: { links: links.filter(({ name }) => !reasons.has(name)) },
    unwritable: links.flatMap((link) => {
      const reason = reasons.get(link.name);
      return reason === undefined
        ? []
        : [{ link, message: `${link.name} is set up now and not written down: ${reason}` }];
    }),
  };
}
