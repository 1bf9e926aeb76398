// What each of many static NICs costs beyond the two commands that it takes: guest-init against a shell script of nothing but these
// commands, in turn, each in a guest of its own.

import { metaData } from '../support/instances.ts';
import { bindProduct } from '../support/product.ts';
import type { SandboxOptions } from '../support/sandbox.ts';
import { takeMedian } from './bars.ts';
import { type Measurement, measureBind, type Row, runRow } from './rows.ts';

export const nicCount = 64;
/** Milliseconds that each NIC after the first may take beyond its own two commands. */
export const mostMsPerNic = 2;

const nics = Array.from({ length: nicCount }, (_, index) => ({
  name: `eth${index}`,
  mac: `fa:16:3e:00:01:${index.toString(16).padStart(2, '0')}`,
  address: `10.${index}.0.5`,
  gateway: `10.${index}.0.1`,
  destination: `172.16.${index}.0`,
}));

function describeNetwork(count: number) {
  const used = nics.slice(0, count);
  return {
    links: used.map(({ name, mac }) => ({ id: `tap-${name}`, type: 'ovs', ethernet_mac_address: mac })),
    networks: used.map(({ name, address, gateway, destination }) => ({
      ...{ id: name, link: `tap-${name}`, type: 'ipv4', ip_address: address, netmask: '255.255.255.0' },
      routes: [{ network: destination, netmask: '255.255.255.0', gateway }],
    })),
  };
}

function renderScript(count: number): string {
  const commands = nics
    .slice(0, count)
    .flatMap(({ name, address, gateway, destination }) => [
      `ifconfig ${name} ${address} netmask 255.255.255.0 broadcast ${address.replace(/5$/, '255')} up`,
      `route add -net ${destination} netmask 255.255.255.0 gw ${gateway} dev ${name}`,
    ]);
  return ['#!/bin/sh', 'set -eu', ...commands, ''].join('\n');
}

/** A guest with all NICs, whose drive and script set up `count` of them. */
function describeGuest(count: number): SandboxOptions {
  const metadata = metaData({ public_keys: {}, hostname: undefined });
  return {
    links: nics.map(({ name, mac, gateway }) => ({ name, mac, gateways: [`${gateway}/24`] })),
    binds: [bindProduct(), measureBind],
    drives: [
      {
        tree: {
          'openstack/latest/meta_data.json': { json: metadata },
          'openstack/latest/network_data.json': { json: describeNetwork(count) },
        },
      },
    ],
    files: {
      '/opt/many-nics.sh': { content: renderScript(count), mode: 0o755 },
      // Set, not looked at: what waiting for answers takes is the segment's doing.
      '/etc/guest-init/config.yaml': 'network: {verify_timeout: 0}\n',
    },
  };
}

function makeRow(name: string, count: number, argv: readonly string[]): Row {
  const verify: Row['verify'] = (box) => {
    const addresses = box.links().flatMap((link) => link.addresses);
    const routes = box.routes().filter((route) => route.startsWith('172.16.'));
    if (addresses.length !== count || routes.length !== count)
      throw new Error(`${addresses.length} addresses and ${routes.length} routes of ${count}`);
  };
  return { name: `${name}, ${count} NICs`, sandbox: describeGuest(count), argv, verify };
}

const rows = Object.fromEntries(
  [1, nicCount].flatMap((count) => [
    [`bare${count}`, makeRow('sh', count, ['/opt/many-nics.sh'])],
    [`program${count}`, makeRow('guest-init', count, ['/usr/bin/guest-init', 'run'])],
  ]),
) as Readonly<Record<string, Row>>;

export type ManyNics = {
  /** Medians of the wall time in milliseconds, by row. */
  readonly medians: Readonly<Record<string, number>>;
  /** Medians over the rounds: what each NIC after the first takes beyond its commands. */
  readonly wallMsPerNic: number;
  readonly cpuMsPerNic: number;
  /** As wallMsPerNic, with the start of the program and the reading of the drive divided among the NICs. */
  readonly wholeMsPerNic: number;
};

/** `rounds` of all rows in turn, after one to warm up. */
export async function measureManyNics(rounds: number): Promise<ManyNics> {
  const found: Record<string, Measurement>[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const one: Record<string, Measurement> = {};
    for (const [name, row] of Object.entries(rows)) one[name] = await runRow(row);
    if (round > 0) found.push(one);
  }
  const excess = (one: Record<string, Measurement>, count: number, quantity: 'wallMs' | 'cpuMs'): number =>
    (one[`program${count}`]?.[quantity] ?? Number.NaN) - (one[`bare${count}`]?.[quantity] ?? Number.NaN);
  const marginal = (quantity: 'wallMs' | 'cpuMs'): number =>
    takeMedian(found.map((one) => (excess(one, nicCount, quantity) - excess(one, 1, quantity)) / (nicCount - 1)));
  return {
    medians: Object.fromEntries(
      Object.keys(rows).map((name) => [name, takeMedian(found.map((one) => one[name]?.wallMs ?? Number.NaN))]),
    ),
    wallMsPerNic: marginal('wallMs'),
    cpuMsPerNic: marginal('cpuMs'),
    wholeMsPerNic: takeMedian(found.map((one) => excess(one, nicCount, 'wallMs') / nicCount)),
  };
}
