// What one stage does with steps that succeed, fail, wait for each other or run out of time.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { AgentError, exitCodes } from '../core/error.ts';
import type { LinkFact } from '../core/facts.ts';
import type { Outcome, Step } from '../core/plan.ts';
import { Secret } from '../core/secret.ts';
import { type ApplyRun, makeExecStep, makeFileStep, makeStep, openApplyRun } from './testing/apply-run.ts';

let run: ApplyRun | undefined;
afterEach(() => run?.close());

function open(given: Parameters<typeof openApplyRun>[0] = {}): ApplyRun {
  run = openApplyRun(given);
  return run;
}

const broken = (id: string, details: Partial<Step> = {}): Step => makeFileStep(id, { path: '/var', ...details });
const messageOf = (outcomes: readonly Outcome[], id: string) => outcomes.find(({ step }) => step.id === id)?.message;

test('a step that is so already is unchanged and has no effect', async () => {
  const { apply, effects } = open({ files: { '/a': 'a' } });
  assert.deepEqual((await apply([makeFileStep('a'), makeFileStep('b')])).list, ['a unchanged', 'b changed']);
  assert.deepEqual(
    effects.map(({ what }) => what),
    ['write /b'],
  );
});

/** Is asked, and the gateway has answered. */
const probeStep = makeStep('p', {
  kind: 'netProbe',
  links: [{ link: 'eth0', addresses: ['10.0.0.5'], gateways: ['10.0.0.1'] }],
  timeoutMs: 100,
});
const arpTable = `IP address HW type Flags HW address Mask Device
10.0.0.1 0x1 0x2 02:00:00:00:00:01 * eth0
10.0.0.5 0x1 0x0 00:00:00:00:00:00 * eth0`;

test('what is to be prepared is done once, before the first change, and while the network is asked', async () => {
  for (const steps of [[probeStep, makeFileStep('a'), makeFileStep('b')], [makeFileStep('a')], []]) {
    const { apply, effects, close } = open({ files: { '/proc/net/arp': arpTable } });
    await apply(steps, { prepare: () => void effects.push({ what: 'prepare', journal: [] }) });
    close();
    const order = effects.map(({ what }) => what.split(' ')[0]);
    assert.deepEqual(order.filter((what) => what === 'prepare').length, 1, order.join());
    assert.deepEqual(order.indexOf('prepare'), steps.includes(probeStep) ? 1 : 0, order.join());
  }
});

test('what cannot be prepared while the network is asked is no trouble of the network', async () => {
  const { apply, effects, reported } = open({ files: { '/proc/net/arp': arpTable } });
  const prepare = () => {
    throw new AgentError(exitCodes.stateUnwritable, '/etc: read-only');
  };
  await assert.rejects(apply([probeStep, makeFileStep('a')], { prepare }), { code: exitCodes.stateUnwritable });
  assert.deepEqual(reported, ['p unchanged']);
  assert.ok(!effects.some(({ what }) => what.startsWith('write')));
});

test('a failure costs what needs it, with the cause, and nothing else', async () => {
  const { apply, files } = open();
  const { list, outcomes } = await apply([
    broken('a'),
    makeFileStep('b', { needs: ['a'] }),
    makeFileStep('c', { needs: ['b'] }),
    makeFileStep('d'),
    makeFileStep('e', { needs: ['d'] }),
  ]);
  assert.deepEqual(list, ['a failed', 'b skipped', 'c skipped', 'd changed', 'e changed']);
  assert.equal(messageOf(outcomes, 'a'), '/var: a folder is in the way');
  assert.equal(messageOf(outcomes, 'b'), 'needs a, which failed');
  assert.equal(messageOf(outcomes, 'c'), 'needs b, which was skipped');
  assert.ok(files.has('/d') && files.has('/e') && !files.has('/b') && !files.has('/c'));
});

test('a command that exits with another code than 0 is a failure with its code and last lines', async () => {
  const { apply } = open({
    exec: (argv) => ({
      exitCode: argv.at(-1)?.endsWith('/a') ? 3 : 0,
      signal: undefined,
      timedOut: false,
      tail: ['no such thing'],
    }),
  });
  const { list, outcomes } = await apply([makeExecStep('a'), makeExecStep('b', { needs: ['a'] }), makeExecStep('c')]);
  assert.deepEqual(list, ['a failed', 'b skipped', 'c changed']);
  assert.equal(outcomes[0]?.exitCode, 3);
  assert.deepEqual(outcomes[0]?.tail, ['no such thing']);
});

test('a defect of ours is no outcome: it goes up', async () => {
  const { apply, host } = open();
  await assert.rejects(
    apply([makeFileStep('a')], {
      host: {
        ...host,
        stat: () => {
          throw new TypeError('broken');
        },
        writeFile: () => {
          throw new TypeError('broken');
        },
      },
    }),
    TypeError,
  );
});

