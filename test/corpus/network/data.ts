// network_data.json in pieces: an ordinary link and network, changed by what an entry says.

const ordinaryLink = { id: 'tap0', type: 'ovs', ethernet_mac_address: 'fa:16:3e:00:00:05', mtu: 1500 };
const ordinaryNetwork = {
  id: 'n0',
  type: 'ipv4',
  link: 'tap0',
  ip_address: '192.0.2.5',
  netmask: '255.255.255.0',
  routes: [{ network: '0.0.0.0', netmask: '0.0.0.0', gateway: '192.0.2.1' }],
};

/** A value a line, so that each has a line of its own. */
export function data(content: object): string {
  return JSON.stringify({ links: [ordinaryLink], networks: [ordinaryNetwork], ...content }, null, 1);
}

/** The ordinary link with other fields, and more links after it. */
export function link(fields: object, ...more: object[]): string {
  return data({ links: [{ ...ordinaryLink, ...fields }, ...more] });
}

/** The ordinary network with other fields, and more networks after it. */
export function network(fields: object, ...more: object[]): string {
  return data({
    networks: [{ ...ordinaryNetwork, ...fields }, ...more.map((one) => ({ ...ordinaryNetwork, ...one }))],
  });
}
