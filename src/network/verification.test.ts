import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Action } from '../core/action.ts';
import type { Step } from '../core/plan.ts';
import { addVerification } from './verification.ts';

const all = { ifconfig: '/sbin/ifconfig', route: '/sbin/route', ip: '/sbin/ip' };
const timed = { commands: all, timeoutMs: 2000 };

function step(id: string, action: Action, needs?: readonly string[]): Step {
  const rest = needs === undefined ? {} : { needs };
  return { id, module: 'network', stage: 'early', frequency: 'boot', summary: id, action, ...rest };
}

function address(link: string, text: string, needs?: readonly string[]): Step {
  const family = text.includes(':') ? 6 : 4;
  const action = { kind: 'netAddress', link, family, address: text, prefixLength: 24, tool: 'iproute2' } as const;
  return step(`net/${link}/${text}`, action, needs);
}

function route(link: string, gateway: string): Step {
  const family = gateway.includes(':') ? 6 : 4;
  const ends = { destination: family === 4 ? '0.0.0.0' : '::', prefixLength: 0 };
  return step(`net/${link}/via-${gateway}`, { kind: 'netRoute', link, family, ...ends, gateway, tool: 'iproute2' });
}

const bond = step('net/bond0/bond', { kind: 'netBond', link: 'bond0', members: ['eth0'], mode: 'x', options: {} });
const up = step('net/bond0/up', { kind: 'netLink', link: 'bond0', tool: 'iproute2' }, [bond.id]);
const vlan = step('net/v/vlan', { kind: 'netVlan', link: 'v', parent: 'bond0', vlanId: 7 }, [up.id]);

describe('addVerification', () => {
  it('asks for all links at once before the first address, and looks after the last route', () => {
    const steps = [address('eth0', '10.0.0.5'), route('eth0', '10.0.0.1'), address('eth1', '10.9.0.5')];
    const { steps: verified, note } = addVerification(steps, timed);
    assert.equal(note, undefined);
    assert.deepEqual(
      verified.map(({ id }) => id),
      ['net/probe', ...steps.map(({ id }) => id), 'net/verify'],
    );
    assert.deepEqual(verified[0]?.action, {
      kind: 'netProbe',
      links: [
        { link: 'eth0', addresses: ['10.0.0.5'], gateways: ['10.0.0.1'] },
        { link: 'eth1', addresses: ['10.9.0.5'], gateways: [] },
      ],
      timeoutMs: 2000,
    });
    assert.deepEqual(verified[1]?.needs, ['net/probe']);
    assert.deepEqual(verified.at(-1)?.action, {
      kind: 'netVerify',
      wanted: steps.map(({ id, action }) => ({ step: id, action })),
      timeoutMs: 2000,
      onChangeOf: steps.map(({ id }) => id),
    });
  });

  it('makes bonds and VLANs before it asks on them, each before what needs it', () => {
    const steps = [bond, address('bond0', '10.0.0.5', [bond.id]), up, vlan, address('v', '10.7.0.5', [vlan.id])];
    const { steps: verified } = addVerification(steps, timed);
    assert.deepEqual(
      verified.map(({ id }) => id),
      [bond.id, up.id, vlan.id, 'net/probe', 'net/bond0/10.0.0.5', 'net/v/10.7.0.5', 'net/verify'],
    );
    assert.deepEqual(verified[3]?.needs, [bond.id, up.id, vlan.id]);
    assert.deepEqual(verified[4]?.needs, [bond.id, 'net/probe']);
  });

  it('has router advertisements refused before it asks, which brings links up', () => {
    const refusal = step('net/eth1/advertisements', { kind: 'netAdvertisements', link: 'eth1' });
    const { steps } = addVerification([address('eth0', '10.0.0.5'), refusal, address('eth1', '2001:db8::5')], timed);
    assert.deepEqual(
      steps.map(({ id }) => id),
      [refusal.id, 'net/probe', 'net/eth0/10.0.0.5', 'net/eth1/2001:db8::5', 'net/verify'],
    );
  });

  it('asks nobody for IPv6, which the kernel does, and for gateways that are the link itself', () => {
    const ipv6 = addVerification([address('eth0', '2001:db8::5'), route('eth0', '2001:db8::1')], timed).steps;
    assert.deepEqual(
      ipv6.map(({ id }) => id),
      ['net/eth0/2001:db8::5', 'net/eth0/via-2001:db8::1', 'net/verify'],
    );
    const [probe] = addVerification([address('eth0', '10.0.0.5'), route('eth0', '0.0.0.0')], timed).steps;
    assert.deepEqual(probe?.action.kind === 'netProbe' && probe.action.links[0]?.gateways, []);
  });

  it('says so where there is no ip to ask with, and still looks', () => {
    const commands = { ifconfig: '/sbin/ifconfig', route: '/sbin/route' };
    const { steps, note } = addVerification([address('eth0', '10.0.0.5')], { commands, timeoutMs: 2000 });
    assert.deepEqual(
      steps.map(({ id }) => id),
      ['net/eth0/10.0.0.5', 'net/verify'],
    );
    assert.match(note ?? '', /needs ip \(package iproute2\)/);
  });

  it('adds nothing where no address is set, or nothing is to be asked', () => {
    const mtu = step('net/eth0/mtu', { kind: 'netLink', link: 'eth0', mtu: 1400, tool: 'iproute2' });
    assert.deepEqual(addVerification([mtu], timed).steps, [mtu]);
    const steps = [address('eth0', '10.0.0.5')];
    assert.deepEqual(addVerification(steps, { commands: all, timeoutMs: 0 }), { steps });
  });
});
