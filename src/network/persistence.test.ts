import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Step } from '../core/plan.ts';
import type { ResolvedNetwork } from '../core/resolved-network.ts';
import { executorFor } from '../executors/index.ts';
import { createMemoryHost } from '../host/memory.ts';
import { type MadeFile, type Persistence, planPersistence } from './persistence.ts';
import { fileMark, type Renderer } from './renderers/renderer.ts';

const origin = { source: 'network_data.json links[0]' };
const address = { family: 4, address: '10.0.0.5', prefixLength: 24, origin } as const;
const network: ResolvedNetwork = {
  links: [{ name: 'eth0', kind: 'physical', automatic: {}, addresses: [address], routes: [], dns: [], origin }],
};

/** Writes each link's name to a file of its own. */
const renderer: Renderer = {
  backend: 'networkd',
  render: ({ links }) => ({
    actions: links.map(({ name }) => ({
      kind: 'file',
      path: `/etc/net/${name}`,
      mode: 0o644,
      content: `# ${fileMark}\n`,
    })),
    problems: [{ link: 'eth0', message: 'no metric' }],
  }),
};
const live: Step[] = [
  {
    ...{ id: 'net/eth0/10.0.0.5/24', module: 'network', stage: 'early', summary: 'x' },
    action: { kind: 'netAddress', link: 'eth0', family: 4, address: '10.0.0.5', prefixLength: 24, tool: 'iproute2' },
  },
];

function plan(given: Partial<Parameters<typeof planPersistence>[0]> = {}): Persistence {
  const choice = { backend: 'networkd', reason: 'systemd-networkd starts at boot' } as const;
  return planPersistence({ network, choice, renderer, live, interfaces: [], previous: [], ...given });
}

const describeSteps = (steps: readonly Step[]): string[] => steps.map(({ id, action }) => `${action.kind} ${id}`);

