// A known instance whose drive says another network than the one that was applied: the difference, and nothing but it, is applied.
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { RunResult } from '../support/command-inside.ts';
import type { DriveTree } from '../support/drive.ts';
import { cable, metaData, networkData, novaDmi, openstackTree, otherUuid, userDataTree } from '../support/instances.ts';
import { findKernelLinks } from '../support/kernel-links.ts';
import { assertNothingLeft } from '../support/leftovers.ts';
import { assertReleased, describeSandbox, readNetwork, staticApplied } from '../support/main-job.ts';
import { explainMissingRoots } from '../support/roots.ts';
import { type Sandbox, type SandboxOptions, withSandbox } from '../support/sandbox.ts';

const missing = explainMissingRoots();
const kernel = missing === undefined ? findKernelLinks() : { bond: false, vlan: false };
const secondMac = 'fa:16:3e:00:00:06';
const secondCable = { name: 'eth1', mac: secondMac, gateways: ['10.30.0.1/24'] };
const userData = '#cloud-config\nruncmd: ["echo ran >> /root/count"]\n';

type Json = Readonly<Record<string, unknown>>;

function treeWith(network: unknown, more: DriveTree = {}): DriveTree {
  const data = typeof network === 'string' ? network : { json: network };
  return userDataTree(userData, { 'openstack/latest/network_data.json': data, ...more });
}

const routes = [{ network: '0.0.0.0', netmask: '0.0.0.0', gateway: '192.168.10.1' }];
const extraRoute = { network: '172.16.0.0', netmask: '255.240.0.0', gateway: '192.168.10.2' };
const plain = networkData();
const moved = networkData({ ip_address: '192.168.10.30' });
const movedApplied = { ...staticApplied, addresses: ['192.168.10.30/26'] };
const withRoute = networkData({ routes: [...routes, extraRoute] });

/** The plain network, and what `add` puts beside it. */
function extended(add: { links?: readonly Json[]; networks?: readonly Json[]; services?: readonly Json[] }): Json {
  const { links, networks } = plain as { links: Json[]; networks: Json[] };
  return {
    links: [...links, ...(add.links ?? [])],
    networks: [...networks, ...(add.networks ?? [])],
    services: add.services ?? [],
  };
}

const secondLink = { id: 'tap1', type: 'ovs', ethernet_mac_address: secondMac };
const secondNetwork = {
  ...{ id: 'n1', link: 'tap1', type: 'ipv4', ip_address: '10.30.0.5', netmask: '255.255.255.0' },
  routes: [{ network: '10.40.0.0', netmask: '255.255.0.0', gateway: '10.30.0.1' }],
};
const twoNics = extended({ links: [secondLink], networks: [secondNetwork] });
const twoNicsApplied = {
  addresses: [...staticApplied.addresses, '10.30.0.5/24'],
  routes: [
    '10.30.0.0/24 dev eth1',
    '10.40.0.0/16 via 10.30.0.1 dev eth1',
    '192.168.10.0/26 dev eth0',
    'default via 192.168.10.1 dev eth0',
  ],
};

async function runJob(box: Sandbox, ...words: string[]): Promise<RunResult & { said: string }> {
  const result = await box.run(['guest-init', 'run', ...words]);
  const said = result.stdout + result.stderr;
  assertReleased(box, said);
  return { ...result, said };
}

function guest(
  before: DriveTree,
  after: DriveTree | undefined,
  more: Partial<SandboxOptions> & { config?: string } = {},
) {
  const { config, ...sandbox } = more;
  const described = describeSandbox({ sandbox, ...(config === undefined ? {} : { config }) });
  return { ...described, drives: [{ tree: before }, ...(after === undefined ? [] : [{ tree: after, late: true }])] };
}

/** In place of the first drive the second one, as a cloud rebuilds it. */
function swap(box: Sandbox): void {
  box.unplug(0);
  box.plug(1);
}

/** Counts mounts from now on. */
function countMounts(box: Sandbox): () => number {
  box.shim('mount', 'echo mounted >> /root/mounts; exec "$REAL" "$@"');
  return () => (box.readFileIfAny('/root/mounts') ?? '').split('mounted').length - 1;
}

