import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ActionKind } from '../core/action.ts';
import type { Diagnostic } from '../core/diagnostic.ts';
import type { Facts } from '../core/facts.ts';
import type { InstanceConfig } from '../core/instance-config.ts';
import { emptyNetwork } from '../core/network-config.ts';
import type { Step } from '../core/plan.ts';
import { createMemoryHost, plainFacts } from '../host/memory.ts';
import type { PlannedInstance } from '../pipeline/plan.ts';
import { printPlan } from './plan-text.ts';
import { type PlanView, viewPlan } from './plan-view.ts';
import type { Terminal } from './terminal.ts';

const plain: Terminal = {
  live: false,
  clearLine: '',
  style: { bold: String, dim: String, red: String, green: String, yellow: String },
};
const instance: InstanceConfig = { id: { uuid: 'u' }, publicKeys: [], network: emptyNetwork, files: [] };

const step = (id: string, action: Step['action'], details: Partial<Step> = {}): Step => ({
  id,
  module: 'm',
  stage: 'early',
  summary: id,
  action,
  ...details,
});
const steps: Step[] = [
  step('same', { kind: 'file', path: '/same', content: 'a\n', mode: 0o644 }),
  step(
    'new',
    { kind: 'file', path: '/new', content: 'b\n', mode: 0o644 },
    { source: 'user_data:3:5', summary: '/new' },
  ),
  step(
    'net',
    { kind: 'netAddress', link: 'eth0', family: 4, address: '10.0.0.5', prefixLength: 24, tool: 'net-tools' },
    { module: 'network', guess: '/24 (config: network.default_prefix)' },
  ),
  step('run', { kind: 'exec', label: 'x', command: { shell: 'x' } }, { stage: 'late', source: 'user_data:9:3' }),
];
const backend = { backend: undefined, reason: 'none' };
const error: Diagnostic = { severity: 'error', code: 'type', source: 'user_data', line: 1, column: 2, message: 'm' };

function planOf(given: Partial<PlannedInstance>): PlannedInstance {
  return {
    ...{ steps, diagnostics: [], missingLinks: [], automaticLinks: [], backend, network: { links: [] } },
    toolReasons: ['ifconfig, route (net-tools): installed'],
    ...given,
  };
}

function view(given: Partial<PlannedInstance> = {}, unseen = false): PlanView {
  const { host } = createMemoryHost({ files: { '/same': 'a\n' } });
  const plan = planOf(given);
  return viewPlan({ plan, instance, source: '/dev/sr0', facts: plainFacts, host: unseen ? undefined : host });
}

test('each step has its state on this guest, and looking changes nothing', () => {
  const { host, files, commands } = createMemoryHost({ files: { '/same': 'a\n' } });
  const before = JSON.stringify([...files]);
  const plan = planOf({});
  const seen = viewPlan({ plan, instance, source: 'x', facts: plainFacts, host });
  assert.deepEqual(
    seen.steps.map(({ id, state }) => [id, state]),
    [
      ['same', 'same'],
      ['new', 'do'],
      ['net', 'do'],
      ['run', 'run'],
    ],
  );
  assert.equal(JSON.stringify([...files]), before);
  assert.deepEqual(commands, []);
});

test('without the guest nothing is said about its files', () => {
  assert.deepEqual(
    view({}, true).steps.map(({ state, changes }) => [state, changes.length]),
    [
      ['unseen', 0],
      ['unseen', 0],
      ['unseen', 0],
      ['run', 0],
    ],
  );
});

test('a step that cannot be looked at is unseen, not a failure of the plan', () => {
  const { host } = createMemoryHost();
  const blind = {
    ...host,
    stat: () => {
      throw new Error('no');
    },
  };
  const plan = planOf({ steps: steps.slice(0, 1) });
  assert.equal(viewPlan({ plan, instance, source: 'x', facts: plainFacts, host: blind }).steps[0]?.state, 'unseen');
});

test('the exit code: a missing NIC, then errors of the input', () => {
  assert.equal(view().exitCode, 0);
  assert.equal(view({ diagnostics: [{ ...error, severity: 'warning' }] }).exitCode, 0);
  assert.equal(view({ diagnostics: [error] }).exitCode, 2);
  assert.equal(view({ diagnostics: [error], missingLinks: ['no NIC'] }).exitCode, 22);
});

