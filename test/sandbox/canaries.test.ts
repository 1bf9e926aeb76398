// No secret of the drive reaches anybody but root (reliability.md F20): each field that may hold one has a canary of its own, which is looked
// for after every outcome in all that another user can read, in the words and the environment of every command, in logs, journal lines, console
// and core dumps. What root alone can read is held against a list of the files that have to hold a secret.

import assert from 'node:assert/strict';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { unpackArchive } from '../support/archive.ts';
import {
  canaries,
  degradedTree,
  type Field,
  fields,
  gate,
  mistypedDocument,
  mistypedTree,
  serverPort,
  serverScript,
  soundTree,
  tornDocuments,
  tornTree,
} from '../support/canaries.ts';
import {
  findCanaries,
  type Hit,
  readCores,
  scanAsOther,
  scanAsRoot,
  scanText,
  scanTrace,
  tracer,
  workFolder,
} from '../support/canary-scan.ts';
import type { RunResult } from '../support/command-inside.ts';
import type { DriveTree } from '../support/drive.ts';
import { createGuestServer } from '../support/guest-server.ts';
import { novaDmi, otherUuid } from '../support/instances.ts';
import { assertNothingLeft } from '../support/leftovers.ts';
import { describeSandbox } from '../support/main-job.ts';
import { explainMissingRoots } from '../support/roots.ts';
import { type Sandbox, type SandboxOptions, withSandbox } from '../support/sandbox.ts';

const missing = explainMissingRoots();
const patience = { timeoutMs: 240_000 };
const server = createGuestServer(serverScript, serverPort);
chmodSync(join(server.folder, 'server.cjs'), 0o600);

/** Commands whose words are the user's own: a list of words is run as it is, and a URL is given to ansible-pull by its option. */
const ownWords: Readonly<Partial<Record<Field, RegExp>>> = {
  runcmdWord: /^\/usr\/bin\/true$/,
  ansibleUrl: /\/ansible-pull$|^\/usr\/sbin\/runuser$/,
};

/** A plan shows commands whole, to root, who has the user_data. */
const inPlan: readonly Field[] = ['bootcmd', 'runcmdLine', 'runcmdWord', 'ansibleUrl'];