async function changeNetwork(
  change: {
    from: DriveTree;
    to: DriveTree;
    reboots?: boolean;
    options?: Partial<SandboxOptions> & { config?: string };
  },
  check: (box: Sandbox, run: RunResult & { said: string }) => void | Promise<void>,
): Promise<void> {
  await withSandbox(guest(change.from, change.to, change.options), async (box) => {
    const first = await runJob(box);
    assert.equal(first.status, 0, first.said);
    if (change.reboots === true) await box.reboot();
    swap(box);
    const run = await runJob(box);
    assert.equal(box.readFile('/root/count'), 'ran\n', 'user_data is applied once');
    await check(box, run);
  });
}

describe('a known instance whose drive was rebuilt', { skip: missing ?? false, concurrency: 2 }, () => {
  after(assertNothingLeft);

  for (const reboots of [false, true]) {
    it(`with another address ${reboots ? 'gets it at the next boot' : 'gets it in the same boot'}, and is known from then on`, async () => {
      await changeNetwork({ from: treeWith(plain), to: treeWith(moved), reboots }, async (box, run) => {
        assert.equal(run.status, 0, run.said);
        assert.match(run.said, /OK web-1 eth0 192\.168\.10\.30\/26 via 192\.168\.10\.1; network data changed: applied/);
        assert.deepEqual(readNetwork(box), movedApplied);
        const status = await box.exec(['guest-init', 'status']);
        assert.match(status, /network data changed: applied/);
        const count = countMounts(box);
        const third = await runJob(box);
        assert.match(third.said, /already applied; nothing was changed/);
        assert.equal(count(), 0);
        await box.reboot();
        box.unplug(1);
        assert.equal((await runJob(box)).status, 0);
        assert.deepEqual(readNetwork(box), movedApplied, 'kept at a boot without the drive');
        assert.equal(box.readFile('/root/count'), 'ran\n');
      });
    });
  }

  it('by its units, with the network left to a service: the early one applies and writes it, the late one finds it done', async () => {
    const config = 'network: {backend: networkd}\ndrive: {wait: 1}\n';
    const run = (box: Sandbox, stage: string) =>
      box.run(['guest-init', 'run', '--stage', stage], { env: { GUEST_INIT_STARTED_BY: 'systemd' } });
    await withSandbox(guest(treeWith(plain), treeWith(moved), { config }), async (box) => {
      assert.equal((await run(box, 'early')).status, 0);
      assert.equal((await run(box, 'late')).status, 0);
      await box.reboot();
      assert.equal((await run(box, 'early')).status, 0);
      assert.deepEqual(box.addresses(), [], 'left to the service');
      await box.reboot();
      swap(box);
      const early = await run(box, 'early');
      assert.match(early.stdout + early.stderr, /network data changed: applied/);
      assert.deepEqual(readNetwork(box), movedApplied);
      assert.match(box.readFile('/etc/systemd/network/05-guest-init-eth0.network'), /^Address=192\.168\.10\.30\/26$/m);
      const late = await run(box, 'late');
      assert.match(late.stdout + late.stderr, /already applied; nothing was changed/);
      await box.reboot();
      assert.equal((await run(box, 'early')).status, 0);
      assert.deepEqual(box.addresses(), [], 'left to the service again');
    });
  });

  it('and comes after the early stage: the late one applies it', async () => {
    await withSandbox(guest(treeWith(plain), treeWith(moved), { dmi: novaDmi() }), async (box) => {
      assert.equal((await runJob(box)).status, 0);
      await box.reboot();
      box.unplug(0);
      const early = await runJob(box, '--stage', 'early');
      assert.equal(early.status, 0, early.said);
      assert.deepEqual(readNetwork(box), staticApplied);
      box.plug(1);
      const late = await runJob(box, '--stage', 'late');
      assert.match(late.said, /network data changed: applied/);
      assert.deepEqual(readNetwork(box), movedApplied);
    });
  });

  it('with one more NIC, and then with one less', async () => {
    const options = { links: [cable, secondCable] };
    await changeNetwork({ from: treeWith(plain), to: treeWith(twoNics), options }, async (box, run) => {
      assert.equal(run.status, 0, run.said);
      assert.deepEqual(readNetwork(box), twoNicsApplied);
      box.unplug(1);
      box.plug(0);
      const plan = await box.exec(['guest-init', 'plan']);
      assert.match(plan, /eth1 10\.30\.0\.5\/24: no longer asked for/);
      const back = await runJob(box);
      assert.equal(back.status, 0, back.said);
      assert.match(back.said, /network data changed: applied/);
      assert.deepEqual(readNetwork(box), staticApplied);
    });
  });

  it('without a route that it had', async () => {
    await changeNetwork({ from: treeWith(withRoute), to: treeWith(plain) }, (box, run) => {
      assert.equal(run.status, 0, run.said);
      assert.deepEqual(readNetwork(box), staticApplied);
    });
  });

  it('with another gateway', async () => {
    const other = networkData({ routes: [{ network: '0.0.0.0', netmask: '0.0.0.0', gateway: '192.168.10.2' }] });
    await changeNetwork({ from: treeWith(plain), to: treeWith(other) }, (box, run) => {
      assert.equal(run.status, 0, run.said);
      assert.deepEqual(readNetwork(box), {
        ...staticApplied,
        routes: ['192.168.10.0/26 dev eth0', 'default via 192.168.10.2 dev eth0'],
      });
    });
  });

  it('with IPv6 beside IPv4, and then without', async () => {
    const dual = extended({
      networks: [
        {
          ...{ id: 'n6', link: 'tap0', type: 'ipv6', ip_address: '2001:db8::5', netmask: 'ffff:ffff:ffff:ffff::' },
          routes: [{ network: '::', netmask: '::', gateway: '2001:db8::1' }],
        },
      ],
    });
    await changeNetwork({ from: treeWith(dual), to: treeWith(plain) }, (box, run) => {
      assert.equal(run.status, 0, run.said);
      assert.deepEqual(readNetwork(box), staticApplied);
    });
  });

  it('with other name servers', async () => {
    const dns = (...addresses: string[]) =>
      extended({ services: addresses.map((address) => ({ type: 'dns', address })) });
    const change = { from: treeWith(dns('10.9.9.1')), to: treeWith(dns('10.9.9.2', '10.9.9.3')) };
    await changeNetwork(change, (box, run) => {
      assert.match(run.said, /network data changed: applied/);
      const servers = box.readFile('/etc/resolv.conf').match(/^nameserver .*$/gm);
      assert.deepEqual(servers, ['nameserver 10.9.9.2', 'nameserver 10.9.9.3']);
    });
  });

  it('with the same network: nothing is changed, and it is known from then on', async () => {
    const reordered = { services: [], ...(plain as Json) };
    await withSandbox(guest(treeWith(plain), treeWith(reordered)), async (box) => {
      assert.equal((await runJob(box)).status, 0);
      const links = box.links();
      swap(box);
      const count = countMounts(box);
      const again = await runJob(box);
      assert.match(again.said, /already applied; nothing was changed/);
      assert.equal(count(), 1);
      await runJob(box);
      assert.equal(count(), 1, 'the renewed stamp is known');
      assert.deepEqual(box.links(), links);
    });
  });

  it('with files for its network service: they follow, and those of a link that is gone go', async () => {
    const config = 'network: {backend: networkd}\ndrive: {wait: 1}\n';
    const options = { config, links: [cable, secondCable] };
    await changeNetwork({ from: treeWith(twoNics), to: treeWith(moved), options, reboots: true }, (box, run) => {
      assert.equal(run.status, 0, run.said);
      const folder = '/etc/systemd/network/05-guest-init-';
      assert.match(box.readFile(`${folder}eth0.network`), /^Address=192\.168\.10\.30\/26$/m);
      assert.equal(box.readFileIfAny(`${folder}eth1.network`), undefined);
      assert.deepEqual(readNetwork(box), movedApplied);
    });
  });

  it('from an address to DHCP: the address stays until the service has another, its file says DHCP', async () => {
    const dhcp = networkData({ type: 'ipv4_dhcp', ip_address: undefined, netmask: undefined, routes: undefined });
    const options = { config: 'network: {backend: networkd}\ndrive: {wait: 1}\n' };
    await changeNetwork({ from: treeWith(plain), to: treeWith(dhcp), options }, (box, run) => {
      assert.equal(run.status, 0, run.said);
      assert.match(box.readFile('/etc/systemd/network/05-guest-init-eth0.network'), /^DHCP=ipv4$/m);
      assert.deepEqual(readNetwork(box), staticApplied);
    });
  });

  it('without the VLAN that it had', {
    skip: kernel.vlan ? false : 'the kernel of this machine makes no VLANs',
  }, async () => {
    const vlan = extended({
      links: [{ id: 'v', type: 'vlan', vlan_id: 7, vlan_link: 'tap0', vlan_mac_address: secondMac }],
      networks: [{ id: 'n7', link: 'v', type: 'ipv4', ip_address: '10.7.0.5', netmask: '255.255.255.0', routes: [] }],
    });
    await changeNetwork({ from: treeWith(vlan), to: treeWith(plain) }, (box, run) => {
      assert.equal(run.status, 0, run.said);
      assert.deepEqual(
        box.links().map(({ name }) => name),
        ['eth0'],
      );
      assert.deepEqual(readNetwork(box), staticApplied);
    });
  });

  it('without the bond that it had', {
    skip: kernel.bond ? false : 'the kernel of this machine makes no bonds',
  }, async () => {
    const { links, networks } = plain as { links: Json[]; networks: Json[] };
    const bond = {
      links: [
        ...links,
        secondLink,
        { id: 'bond0', type: 'bond', bond_mode: 'active-backup', bond_links: ['tap0', 'tap1'] },
      ],
      networks: networks.map((entry) => ({ ...entry, link: 'bond0' })),
      services: [],
    };
    const options = { links: [cable, secondCable] };
    await changeNetwork({ from: treeWith(bond), to: treeWith(plain), options }, (box, run) => {
      assert.equal(run.status, 0, run.said);
      assert.deepEqual(
        box.links().map(({ name }) => name),
        ['eth0', 'eth1'],
      );
      assert.deepEqual(readNetwork(box), staticApplied);
    });
  });

  for (const [name, words] of Object.entries({ address: 'ifconfig', route: 'route', removal: 'ip' })) {
    it(`with a network whose ${name} cannot be set: the one before stays, and the next run tries again`, async () => {
      // One call fails, so that taking it back works.
      const fails = `if [ ! -e /root/mended ] && [ ! -e /root/failed ] && case "$*" in *192.168.10.30*|*gw*|"route del"*) true;; *) false;; esac; then echo x > /root/failed; echo refused >&2; exit 1; fi; exec "$REAL" "$@"`;
      const dual = extended({
        networks: [
          {
            id: 'n6',
            link: 'tap0',
            type: 'ipv6',
            ip_address: '2001:db8::5',
            netmask: 'ffff:ffff:ffff:ffff::',
            routes: [{ network: '2001:db8:9::', netmask: 'ffff:ffff:ffff::', gateway: '2001:db8::1' }],
          },
        ],
      });
      await withSandbox(guest(treeWith(dual), treeWith(moved)), async (box) => {
        const first = await runJob(box);
        assert.equal(first.status, 0, first.said);
        const before = { network: readNetwork(box), links: box.links() };
        swap(box);
        box.shim(words, fails);
        const failed = await runJob(box);
        assert.equal(failed.status, 20, failed.said);
        assert.match(failed.said, /network data changed: not applied, the network is as it was/);
        assert.deepEqual({ network: readNetwork(box), links: box.links() }, before, failed.said);
        box.writeFile('/root/mended', '');
        const again = await runJob(box);
        assert.equal(again.status, 0, again.said);
        assert.match(again.said, /network data changed: applied/);
        assert.deepEqual(readNetwork(box), movedApplied);
        assert.equal(box.readFile('/root/count'), 'ran\n');
      });
    });
  }

  it('with a network that fails at the next boot: comes up with the one before', async () => {
    await withSandbox(guest(treeWith(plain), treeWith(moved)), async (box) => {
      assert.equal((await runJob(box)).status, 0);
      await box.reboot();
      swap(box);
      box.shim('ifconfig', 'case "$*" in *192.168.10.30*) echo refused >&2; exit 1;; esac; exec "$REAL" "$@"');
      const failed = await runJob(box);
      assert.equal(failed.status, 20, failed.said);
      assert.match(failed.said, /web-1 eth0 192\.168\.10\.20\/26/);
      assert.deepEqual(readNetwork(box), staticApplied, failed.said);
    });
  });

  it('with damaged network data keeps what it has, and says so at each run', async () => {
    await changeNetwork({ from: treeWith(plain), to: treeWith('{"links": [') }, async (box, run) => {
      for (const said of [run, await runJob(box)]) {
        assert.equal(said.status, 2, said.said);
        assert.match(
          said.said,
          /DEGRADED web-1 eth0 192\.168\.10\.20\/26 .*cannot be read; the network stays as it was; openstack\/latest\/network_data\.json:1:\d+ /,
        );
        assert.deepEqual(readNetwork(box), staticApplied);
      }
    });
  });

  it('with one entry that cannot be read takes nothing away', async () => {
    const { links, networks } = twoNics as { links: Json[]; networks: Json[] };
    const hurt = {
      links: links.map((link) => (link.id === 'tap1' ? { ...link, ethernet_mac_address: 'nonsense' } : link)),
      networks,
      services: [],
    };
    const options = { links: [cable, secondCable] };
    await changeNetwork({ from: treeWith(twoNics), to: treeWith(hurt), options }, (box, run) => {
      assert.equal(run.status, 2, run.said);
      assert.deepEqual(readNetwork(box), twoNicsApplied);
    });
  });

  for (const [name, data] of Object.entries({
    '{}': {},
    'links without networks': { links: (plain as { links: unknown }).links },
  })) {
    it(`that says nothing about the network any more (${name}) keeps it, and says so`, async () => {
      await changeNetwork({ from: treeWith(plain), to: treeWith(data), reboots: true }, async (box, run) => {
        assert.equal(run.status, 0, run.said);
        assert.match(run.said, /the drive says no network any more: the network was restored/);
        assert.deepEqual(readNetwork(box), staticApplied);
        const count = countMounts(box);
        assert.equal((await runJob(box)).status, 0);
        assert.equal(count(), 0);
      });
    });
  }
});