test('a journal that cannot be written ends the run before the effect', async () => {
  const { apply, effects } = open();
  const journal = {
    history: new Map(),
    append: () => {
      throw new AgentError(exitCodes.stateUnwritable, 'no space');
    },
    close: () => {},
  };
  await assert.rejects(apply([makeFileStep('a')], { journal }), { code: exitCodes.stateUnwritable });
  assert.deepEqual(effects, []);
});

test('begin is in the journal before the effect, done after it', async () => {
  const { apply, effects, journalLines } = open();
  await apply([makeFileStep('a'), makeExecStep('b')]);
  assert.deepEqual(
    effects.map(({ what, journal }) => [what, journal]),
    [
      ['write /a', ['begin a']],
      ['exec b', ['begin a', 'done a', 'begin b']],
    ],
  );
  assert.deepEqual(journalLines(), ['begin a', 'done a', 'begin b', 'done b']);
});

test('a failure and a step that was so already are journaled as ended; a skipped step is not', async () => {
  const { apply, journalLines } = open({ files: { '/c': 'c' } });
  await apply([broken('a'), makeFileStep('b', { needs: ['a'] }), makeFileStep('c')]);
  assert.deepEqual(journalLines(), ['begin a', 'failed a', 'done c']);
});

test('lines around a command of the user and an append are flushed, others are not', async () => {
  const flushed: string[] = [];
  const { apply } = open({ files: { '/b': 'old' } });
  const journal = {
    history: new Map(),
    append: ({ event, step }: { event: string; step: string }, durable: boolean) => {
      if (durable) flushed.push(`${event} ${step}`);
    },
    close: () => {},
  };
  const append = makeStep('b', { kind: 'file', path: '/b', content: 'b', mode: 0o644, append: true });
  await apply([makeFileStep('a'), append, makeExecStep('c')], { journal });
  assert.deepEqual(flushed, ['begin b', 'begin c', 'done c']);
});

test('past the deadline nothing more is begun', async () => {
  let clock = 0;
  const { apply, host, files } = open();
  const { list, cutShort } = await apply([makeFileStep('a'), makeFileStep('b'), makeFileStep('c')], {
    host: {
      ...host,
      monotonic: () => clock,
      writeFile: (...given) => {
        clock += 60;
        host.writeFile(...given);
      },
    },
    deadline: 100,
  });
  assert.deepEqual(list, ['a changed', 'b changed']);
  assert.equal(cutShort, 'deadline');
  assert.ok(!files.has('/c'));
});

test('a command may take what is left of the stage, a second at least', async () => {
  const given: number[] = [];
  const { apply, host } = open({
    exec: (_argv, { timeoutMs }) => {
      given.push(timeoutMs);
      return { exitCode: 0, signal: undefined, timedOut: false, tail: [] };
    },
  });
  const at = (ms: number) => ({ host: { ...host, monotonic: () => ms }, deadline: 10_000, commandTimeoutMs: 8000 });
  await apply([makeExecStep('a')], at(0));
  await apply([makeExecStep('b')], at(5000));
  await apply([makeExecStep('c')], at(9900));
  assert.deepEqual(given, [8000, 5000, 1000]);
});

test('after a signal the step under way ends and nothing more is begun', async () => {
  let stop = false;
  const { apply, host } = open();
  const { list, cutShort } = await apply([makeFileStep('a'), makeFileStep('b')], {
    host: {
      ...host,
      writeFile: (...given) => {
        stop = true;
        host.writeFile(...given);
      },
    },
    stopRequested: () => stop,
  });
  assert.deepEqual(list, ['a changed']);
  assert.equal(cutShort, 'signal');
});

const units = { kind: 'service', units: ['ssh.service'], verb: 'reload', onChangeOf: ['a', 'b'] } as const;
const systemd = { '/run/systemd/system': { kind: 'directory' }, '/lib/systemd/system/ssh.service': '' } as const;

test('a service is told when one of its steps changed something', async () => {
  const { apply, effects } = open({ files: { ...systemd, '/a': 'a' } });
  const steps = [makeFileStep('a'), makeFileStep('b'), makeStep('s', units)];
  assert.deepEqual((await apply(steps)).list, ['a unchanged', 'b changed', 's changed']);
  assert.ok(
    effects.at(-1)?.what.endsWith('systemctl --no-block try-reload-or-restart ssh.service'),
    effects.at(-1)?.what,
  );
});

test('a service is left alone when nothing changed, also when a step failed', async () => {
  const { apply, effects } = open({ files: { ...systemd, '/a': 'a' } });
  assert.deepEqual((await apply([makeFileStep('a'), broken('b'), makeStep('s', units)])).list.at(-1), 's unchanged');
  assert.deepEqual(effects, []);
});

