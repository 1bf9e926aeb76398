// The network of a guest at the boots after its first: without its drive, with its NICs under other names, and as another instance.
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { RunResult } from '../support/command-inside.ts';
import { cable, metaData, networkData, novaDmi, openstackTree, otherUuid } from '../support/instances.ts';
import { assertNothingLeft } from '../support/leftovers.ts';
import { assertReleased, describeSandbox, readNetwork, staticApplied } from '../support/main-job.ts';
import { ipv4, secondCable, secondNetwork, secondNic, withNetworks } from '../support/network-faults.ts';
import { explainMissingRoots } from '../support/roots.ts';
import { type Sandbox, withSandbox } from '../support/sandbox.ts';

const missing = explainMissingRoots();
const twoNics = withNetworks([ipv4, secondNetwork], [secondNic]);
const links = [cable, secondCable];

async function runJob(box: Sandbox, ...words: string[]): Promise<RunResult & { said: string; last: string }> {
  const result = await box.run(['guest-init', 'run', ...words]);
  const said = result.stdout + result.stderr;
  assertReleased(box, said);
  return { ...result, said, last: said.trimEnd().split('\n').at(-1) ?? '' };
}

function listByMac(box: Sandbox): Record<string, readonly string[]> {
  return Object.fromEntries(
    box.links().map(({ mac, addresses }) => [mac, addresses.filter((a) => !a.startsWith('fe80'))]),
  );
}

describe('a known instance without its drive', { skip: missing ?? false, concurrency: 2 }, () => {
  after(assertNothingLeft);

  type Fault = { name: string; spoil: (box: Sandbox) => void; status: number; says: RegExp; isSet: boolean };
  const faults: Fault[] = [
    {
      name: 'nothing',
      spoil: () => {},
      status: 0,
      says: /no drive, already applied; the network was restored/,
      isSet: true,
    },
    {
      name: 'an address that another machine has',
      spoil: (box) => box.inRouter(['ip', 'addr', 'add', '192.168.10.20/32', 'dev', 'gw0']),
      ...{ status: 20, says: /FAILED \(20\) 192\.168\.10\.20 is in use on eth0/, isSet: false },
    },
    {
      name: 'a silent gateway',
      spoil: (box) => box.inRouter(['ip', 'addr', 'flush', 'dev', 'gw0']),
      ...{
        status: 2,
        says: /no drive, already applied; .*gateway 192\.168\.10\.1 does not answer on eth0/,
        isSet: true,
      },
    },
    {
      name: 'no tool',
      spoil: (box) => {
        for (const tool of ['ip', 'ifconfig', 'route']) box.hide(tool);
      },
      ...{ status: 20, says: /FAILED \(20\) /, isSet: false },
    },
    {
      name: 'its NIC under another name',
      spoil: (box) => box.inNetwork(['ip', 'link', 'set', 'eth0', 'name', 'ens3']),
      ...{ status: 22, says: /FAILED \(22\) eth0: not the NIC that it was .*attach the config drive/, isSet: false },
    },
  ];
  for (const { name, spoil, status, says, isSet } of faults) {
    it(`meets ${name}, and says so`, async () => {
      await withSandbox({ ...describeSandbox({ tree: openstackTree() }), dmi: novaDmi() }, async (box) => {
        assert.equal((await runJob(box)).status, 0);
        await box.reboot();
        box.unplug(0);
        spoil(box);
        const run = await runJob(box);
        assert.equal(run.status, status, run.said);
        assert.match(run.last, says);
        assert.equal(readNetwork(box).addresses.includes('192.168.10.20/26'), isSet, run.said);
      });
    });
  }
});

