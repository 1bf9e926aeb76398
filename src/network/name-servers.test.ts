import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ResolverOwner } from '../core/facts.ts';
import type { NetworkBackend } from '../core/network-backend.ts';
import type { ResolvedLink, ResolvedNetwork } from '../core/resolved-network.ts';
import { executorFor } from '../executors/index.ts';
import { createMemoryHost } from '../host/memory.ts';
import { planNameServers } from './name-servers.ts';

function network(...servers: readonly string[][]): ResolvedNetwork {
  const links = servers.map(
    (dns, index): ResolvedLink => ({
      ...{ name: `eth${index}`, kind: 'physical', automatic: {}, addresses: [], routes: [], dns },
      origin: { source: `network_data.json links[${index}]` },
    }),
  );
  return { links };
}

/** The file that results on a guest where it was `before`, applied twice. */
function write(servers: ResolvedNetwork, before: string | undefined, resolver: ResolverOwner = 'file'): string {
  const { steps } = planNameServers(servers, { backend: 'ifupdown', resolver });
  const [first] = steps;
  assert.ok(first !== undefined && 'path' in first.action);
  const { path } = first.action;
  const { host } = createMemoryHost({ files: before === undefined ? {} : { [path]: before } });
  const executor = executorFor(first.action);
  const context = { commandTimeoutMs: 0, instanceDirectory: '', environment: {}, stepId: first.id };
  if (executor.inspect(first.action, host).state !== 'same') void executor.apply(first.action, host, context);
  assert.equal(executor.inspect(first.action, host).state, 'same', 'a second run finds it done');
  return host.readText(path) ?? '';
}

describe('planNameServers', () => {
  const delegated: [NetworkBackend, ResolverOwner][] = [
    ['netplan', 'resolved'],
    ['networkd', 'resolved'],
    ['network-manager', 'file'],
    ['network-manager', 'resolved'],
    ['sysconfig', 'file'],
    ['wicked', 'file'],
  ];
  for (const [backend, resolver] of delegated) {
    it(`leaves ${resolver} to ${backend}`, () =>
      assert.deepEqual(planNameServers(network(['10.0.0.2']), { backend, resolver }).steps, []));
  }

  it('does nothing where the drive names none', () =>
    assert.deepEqual(planNameServers(network([], []), { backend: undefined, resolver: 'file' }).steps, []));

  const files: [string, string | undefined, string][] = [
    ['no file', undefined, 'nameserver 10.0.0.2\nnameserver 10.0.0.3\n'],
    ['an empty file', '', 'nameserver 10.0.0.2\nnameserver 10.0.0.3\n'],
    [
      "the image's own servers",
      'domain x\nnameserver 8.8.8.8\nnameserver 8.8.4.4\nsearch a b\n',
      'domain x\nnameserver 10.0.0.2\nsearch a b\nnameserver 10.0.0.3\n',
    ],
    ['one of them', 'nameserver 10.0.0.3\n', 'nameserver 10.0.0.2\nnameserver 10.0.0.3\n'],
  ];
  for (const [name, before, after] of files) {
    it(`writes resolv.conf where there is ${name}`, () =>
      assert.equal(write(network(['10.0.0.2'], ['10.0.0.3', '10.0.0.2']), before), after));
  }

  it('says which servers resolv.conf has no room for', () => {
    const many = network(['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4', '10.0.0.5']);
    assert.equal(write(many, undefined).trim().split('\n').length, 3);
    const { diagnostics } = planNameServers(many, { backend: undefined, resolver: 'file' });
    assert.deepEqual(
      diagnostics.map(({ code, message }) => [code, /other 2 /.test(message)]),
      [['limit', true]],
    );
  });

  it('gives systemd-resolved a drop-in and has it read', () => {
    assert.match(
      write(network(['10.0.0.2', '2001:db8::53']), undefined, 'resolved'),
      /^# .*\n\[Resolve\]\nDNS=10\.0\.0\.2 2001:db8::53\n$/,
    );
    const { steps } = planNameServers(network(['10.0.0.2']), { backend: undefined, resolver: 'resolved' });
    assert.deepEqual(
      steps.map(({ action }) => action.kind),
      ['file', 'service'],
    );
  });

  it("writes openresolv's and resolvconf's own files and runs resolvconf", () => {
    assert.equal(
      write(network(['10.0.0.2', '10.0.0.3']), 'resolv_conf=/etc/resolv.conf\n', 'openresolv'),
      'resolv_conf=/etc/resolv.conf\nname_servers="10.0.0.2 10.0.0.3"\n',
    );
    assert.equal(write(network(['10.0.0.2']), undefined, 'resolvconf'), 'nameserver 10.0.0.2\n');
    const { steps } = planNameServers(network(['10.0.0.2']), { backend: 'ifupdown', resolver: 'resolvconf' });
    assert.deepEqual(steps.at(-1)?.action, {
      kind: 'notify',
      argv: ['resolvconf', '-u'],
      onChangeOf: ['name_servers/resolvconf'],
    });
  });
});