const bare: LinkFact = {
  name: 'eth0',
  mac: 'fa:16:3e:00:00:05',
  physical: true,
  ethernet: true,
  up: false,
  addresses: [],
};
const address = makeStep(
  'net/address',
  { kind: 'netAddress', link: 'eth0', family: 4, address: '10.0.0.5', prefixLength: 24, tool: 'iproute2' },
  { module: 'network', frequency: 'boot' },
);
const route = makeStep(
  'net/route',
  {
    kind: 'netRoute',
    link: 'eth0',
    family: 4,
    destination: '0.0.0.0',
    prefixLength: 0,
    gateway: '10.0.0.254',
    tool: 'iproute2',
  },
  { module: 'network', frequency: 'boot', needs: ['net/address'] },
);

/** A guest whose address can be set and whose route is refused; `sticky`: the address does not go away again. */
function openWithoutRoute({ sticky }: { sticky: boolean }): ApplyRun {
  let link = bare;
  return open({
    facts: () => ({ links: [link] }),
    run: (words) => {
      if (/route (add|append|prepend|replace)/.test(words))
        return { status: 2, stderr: 'RTNETLINK answers: Network is unreachable' };
      if (/addr (add|replace)/.test(words)) {
        link = { ...bare, up: true, addresses: [{ family: 4, address: '10.0.0.5', prefixLength: 24 }] };
      }
      if (!sticky && / down$|flush/.test(words)) link = bare;
      return undefined;
    },
  });
}

test('a network command that fails takes the network back, and users and keys are applied', async () => {
  const { apply, reported, effects } = openWithoutRoute({ sticky: false });
  const late = makeStep(
    'net/mtu',
    { kind: 'netLink', link: 'eth0', mtu: 1400, tool: 'iproute2' },
    { module: 'network', frequency: 'boot' },
  );
  const result = await apply([address, route, late, makeFileStep('key')]);
  assert.deepEqual(result.list, ['net/address skipped', 'net/route failed', 'net/mtu skipped', 'key changed']);
  assert.equal(result.networkFailure, exitCodes.networkRolledBack);
  assert.match(messageOf(result.outcomes, 'net/address') ?? '', /as it was/);
  assert.match(messageOf(result.outcomes, 'net/route') ?? '', /Network is unreachable/);
  assert.ok(effects.some(({ what }) => / down$|flush/.test(what)));
  assert.deepEqual(reported, [
    'net/address changed',
    'net/route failed',
    'net/address skipped',
    'net/mtu skipped',
    'key changed',
  ]);
});

test('a network that does not go back is exit 21, and says what differs', async () => {
  const { apply } = openWithoutRoute({ sticky: true });
  const result = await apply([address, route, makeFileStep('key')]);
  assert.equal(result.networkFailure, exitCodes.networkRollbackFailed);
  assert.match(messageOf(result.outcomes, 'net/address') ?? '', /could not be taken back: .*eth0/);
  assert.equal(result.list.at(-1), 'key changed');
});

test('each step says when it began, counted from the start of its stage', async () => {
  const { apply, host } = open();
  const stageStart = host.monotonic();
  const { outcomes } = await apply([makeFileStep('a'), makeFileStep('b')], { stageStart });
  const starts = outcomes.map(({ startMs = -1 }) => startMs);
  assert.ok(starts.every((ms) => ms > 0) && (starts[0] ?? 0) < (starts[1] ?? 0), String(starts));
});

test('what files were changed is remembered, with a diff of what everybody may read, and of nothing else', async () => {
  const secret = 'correct-horse';
  const { apply, journalText } = open({
    files: {
      '/root': { kind: 'directory', mode: 0o700 },
      '/open': 'old\n',
      '/was-closed': { content: `${secret}\n`, mode: 0o600 },
      '/same': 'same',
    },
  });
  const file = (path: string, content: string | Secret, mode: number): Step =>
    makeStep(path, { kind: 'file', path, content, mode });
  const settings = { main: { password: secret } };
  const { outcomes } = await apply([
    file('/open', 'new\n', 0o644),
    file('/closed', secret, 0o640),
    file('/hidden', new Secret(secret), 0o644),
    file('/was-closed', 'new\n', 0o644),
    file('/same', 'same', 0o644),
    file('/root/open', secret, 0o644),
    makeStep('sections', { kind: 'sections', path: '/sections', mode: 0o600, settings }),
    makeExecStep('a'),
  ]);
  assert.deepEqual(
    outcomes.map(({ changes }) => changes?.map(({ what, diff }) => [what.split('  ')[0], diff])),
    [
      [['/open', ['-old', '+new']]],
      [['/closed', undefined]],
      [['/hidden', undefined]],
      [
        ['/was-closed', undefined],
        ['/was-closed', undefined],
      ],
      undefined,
      [['/root/open', undefined]],
      [['/sections', undefined]],
      undefined,
    ],
  );
  assert.ok(!journalText().includes(secret));
});

test('a step that an earlier, cut-off run has done has no place on the time line of this one', async () => {
  const { apply } = open();
  const step = makeFileStep('a');
  assert.ok((await apply([step])).outcomes[0]?.startMs !== undefined);
  const [again] = (await apply([step])).outcomes;
  assert.equal(again?.status, 'changed');
  assert.equal(again?.startMs, undefined);
});