describe('a known instance whose NICs have other names', { skip: missing ?? false, concurrency: 2 }, () => {
  after(assertNothingLeft);

  const swapNames = (box: Sandbox): void => {
    for (const [from, to] of [
      ['eth0', 'spare'],
      ['eth1', 'eth0'],
      ['spare', 'eth1'],
    ] as const)
      box.inNetwork(['ip', 'link', 'set', from, 'name', to]);
  };
  const set = { [cable.mac]: ['192.168.10.20/26'], [secondCable.mac]: ['10.9.0.7/24'] };

  for (const backend of ['none', 'ifupdown']) {
    it(`gives each its own address (${backend})`, async () => {
      const config = `network: {backend: ${backend}}\n`;
      await withSandbox(describeSandbox({ tree: twoNics, config, sandbox: { links } }), async (box) => {
        const first = await runJob(box);
        assert.equal(first.status, 0, first.said);
        assert.deepEqual(listByMac(box), set);
        await box.reboot();
        swapNames(box);
        const run = await runJob(box);
        assert.equal(run.status, 0, run.said);
        assert.match(run.last, /NICs have other names: applied/);
        assert.deepEqual(listByMac(box), set);
        if (backend === 'ifupdown')
          assert.match(
            box.readFile('/etc/network/interfaces.d/50-guest-init'),
            /iface eth1 inet static\n\s+address 192\.168\.10\.20/,
          );
        const again = await runJob(box);
        assert.match(again.last, /already applied; nothing was changed/);
        await box.reboot();
        box.unplug(0);
        assert.equal((await runJob(box)).status, 0);
        assert.deepEqual(listByMac(box), set, 'known under their new names');
      });
    });
  }

  it('and sets no address on the wrong one where the drive is gone', async () => {
    await withSandbox(describeSandbox({ tree: twoNics, sandbox: { links, dmi: novaDmi() } }), async (box) => {
      assert.equal((await runJob(box)).status, 0);
      await box.reboot();
      swapNames(box);
      box.unplug(0);
      const run = await runJob(box);
      assert.equal(run.status, 22, run.said);
      assert.match(run.last, /FAILED \(22\) eth0, eth1: not the NIC that it was/);
      assert.deepEqual(listByMac(box), { [cable.mac]: [], [secondCable.mac]: [] });
    });
  });

  it('gives the address to the one NIC under its new name', async () => {
    await withSandbox(describeSandbox({ tree: openstackTree() }), async (box) => {
      assert.equal((await runJob(box)).status, 0);
      await box.reboot();
      box.inNetwork(['ip', 'link', 'set', 'eth0', 'name', 'ens3']);
      const run = await runJob(box);
      assert.equal(run.status, 0, run.said);
      assert.match(run.last, /OK web-1 ens3 192\.168\.10\.20\/26 .*NICs have other names: applied/);
    });
  });
});

describe('a guest that becomes another instance', { skip: missing ?? false, concurrency: 2 }, () => {
  after(assertNothingLeft);

  const clone = {
    'openstack/latest/meta_data.json': { json: metaData({ uuid: otherUuid, hostname: 'web-2' }) },
    'openstack/latest/network_data.json': { json: networkData({ ip_address: '192.168.10.30' }) },
  };
  const described = (config: string) => ({
    ...describeSandbox({ config, sandbox: { links } }),
    drives: [{ tree: twoNics }, { tree: openstackTree(clone), late: true }],
  });
  const replace = (box: Sandbox): void => {
    box.unplug(0);
    box.plug(1);
  };
  const applied = { ...staticApplied, addresses: ['192.168.10.30/26'] };

  for (const reboots of [true, false]) {
    it(`keeps nothing of the network of the one before ${reboots ? 'after a reboot' : 'in the same boot'}`, async () => {
      await withSandbox(described('network: {backend: networkd}\ndrive: {wait: 1}\n'), async (box) => {
        const folder = '/etc/systemd/network/05-guest-init-';
        assert.equal((await runJob(box)).status, 0);
        assert.ok(box.stat(`${folder}eth1.network`));
        if (reboots) await box.reboot();
        replace(box);
        const plan = await box.exec(['guest-init', 'plan']);
        assert.match(plan, /05-guest-init-eth1\.network, of an earlier run/);
        const run = await runJob(box);
        assert.equal(run.status, 0, run.said);
        assert.match(run.said, /first boot/);
        assert.equal(box.stat(`${folder}eth1.network`), undefined, run.said);
        assert.match(box.readFile(`${folder}eth0.network`), /192\.168\.10\.30/);
        assert.deepEqual(readNetwork(box), applied, run.said);
      });
    });
  }

  it('also when the network of the one before was brought back before its drive came', async () => {
    await withSandbox(described('drive: {wait: 1}\n'), async (box) => {
      assert.equal((await runJob(box)).status, 0);
      await box.reboot();
      box.unplug(0);
      assert.equal((await runJob(box, '--stage', 'early')).status, 0);
      box.plug(1);
      const run = await runJob(box, '--stage', 'late');
      assert.equal(run.status, 0, run.said);
      assert.deepEqual(readNetwork(box), applied, run.said);
    });
  });
});