/** Files that have to hold a secret, for root alone. */
const holders: readonly (readonly [path: RegExp, fields: readonly Field[]])[] = [
  [/^\/etc\/g?shadow-?$/, ['chpasswdHash', 'hashedPassword']],
  [/^\/etc\/token$/, ['fileContent']],
  [/^\/etc\/templated$/, ['metadata', 'templated']],
  [/^\/etc\/packed$/, ['fileGzip']],
  [/^\/root\/injected$/, ['injected']],
  [/^\/etc\/ssh\/ssh_host_rsa_key$/, ['hostKey']],
  [/^\/etc\/apt\/auth\.conf\.d\/guest-init-tools\.conf$/, ['aptUri']],
  [/^\/etc\/apt\/apt\.conf\.d\/90guest-init-proxy$/, ['aptProxy']],
  [/^\/etc\/apt\/apt\.conf\.d\/94guest-init-config$/, ['aptConf']],
  [/^\/var\/cache\/debconf\/passwords\.dat(-old)?$/, ['debconf']],
  [/^\/etc\/yum\.repos\.d\/tools\.repo$/, ['yumPassword']],
  [/^\/etc\/wireguard\/wg0\.conf$/, ['wireguardKey']],
  [/^\/etc\/salt\/pki\/minion\/minion\.pem$/, ['saltKey']],
  [/^\/etc\/salt\/minion$/, ['saltConf']],
  [/^\/etc\/puppet\/csr_attributes\.yaml$/, ['puppetToken']],
  [/^\/run\/systemd\/system\/etcd2\.service\.d\/20-cloudinit\.conf$/, ['etcdToken']],
  [/^\/run\/systemd\/system\/fleet\.service\.d\/20-cloudinit\.conf$/, ['fleetPassword']],
  // While it runs, and until the next start when it is killed: below a folder of root's, in memory.
  [/^\/run\/guest-init\/private\/drive\//, fields],
  [/^\/run\/guest-init\/private\/commands\/runcmd-0$/, ['runcmdLine']],
  [/^\/run\/guest-init\/private\/commands\/runcmd-0$/, ['runcmdLine']],
  // The test's own.
  [/^\/opt\/server\.cjs$/, ['includedScript']],
];

const systemctl = `#!/bin/sh
case "$*" in
  *is-enabled*|*is-active*) [ -e "/run/enabled-$3" ] ;;
  enable*) : >"/run/enabled-$2" ;;
esac
`;

/** A guest in which everything that the document asks for can be done. */
function guest(tree: DriveTree, more: Partial<SandboxOptions> = {}): SandboxOptions {
  const quiet = { content: '#!/bin/sh\n', mode: 0o755 };
  const tools = ['ansible', 'ansible-pull', 'puppet', 'salt-minion', 'wg', 'apt-get', 'yum'];
  const units = ['etcd2', 'fleet', 'puppet', 'salt-minion', 'wg-quick@'];
  const files = {
    '/usr/bin/systemctl': { content: systemctl, mode: 0o755 },
    ...Object.fromEntries(tools.map((name) => [`/usr/bin/${name}`, quiet])),
    ...Object.fromEntries(units.map((name) => [`/etc/systemd/system/${name}.service`, ''])),
  };
  const config = 'drive: {wait: 1, wait_required: 2}\nadmin_pass: true\n';
  return describeSandbox({ tree, config, sandbox: { files, space: '512m', binds: server.listBinds(), ...more } });
}

type Watch = {
  readonly box: Sandbox;
  /** What a boot has to bring before a run; done once already. */
  prepare(): Promise<void>;
  /** Runs guest-init, sees what it starts and says, and what it leaves; `during` when its last command has begun. */
  call(words: readonly string[], during?: () => Promise<void>): Promise<RunResult>;
  /** Looks through the whole guest. */
  look(): Promise<void>;
  note(where: string, text: string, allowed?: readonly Field[]): void;
};

async function watch(
  options: SandboxOptions,
  body: (watch: Watch) => Promise<void>,
  { withServer = true, nodeMode = '660', keeps = [] }: Pick<Outcome, 'withServer' | 'nodeMode' | 'keeps'> = {},
): Promise<Hit[]> {
  const hits: Hit[] = [];
  const note: Watch['note'] = (where, text, allowed = []) => {
    hits.push(...scanText(where, text).filter(({ field }) => !allowed.includes(field)));
  };
  await withSandbox(options, async (box) => {
    const prepare = async (): Promise<void> => {
      const node = nodeMode === '660' ? 'chgrp cdrom /dev/sr0; chmod 660 /dev/sr0' : `chmod ${nodeMode} /dev/sr0`;
      await box.exec(['sh', '-c', `mkdir -p -m 755 ${workFolder} /run/systemd/system; ${node}`]);
      if (withServer) await server.start(box);
    };
    const allowed = [...holders, ...keeps];
    await prepare();
    const look = async (): Promise<void> => {
      hits.push(...(await scanAsOther(box)));
      const others = (await scanAsRoot(box)).filter(({ where, field }) => {
        const isRoots =
          where.startsWith('/run/guest-init/private/') || ((box.stat(where)?.mode ?? 0o777) & 0o007) === 0;
        return !isRoots || !allowed.some(([path, held]) => path.test(where) && held.includes(field));
      });
      hits.push(...others.map(({ where, field }) => ({ field, where: `${where} (as root)` })));
    };
    const call: Watch['call'] = async (words, during) => {
      await box.exec(['rm', '-f', gate.reached, gate.open]);
      if (during === undefined) box.writeFile(gate.open, '');
      const running = box.run([...tracer('trace'), 'guest-init', ...words], patience);
      if (during !== undefined) {
        await waitForGate(box);
        await during();
        box.writeFile(gate.open, '');
      }
      const result = await running;
      const shown = words[0] === 'plan' ? inPlan : [];
      note('standard output', result.stdout, shown);
      note('standard error', result.stderr);
      const trace = box.readFile(`${workFolder}/trace`);
      assert.match(trace, /execve\("\/usr\/bin\/guest-init"/);
      hits.push(...scanTrace(trace, (field, program) => ownWords[field]?.test(program) === true));
      return result;
    };
    await body({ box, prepare, call, look, note });
    await look();
  });
  return hits;
}

async function waitForGate(box: Sandbox): Promise<void> {
  for (let tries = 0; box.stat(gate.reached) === undefined; tries += 1) {
    assert.ok(tries < 1200, 'the last command has not begun in 60 s');
    await sleep(50);
  }
}

const killAgent = (box: Sandbox, signal: string): Promise<string> =>
  box.exec(['sh', '-c', `kill -${signal} $(pidof guest-init)`]);

type Outcome = {
  readonly name: string;
  readonly tree?: DriveTree;
  readonly sandbox?: Partial<SandboxOptions>;
  readonly withServer?: boolean;
  /** Of the drive's node before anything is done; default 660, with the group cdrom, as udev leaves an optical drive. */
  readonly nodeMode?: '600' | '660';
  /** Further files that hold a secret, for root alone. */
  readonly keeps?: typeof holders;
  readonly act: (watch: Watch) => Promise<void>;
};

function expectExit(result: RunResult, exit: number | string): void {
  assert.equal(result.status ?? result.signal, exit, result.stdout + result.stderr);
}

/** One that failed stays, so that one can look. */
const failedScript: typeof holders = [[/\/instances\/[^/]+\/scripts\/script-part-002$/, ['userScript']]];

const outcomes: readonly Outcome[] = [
  {
    name: 'all applied (exit 0), seen while it runs and afterwards',
    async act({ box, call, look }) {
      expectExit(await call(['run'], look), 0);
      const left = await box.exec([
        'find',
        '/var/lib/guest-init',
        '/run/guest-init',
        '-path',
        '*/scripts/*',
        '-o',
        '-path',
        '*/commands/*',
      ]);
      assert.equal(left, '');
    },
  },
  {
    name: 'an unknown key and a failing command (exit 2)',
    tree: degradedTree,
    keeps: failedScript,
    async act({ box, call }) {
      expectExit(await call(['run']), 2);
      const kept = (await box.exec(['find', '/var/lib/guest-init', '-path', '*/scripts/*'])).trim().split('\n');
      assert.deepEqual([kept.length, failedScript[0]?.[0].test(kept[0] ?? '')], [1, true]);
    },
  },
  {
    name: 'each field of another shape than is expected',
    tree: mistypedTree,
    async act({ call }) {
      expectExit(await call(['run']), 2);
    },
  },
  {
    name: 'a document that cannot be parsed',
    tree: tornTree,
    async act({ call }) {
      expectExit(await call(['run']), 2);
    },
  },
  {
    name: 'the network fails and is rolled back',
    async act({ box, call }) {
      for (const tool of ['route', 'ip'])
        box.shim(tool, 'case "$*" in *add*|*replace*|*prepend*) exit 1;; esac; exec $REAL "$@"');
      expectExit(await call(['run']), 21);
    },
  },
  {
    name: 'killed, looked at, and taken up again',
    async act({ box, call, look }) {
      expectExit(await call(['run'], () => killAgent(box, 'KILL').then(look)), 'SIGKILL');
      expectExit(await call(['run']), 0);
    },
  },
  {
    name: 'ended by SIGTERM',
    async act({ box, call }) {
      expectExit(await call(['run'], async () => void (await killAgent(box, 'TERM'))), 143);
    },
  },
  {
    name: 'the disk is full',
    async act({ box, call }) {
      await box.run(['sh', '-c', 'dd if=/dev/zero of=/filled bs=64k 2>/dev/null; :'], patience);
      expectExit(await call(['run']), 30);
    },
  },
  {
    name: 'tools and servers fail, and repeat what they were given',
    withServer: false,
    async act({ box, call }) {
      for (const tool of ['chpasswd', 'usermod', 'debconf-set-selections', 'ssh-keygen', 'apt-config', 'systemctl'])
        box.shim(
          tool,
          'echo "$0: $*" >&2; for f in "$@"; do [ ! -f "$f" ] || tail -n 20 "$f" >&2; done; cat >&2; exit 1',
        );
      expectExit(await call(['run']), 2);
    },
  },
  {
    name: 'the drive of another machine (exit 41)',
    sandbox: { dmi: novaDmi(otherUuid) },
    async act({ call }) {
      expectExit(await call(['run']), 41);
    },
  },
  {
    name: 'plan, before anything is done',
    // The rule for udev has seen to it: these change nothing.
    nodeMode: '600',
    async act({ call }) {
      expectExit(await call(['plan']), 0);
      expectExit(await call(['plan', '--json']), 0);
    },
  },
  {
    name: 'validate, of the document broken in each field',
    // The rule for udev has seen to it: these change nothing.
    nodeMode: '600',
    async act({ box, call }) {
      const documents = [mistypedDocument, ...tornDocuments];
      const paths = documents.map((_, index) => `${workFolder}/${index}.yaml`);
      for (const [index, text] of documents.entries()) box.writeFile(paths[index] ?? '', text);
      for (const words of [[], ['--json']]) {
        const result = await call(['validate', ...words, ...paths]);
        assert.notEqual(result.status, 0);
        for (const path of paths) assert.ok(result.stdout.includes(path), `${path} is sound`);
      }
    },
  },
  {
    name: 'status, report and collect-logs',
    tree: degradedTree,
    keeps: failedScript,
    async act({ box, call, note }) {
      expectExit(await call(['run']), 2);
      const page = `${workFolder}/report`;
      for (const words of [['status'], ['status', '--json'], ['report'], ['report', '--json']]) await call(words);
      expectExit(await call(['report', '--html', `${page}.html`]), 0);
      expectExit(await call(['report', '--svg', `${page}.svg`]), 0);
      for (const kind of ['html', 'svg']) note(`report as ${kind}`, box.readFile(`${page}.${kind}`));
      expectExit(await call(['collect-logs', '--output', `${workFolder}/logs.tar.gz`]), 0);
      const packed = await box.exec(['base64', '-w0', `${workFolder}/logs.tar.gz`]);
      const archive = unpackArchive(Buffer.from(packed, 'base64'));
      assert.ok(archive.size > 5);
      for (const [name, content] of archive) note(`${name} of collect-logs`, content.toString('latin1'));
    },
  },
  {
    name: 'the next boot',
    async act({ box, prepare, call }) {
      expectExit(await call(['run']), 0);
      await box.reboot();
      await prepare();
      expectExit(await call(['run', '--stage', 'early']), 0);
      expectExit(await call(['run', '--stage', 'late']), 0);
    },
  },
  {
    name: 'applied again by force',
    async act({ call }) {
      expectExit(await call(['run']), 0);
      expectExit(await call(['run', '--force']), 0);
    },
  },
  {
    name: 'undone',
    async act({ call }) {
      expectExit(await call(['run']), 0);
      expectExit(await call(['undo']), 0);
      expectExit(await call(['undo', '--yes', '--users']), 0);
    },
  },
  {
    name: 'what a template would keep of it',
    async act({ call }) {
      expectExit(await call(['run']), 0);
      expectExit(await call(['seal', '--check']), 42);
      expectExit(await call(['seal', '--check', '--json']), 42);
    },
  },
  {
    name: 'a crash with core dumps allowed',
    async act({ box }) {
      const running = box.run(['sh', '-c', 'ulimit -c unlimited; exec guest-init run'], patience);
      await waitForGate(box);
      await killAgent(box, 'ABRT');
      expectExit(await running, 'SIGABRT');
      assert.deepEqual(readCores(`/proc/${box.first}/root`), []);
    },
  },
];

describe('canaries', { skip: missing ?? false, concurrency: 2 }, () => {
  const rows: { name: string; hits: number }[] = [];
  after(() => server.remove());
  after(assertNothingLeft);
  after(() => {
    const width = Math.max(...rows.map(({ name }) => name.length));
    for (const { name, hits } of rows) console.log(`${name.padEnd(width)}  ${fields.length} fields  ${hits} hits`);
    console.log(`${rows.length} outcomes, ${rows.length * fields.length} cases`);
  });

  for (const { name, tree = soundTree, sandbox, act, ...how } of outcomes) {
    it(name, async () => {
      const hits = await watch(guest(tree, sandbox), act, how);
      rows.push({ name, hits: hits.length });
      assert.deepEqual(hits, []);
    });
  }

  it('without prlimit a core dump is made, and no memory is in it', async () => {
    await withSandbox(guest(soundTree), async (box) => {
      box.hide('prlimit');
      await server.start(box);
      await box.exec(['mkdir', '-p', '/run/systemd/system']);
      const running = box.run(['sh', '-c', 'ulimit -c unlimited; exec guest-init run'], patience);
      await waitForGate(box);
      await killAgent(box, 'ABRT');
      expectExit(await running, 'SIGABRT');
      const [core, ...more] = readCores(`/proc/${box.first}/root`);
      assert.ok(core !== undefined && more.length === 0, 'the kernel of this machine puts core dumps elsewhere');
      // Notes of some threads and the kernel's own page. Registers hold what was copied last: never a whole document.
      assert.ok(core.text.length < 512 * 1024, `${core.text.length} bytes`);
      assert.ok(findCanaries(core.text).length <= 1, findCanaries(core.text).join());
      assert.equal((box.stat('/core')?.mode ?? 0) & 0o777, 0o600);
    });
  });

  it('what is planted is found, in each place and in other spellings', async () => {
    const [one, two, three] = ['password', 'saltKey', 'fileContent'] as const;
    const found: string[] = [];
    await withSandbox(guest(soundTree), async (box) => {
      const plant = (path: string, text: string, mode: number, group = 0): Promise<string> => {
        box.writeFile(path, text, mode);
        return box.exec(['chown', `0:${group}`, path]);
      };
      await plant('/var/tmp/plain', `x${canaries[one]}`, 0o644);
      await plant('/srv/hex', Buffer.from(canaries[one]).toString('hex'), 0o604);
      for (const before of ['', 'x', 'xy'])
        await plant(
          `/srv/base64${before}`,
          Buffer.from(`${before}${canaries[one]} and more`).toString('base64'),
          0o644,
        );
      await plant('/var/log/of-adm', canaries[one], 0o640, 4);
      await plant('/run/of-cdrom', canaries[one], 0o640, 24);
      await plant('/root/private', canaries[two], 0o600);
      await box.exec(['sh', '-c', `mkdir -p -m 755 ${workFolder}; chgrp cdrom /dev/sr0`]);
      const sleeper = box.run(['sh', '-c', 'sleep 86398; :', canaries[three]]);
      const own = box.run(['sleep', '86398'], { uid: 65534, env: { TOKEN: canaries[three] } });
      for (let tries = 0; box.processes().filter((line) => line === 'sleep 86398').length < 2; tries += 1) {
        assert.ok(tries < 200, 'the sleepers do not sleep');
        await sleep(50);
      }
      for (const { field, where } of await scanAsOther(box)) {
        if (where === '/dev/sr0') found.push(`${where} ${field}`);
        else if (field === one || field === three) found.push(`${where.replace(/\d+/, 'N')} ${field}`);
        assert.notEqual(where, '/root/private');
      }
      await box.exec(['sh', '-c', 'kill $(pidof sleep) 2>/dev/null; :']);
      await Promise.all([sleeper, own]);
      assert.deepEqual(
        (await scanAsRoot(box)).filter(({ field }) => field === two),
        [{ field: two, where: '/root/private' }],
      );
      await box.run([
        ...tracer('planted'),
        'sh',
        '-c',
        `/usr/bin/env A=${canaries[one]} /usr/bin/true ${canaries[two]}`,
      ]);
      const traced = scanTrace(box.readFile(`${workFolder}/planted`), () => false);
      assert.deepEqual(
        new Set(traced.filter(({ where }) => where === 'words of /usr/bin/true').map(({ field }) => field)),
        new Set([one, two]),
      );
      await box.run(['sh', '-c', `ulimit -c unlimited; X=${canaries[three]}; kill -ABRT $$`]);
      assert.deepEqual(
        readCores(`/proc/${box.first}/root`).map(({ text }) => findCanaries(text)),
        [[three]],
      );
    });
    const everything = fields.filter((field) => !['hostKey', 'includedScript'].includes(field));
    for (const field of everything) assert.ok(found.includes(`/dev/sr0 ${field}`), `${field} is not on the drive`);
    assert.deepEqual(found.filter((line) => !line.startsWith('/dev/')).sort(), [
      ...['/proc/N/cmdline fileContent', '/proc/N/environ fileContent', '/run/of-cdrom password'],
      ...['/srv/baseN password', '/srv/baseNx password', '/srv/baseNxy password'],
      ...['/srv/hex password', '/var/log/of-adm password', '/var/tmp/plain password'],
    ]);
  });

  it('there are cases enough', () => {
    assert.ok(fields.length >= 25 && outcomes.length >= 12 && new Set(Object.values(canaries)).size === fields.length);
  });
});