describe('planPersistence', () => {
  it('writes files when all live steps are done, and tells the service', () => {
    const { steps } = plan();
    assert.deepEqual(describeSteps(steps), ['file network_files/etc/net/eth0', 'service network_service/networkd']);
    assert.deepEqual(
      steps.map(({ needs }) => needs),
      [['net/eth0/10.0.0.5/24'], ['network_files/etc/net/eth0']],
    );
    assert.ok(
      steps.every(({ module }) => module === 'network-files'),
      'a failure takes no address away',
    );
  });

  it('names what the files cannot say', () =>
    assert.deepEqual(
      plan().diagnostics.map(({ source, message }) => [source, message]),
      [['network_data.json links[0]', 'eth0: no metric (networkd)']],
    ));

  it('writes nothing for a network without addresses', () => {
    const links = network.links.map((link) => ({ ...link, addresses: [] }));
    assert.deepEqual(plan({ network: { links } }), { steps: [], diagnostics: [] });
  });

  it('writes nothing without a back end', () =>
    assert.deepEqual(plan({ choice: { backend: undefined, reason: 'none' }, renderer: undefined }).steps, []));

  it('takes its own files away that are no longer asked for, and only those', () => {
    const previous: MadeFile[] = [
      { path: '/etc/net/eth0', sha256: 'a', step: 'network_files/etc/net/eth0' },
      { path: '/etc/net/eth1', sha256: 'b', step: 'network_files/etc/net/eth1' },
      { path: '/etc/motd', sha256: 'c', step: 'write_files/0' },
    ];
    const removals = plan({ previous }).steps.filter(({ action }) => action.kind === 'remove');
    assert.deepEqual(
      removals.map(({ action }) => action),
      [{ kind: 'remove', path: '/etc/net/eth1', sha256: 'b' }],
    );
    const none = plan({ previous, choice: { backend: undefined, reason: 'none' }, renderer: undefined });
    assert.equal(none.steps.length, 2, 'all of them where no service is left to write for');
  });

  it('keeps a file of others that is in the way, once', () => {
    const [step] = plan().steps;
    assert.ok(step?.action.kind === 'file');
    const { host } = createMemoryHost({ files: { '/etc/net/eth0': 'theirs\n' } });
    const executor = executorFor(step.action);
    const context = { commandTimeoutMs: 0, instanceDirectory: '', environment: {}, stepId: step.id };
    const applied = executor.apply(step.action, host, context);
    assert.match(JSON.stringify(applied), /kept as \/var\/lib\/guest-init\/backup\/etc\/net\/eth0/);
    assert.equal(host.readText('/var/lib/guest-init/backup/etc/net/eth0'), 'theirs\n');
    void executor.apply({ ...step.action, content: `# ${fileMark}\nnew\n` }, host, context);
    assert.equal(host.readText('/var/lib/guest-init/backup/etc/net/eth0'), 'theirs\n');
    assert.equal(host.readText('/etc/net/eth0'), `# ${fileMark}\nnew\n`);
  });

  it("takes the image's own stanzas back before it writes ours, and never removes those files", () => {
    const interfaces = [{ path: '/etc/network/interfaces', content: 'auto eth0\niface eth0 inet dhcp\n' }];
    const choice = { backend: 'ifupdown', reason: 'x' } as const;
    const [first, second] = plan({ choice, interfaces }).steps;
    assert.deepEqual([first?.id, second?.id], ['network_yielded/etc/network/interfaces', 'network_files/etc/net/eth0']);
    assert.deepEqual(
      plan({ interfaces }).steps[0]?.id,
      'network_files/etc/net/eth0',
      'other services do not read them',
    );
    const previous = [{ path: '/etc/network/interfaces', sha256: 'x', step: first?.id ?? '' }];
    assert.ok(!plan({ previous, interfaces: [] }).steps.some(({ action }) => action.kind === 'remove'));
  });

  it('lets ifupdown bring up what waits for a DHCP server', () => {
    const links = network.links.map((link) => ({ ...link, automatic: { dhcp4: true } as const }));
    const { steps } = plan({ network: { links }, choice: { backend: 'ifupdown', reason: 'x' } });
    assert.deepEqual(describeSteps(steps), ['file network_files/etc/net/eth0']);
  });

  it("lists the links in Alpine's one file", () => {
    const step = plan({ choice: { backend: 'ifupdown-alpine', reason: 'x' } }).steps.at(-1);
    assert.ok(step?.action.kind === 'lines' && step.action.path === '/run/ifstate');
  });

  it('leaves out a link whose name the files cannot hold: nothing of it, or of others for it, is changed', () => {
    const links = [
      ...network.links,
      ...network.links.map((link) => ({ ...link, name: 'e;b', origin: { source: 'links[1]' } })),
    ];
    const interfaces = [{ path: '/etc/network/interfaces', content: 'auto e;b\niface e;b inet dhcp\n' }];
    const choice = { backend: 'ifupdown', reason: 'x' } as const;
    const { steps, diagnostics } = plan({ network: { links }, choice, interfaces });
    assert.ok(!JSON.stringify(steps).includes('e;b'), JSON.stringify(steps));
    assert.ok(JSON.stringify(steps).includes('/etc/net/eth0'));
    assert.deepEqual(diagnostics[0], {
      ...{ severity: 'error', code: 'unsupported-format', source: 'links[1]' },
      message: 'e;b is set up now and not written down: its files (ifupdown) take a character of this name for another',
    });
  });

  it('lists a link by just its name, whatever it means in a pattern', () => {
    const links = network.links.map((link) => ({ ...link, name: 'e+.x' }));
    const step = plan({ network: { links }, choice: { backend: 'ifupdown', reason: 'x' } }).steps.at(-1);
    assert.ok(step?.action.kind === 'lines');
    const { host } = createMemoryHost({ files: { '/run/network/ifstate': 'ee.x=ee.x\ne+.x=old\n' } });
    void executorFor(step.action).apply(step.action, host, {
      ...{ commandTimeoutMs: 0, instanceDirectory: '', environment: {}, stepId: step.id },
    });
    assert.equal(host.readText('/run/network/ifstate'), 'ee.x=ee.x\ne+.x=e+.x\n');
  });

  it('tells ifupdown that the links are up', () => {
    const choice = { backend: 'ifupdown', reason: 'x' } as const;
    const [own, step] = plan({ choice }).steps.slice(-2);
    assert.deepEqual(own?.action, { kind: 'file', path: '/run/network/ifstate.eth0', mode: 0o644, content: 'eth0\n' });
    assert.ok(step?.action.kind === 'lines');
    const { host } = createMemoryHost({ files: { '/run/network/ifstate': 'lo=lo\neth0.30=eth0.30\n' } });
    void executorFor(step.action).apply(step.action, host, {
      ...{ commandTimeoutMs: 0, instanceDirectory: '', environment: {}, stepId: step.id },
    });
    assert.equal(host.readText('/run/network/ifstate'), 'lo=lo\neth0.30=eth0.30\neth0=eth0\n');
  });
});