describe('a known instance', { skip: missing ?? false, concurrency: 2 }, () => {
  after(assertNothingLeft);

  it('without a drive keeps its network', async () => {
    await withSandbox(guest(treeWith(plain), undefined, { dmi: novaDmi() }), async (box) => {
      assert.equal((await runJob(box)).status, 0);
      await box.reboot();
      box.unplug(0);
      const again = await runJob(box);
      assert.equal(again.status, 0, again.said);
      assert.deepEqual(readNetwork(box), staticApplied);
    });
  });

  it('on OpenStack with the drive of another instance keeps its network', async () => {
    const other = treeWith(moved, { 'openstack/latest/meta_data.json': { json: metaData({ uuid: otherUuid }) } });
    await withSandbox(guest(treeWith(plain), other, { dmi: novaDmi() }), async (box) => {
      assert.equal((await runJob(box)).status, 0);
      for (const reboots of [false, true]) {
        if (reboots) await box.reboot();
        else swap(box);
        const again = await runJob(box);
        assert.equal(again.status, 41, again.said);
        assert.deepEqual(readNetwork(box), staticApplied, again.said);
      }
    });
  });
});

describe('a new instance whose drive says nothing about the network', { skip: missing ?? false }, () => {
  after(assertNothingLeft);
  const tree = openstackTree({ 'openstack/latest/network_data.json': { json: {} } });

  it('has it left as it is, and is told', async () => {
    await withSandbox(describeSandbox({ tree }), async (box) => {
      await box.exec(['ip', 'addr', 'add', '10.0.0.77/24', 'dev', 'eth0']);
      const run = await runJob(box);
      assert.equal(run.status, 0, run.said);
      assert.match(run.said, /OK web-1; the drive says no network: left as it is/);
      assert.deepEqual(box.addresses(), ['10.0.0.77/24']);
      assert.match(await box.exec(['guest-init', 'plan']), /says nothing about the network, which stays as it is/);
    });
  });

  it('gets DHCP where the image says so', async () => {
    const config = 'network: {when_unspecified: dhcp, backend: networkd}\ndrive: {wait: 1}\n';
    await withSandbox(describeSandbox({ tree, config }), async (box) => {
      const run = await runJob(box);
      assert.equal(run.status, 0, run.said);
      assert.match(run.said, /OK web-1 eth0 by DHCP; the drive says no network /);
      assert.match(box.readFile('/etc/systemd/network/05-guest-init-eth0.network'), /^DHCP=ipv4$/m);
    });
  });
});
