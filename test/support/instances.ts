// The instances that sandbox cases boot: trees of a config drive as Nova writes them, with one thing different in each case.

import type { DriveTree } from './drive.ts';
import { defaultMac } from './sandbox.ts';
import type { SandboxLink } from './sandbox-script.ts';

export const uuid = '4d3c2b1a-1111-4222-8333-00000000000a';
export const otherUuid = '4d3c2b1a-1111-4222-8333-00000000000b';
export const ec2Id = 'i-0000000a';

/** A real ed25519 public key made for these tests; its private half was thrown away. */
export const publicKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl launch@test';

/** The address that network_data.json gives: another prefix and gateway than a guess would find. */
export const staticNetwork = {
  address: '192.168.10.20',
  netmask: '255.255.255.192',
  prefix: 26,
  gateway: '192.168.10.1',
};

/** eth0 with a router that owns the guessed gateway, that of `staticNetwork`, and every other that a case asks for. */
export const cable: SandboxLink = {
  name: 'eth0',
  mac: defaultMac,
  gateways: [
    ...['10.0.0.254/24', '10.0.0.1/24', '192.168.10.1/26', '192.168.10.2/26', '203.0.113.1/32'],
    ...['172.16.3.1/24', '172.16.3.2/24', '172.16.3.3/24', '2001:db8::1/64', '2001:db8:9::1/64', 'fe80::1/64'],
  ],
};

type Fields = Readonly<Record<string, unknown>>;

/** openstack/latest/meta_data.json. */
export function metaData(fields: Fields = {}): Fields {
  return {
    uuid,
    hostname: 'web-1',
    name: 'web-1',
    launch_index: 0,
    availability_zone: 'nova',
    public_keys: { launch: publicKey },
    ...fields,
  };
}

/** ec2/latest/meta-data.json. */
export function ec2MetaData(fields: Fields = {}): Fields {
  return {
    'instance-id': ec2Id,
    'local-ipv4': '10.0.0.5',
    'local-hostname': 'web-1',
    hostname: 'web-1',
    'instance-type': 'm1.small',
    'public-keys': { '0': { 'openssh-key': publicKey } },
    ...fields,
  };
}

/** openstack/latest/network_data.json with one NIC and one static IPv4 network; `fields` replace fields of that network. */
export function networkData(fields: Fields = {}, link: Fields = {}): Fields {
  const { address, netmask, gateway } = staticNetwork;
  return {
    links: [{ id: 'tap0', type: 'ovs', ethernet_mac_address: defaultMac, mtu: null, vif_id: 'v', ...link }],
    networks: [
      {
        id: 'network0',
        link: 'tap0',
        network_id: 'n',
        type: 'ipv4',
        ip_address: address,
        netmask,
        routes: [{ network: '0.0.0.0', netmask: '0.0.0.0', gateway }],
        ...fields,
      },
    ],
    services: [],
  };
}

/** Scenario A: nothing but the ec2 tree. */
export function ec2Tree(fields: Fields = {}): DriveTree {
  return { 'ec2/latest/meta-data.json': { json: ec2MetaData(fields) } };
}

/** The openstack tree alone, with a static network. */
export function openstackTree(changes: DriveTree = {}): DriveTree {
  return {
    'openstack/latest/meta_data.json': { json: metaData() },
    'openstack/latest/network_data.json': { json: networkData() },
    'openstack/latest/vendor_data.json': { json: {} },
    ...changes,
  };
}

/** Both trees, saying the same address. */
export function fullTree(changes: DriveTree = {}): DriveTree {
  return { ...openstackTree(), ...ec2Tree({ 'local-ipv4': staticNetwork.address }), ...changes };
}

/** The openstack tree with user_data. */
export function userDataTree(userData: string | Uint8Array, changes: DriveTree = {}): DriveTree {
  return openstackTree({ 'openstack/latest/user_data': userData, ...changes });
}

/** DMI of a Nova guest. */
export function novaDmi(productUuid: string = uuid): Readonly<Record<string, string>> {
  return { product_name: 'OpenStack Nova', sys_vendor: 'OpenStack Foundation', product_uuid: productUuid };
}
