// How the job is started and stopped: who may, with which words, how often at once, and what a signal or a full disk does.
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fullTree, openstackTree, userDataTree } from '../support/instances.ts';
import { assertNothingLeft } from '../support/leftovers.ts';
import {
  assertMetadataApplied,
  assertReleased,
  describeSandbox,
  type JobCase,
  readNetwork,
  runJobCase,
  staticApplied,
} from '../support/main-job.ts';
import { explainMissingRoots } from '../support/roots.ts';
import { withSandbox } from '../support/sandbox.ts';

const missing = explainMissingRoots();
const nothing = { network: 'untouched', nothingApplied: true } as const;
const slow = userDataTree('#cloud-config\nruncmd:\n  - touch /root/started\n  - sleep 3\n  - touch /root/after\n');

const cases: readonly JobCase[] = [
  { name: 'not root', tree: fullTree(), uid: 65534, exit: 77, ...nothing, says: [/root/, /plan/] },
  ...[
    ['run', '--stage', 'middle'],
    ['run', '--no-such-option'],
    ['run', 'extra'],
    ['nonsense'],
    [],
    ['run', '--device'],
    ['run', '--device', '/dev/sr0', '--source', '/srv'],
    ['run', '--root', '/', '--source', '/srv'],
    ['run', '--root', '/nowhere', '--source', '/srv'],
    ['run', '--root', '/srv'],
    ['status', '--wait', '--timeout', 'soon'],
    ['validate', '/dev/zero'],
  ].map(
    (words): JobCase => ({
      name: `usage: guest-init ${words.join(' ')}`,
      tree: fullTree(),
      arguments: words,
      exit: 64,
      ...nothing,
    }),
  ),
  {
    name: 'early stage alone: network, users and keys, but no commands',
    tree: slow,
    arguments: ['run', '--stage', 'early'],
    exit: 0,
    network: staticApplied,
    check: async (box) => {
      assertMetadataApplied(box);
      assert.equal(box.stat('/root/started'), undefined);
      assert.equal((await box.run(['guest-init', 'run', '--stage', 'late'])).status, 0);
      assert.ok(box.stat('/root/after'));
    },
  },
  {
    name: 'late stage first takes the early one along',
    tree: slow,
    arguments: ['run', '--stage', 'late'],
    exit: 0,
    network: staticApplied,
    check: (box) => {
      assertMetadataApplied(box);
      assert.ok(box.stat('/root/after'));
    },
  },
  ...(['SIGTERM', 'SIGINT', 'SIGHUP'] as const).map(
    (signal): JobCase => ({
      name: `${signal} while a command runs: a clean stop`,
      tree: slow,
      during: async (box) => {
        for (let tries = 0; tries < 100 && box.stat('/root/started') === undefined; tries += 1) await sleep(50);
        await sleep(200);
        await box.exec(['sh', '-c', `kill -s ${signal.slice(3)} $(pidof guest-init)`]);
      },
      exit: 143,
      network: staticApplied,
      check: async (box, result) => {
        assertMetadataApplied(box);
        assert.equal(box.stat('/root/after'), undefined);
        assert.ok(result.ms < 15_000);
        const again = await box.run(['guest-init', 'run']);
        assert.equal(again.status, 0, again.stdout + again.stderr);
        assert.ok(box.stat('/root/after'));
      },
    }),
  ),
  {
    name: 'closed standard streams',
    tree: openstackTree(),
    arguments: ['run'],
    prepare: async (box) => {
      const result = await box.run(['sh', '-c', 'exec guest-init run <&- >&- 2>&-']);
      assert.equal(result.status, 0);
      await box.reboot();
    },
    exit: 0,
    network: staticApplied,
    check: assertMetadataApplied,
  },
  {
    name: 'a reader that goes away',
    tree: openstackTree(),
    prepare: async (box) => {
      const result = await box.run(['sh', '-c', '{ guest-init run; echo $? > /run/code; } 2>&1 | true; cat /run/code']);
      assert.equal(result.stdout.trim(), '0');
    },
    exit: 0,
    network: staticApplied,
    check: assertMetadataApplied,
  },
  {
    name: 'NODE_OPTIONS and other variables of the caller do not matter',
    tree: openstackTree(),
    prepare: async (box) => {
      box.writeFile('/srv/canary.cjs', "require('node:fs').writeFileSync('/root/canary', 'x')\n");
      const result = await box.run(['guest-init', 'run'], {
        env: { NODE_OPTIONS: '--require=/srv/canary.cjs', NODE_EXTRA_CA_CERTS: '/none', LD_BIND_NOW: '1' },
      });
      assert.equal(result.status, 0, result.stderr);
      assert.equal(box.stat('/root/canary'), undefined);
    },
    exit: 0,
    network: staticApplied,
  },
  {
    name: 'a damaged config.yaml is named with its place',
    tree: openstackTree(),
    config: 'drive: {wait: 1}\nnetwork:\n  default_prefix: many\n',
    exit: 13,
    ...nothing,
    says: [/config\.yaml:3/],
  },
];

describe('starting and stopping', { skip: missing ?? false, concurrency: 2 }, () => {
  after(assertNothingLeft);
  for (const job of cases) it(job.name, () => runJobCase(job));

  it('of four runs at once one applies, the others say so within a second', async () => {
    await withSandbox(describeSandbox({ tree: slow }), async (box) => {
      const results = await Promise.all([1, 2, 3, 4].map(() => box.run(['guest-init', 'run'])));
      const codes = results.map((result) => result.status).sort();
      assert.deepEqual(codes, [0, 40, 40, 40]);
      for (const result of results) if (result.status === 40) assert.ok(result.ms < 1500, `${result.ms} ms`);
      assert.deepEqual(readNetwork(box), staticApplied);
      assertReleased(box);
    });
  });

  it('/var that cannot be written: told in /run, exit 30, address and keys are there', async () => {
    await withSandbox(describeSandbox({ tree: fullTree() }), async (box) => {
      await box.exec(['sh', '-c', 'mount --bind /var /var && mount -o remount,bind,ro /var']);
      const result = await box.run(['guest-init', 'run']);
      const said = result.stdout + result.stderr;
      assert.equal(result.status, 30, said);
      assert.match(box.readFile('/run/guest-init/status.json'), /"exitCode": ?30/);
      assert.deepEqual(readNetwork(box), staticApplied, said);
      assertMetadataApplied(box);
      assertReleased(box, said);
    });
  });

  it('a full disk: the address is set, no file is half written, the exit code says so', async () => {
    const files = Array.from(
      { length: 8 },
      (_, n) => `  - {path: /srv/file-${n}, content: "${'x'.repeat(200_000)}"}`,
    ).join('\n');
    const tree = userDataTree(`#cloud-config\nwrite_files:\n${files}\nruncmd: [touch /run/ran]\n`);
    await withSandbox({ ...describeSandbox({ tree }), space: '1200k' }, async (box) => {
      const result = await box.run(['guest-init', 'run']);
      const said = result.stdout + result.stderr;
      assert.ok(result.status === 2 || result.status === 30, `${result.status} ${said}`);
      assert.deepEqual(readNetwork(box), staticApplied, said);
      for (const [path, line] of box.digest()) {
        if (path.startsWith('/srv/') && line.startsWith('file')) assert.match(line, / 200000 /, path);
      }
      assertReleased(box, said);
    });
  });
});