test('the text groups by what an operator thinks of, marks guesses and ends with what was not done', () => {
  const text = printPlan(view({ missingLinks: ['no NIC with MAC x'], diagnostics: [error] }), plain);
  const lines = text.trimEnd().split('\n');
  assert.equal(lines[0], 'instance u   from /dev/sr0');
  const order = ['network', 'files', 'commands, not predicted'].map((title) => lines.indexOf(title));
  assert.ok(order.every((at) => at > 0) && order.join() === [...order].sort((a, b) => a - b).join(), text);
  assert.match(text, /^ {2}\+ net {3}guess: \/24 \(config: network\.default_prefix\)$/m);
  assert.match(text, /^ {4}with ifconfig, route \(net-tools\): installed$/m);
  assert.match(text, /^ {2}\+ \/new {3}user_data:3:5$/m);
  assert.match(text, /^ {6}\+b$/m);
  assert.match(text, /^ {2}= same$/m);
  assert.match(text, /^ {4}run {2}x {3}late, user_data:9:3$/m);
  assert.match(text, /^! no NIC with MAC x$/m);
  assert.match(text, /^! error: user_data:1:2 m$/m);
  assert.equal(lines.at(-1), '4 steps: 2 to do, 1 already so, 1 command, 1 guess.  Nothing was changed.');
});

test('every kind of action has a group: no step is left out of the text', () => {
  const every: Readonly<Record<ActionKind, true>> = {
    ...{
      netAdvertisements: true,
      netLink: true,
      netBond: true,
      netVlan: true,
      netAddress: true,
      netRoute: true,
      netRemove: true,
      hostname: true,
      group: true,
    },
    ...{ user: true, password: true, authorizedKeys: true, file: true, lines: true, symlink: true, remove: true },
    importKeys: true,
    fetchedFile: true,
    daemon: true,
    ...{ service: true, unit: true, notify: true, hostKeys: true, exec: true, netProbe: true, netVerify: true },
    sections: true,
    ...{ packages: true, debconf: true, signingKey: true },
    ...{ fstab: true, mount: true, swapFile: true, growPartition: true, growFileSystem: true },
    ...{ partitionTable: true, fileSystem: true },
    ...{ locale: true, require: true, randomSeed: true, powerState: true, phoneHome: true, message: true },
  };
  const kinds = Object.keys(every) as ActionKind[];
  const all = kinds.map((kind) => ({
    id: kind,
    module: 'm',
    stage: 'early' as const,
    summary: `step of kind ${kind}`,
    kind,
    state: 'do' as const,
    changes: [],
  }));
  const text = printPlan({ ...view(), steps: all }, plain);
  for (const kind of kinds) assert.ok(text.includes(`step of kind ${kind}\n`), kind);
});

test('names from the drive cannot steer the terminal', () => {
  const hostile = 'a\u001b[2J\n0 steps: 0 to do.  Nothing was changed.';
  const text = printPlan(
    {
      ...view(),
      source: hostile,
      missingLinks: [hostile],
      steps: [{ ...(view().steps[0] ?? assert.fail()), summary: hostile, state: 'do' }],
    },
    plain,
  );
  assert.ok(!text.includes('\u001b') && !/^0 steps/m.test(text), text);
});

test('a look at the network is a check where it has something to look at, and marked as done where it has not', () => {
  const [, , net] = steps;
  assert.ok(net !== undefined);
  const probe = {
    kind: 'netProbe',
    links: [{ link: 'eth0', addresses: ['10.0.0.5'], gateways: [] }],
    timeoutMs: 1,
  } as const;
  const verify = { kind: 'netVerify', wanted: [], timeoutMs: 1, onChangeOf: ['net'] } as const;
  const given = {
    diagnostics: [],
    missingLinks: [],
    toolReasons: [],
    automaticLinks: [],
    backend,
    network: { links: [] },
  };
  const plan = { ...given, steps: [step('probe', probe), net, step('verify', verify)] };
  const stateOn = (links: Facts['links']): (string | undefined)[] => {
    const { host } = createMemoryHost({ facts: { links } });
    return viewPlan({ plan, instance, source: 'x', facts: plainFacts, host }).steps.map(({ state }) => state);
  };
  const [eth0] = plainFacts.links;
  assert.ok(eth0 !== undefined);
  const held = [{ ...eth0, up: true, addresses: [{ family: 4, address: '10.0.0.5', prefixLength: 24 } as const] }];
  assert.deepEqual(stateOn([eth0]), ['check', 'do', 'check']);
  assert.deepEqual(stateOn(held), ['same', 'same', 'same']);
  const { host } = createMemoryHost();
  const text = printPlan(viewPlan({ plan, instance, source: 'x', facts: plainFacts, host }), plain);
  assert.match(text, /^ {4}probe\n {6}~ eth0: who has 10\.0\.0\.5\?$/m);
  assert.match(text, /^3 steps: 1 to do, 0 already so, 2 checks, 1 guess\./m);
});
