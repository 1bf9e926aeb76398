// guest-init report and collect-logs after a run in which everything happened.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { Report } from '../../src/report/view.ts';
import { unpackArchive } from '../support/archive.ts';
import { repositoryRoot } from '../support/built-program.ts';
import { ec2Tree } from '../support/instances.ts';
import { assertNothingLeft } from '../support/leftovers.ts';
import { describeSandbox } from '../support/main-job.ts';
import { hostile, richTree } from '../support/rich-run.ts';
import { explainMissingRoots } from '../support/roots.ts';
import { type Sandbox, withSandbox } from '../support/sandbox.ts';

const missing = explainMissingRoots();
/** For a machine that has other things to do. */
const patient = { timeoutMs: 240_000 };
const golden = join(repositoryRoot, 'test/golden/report');
const isUpdate = process.env['UPDATE_GOLDEN'] === '1';

function compare(name: string, text: string): void {
  if (isUpdate) writeFileSync(join(golden, name), text);
  assert.equal(text, readFileSync(join(golden, name), 'utf8'));
}

/** Times, this machine and the build differ from run to run. */
function settle(report: Report): unknown {
  const stable = new Set(
    report.files.flatMap(({ path, sha256 }) => (path.startsWith('/etc/ssh/') ? [] : (sha256 ?? []))),
  );
  const spell = (key: string, value: unknown): unknown => {
    if (['ms', 'startMs', 'startedAt', 'madeAt'].includes(key))
      return typeof value === 'number' && value >= 0 ? 0 : value;
    if (key === 'bootId') return 'boot';
    if (key === 'detail') return 'the gateway';
    if (key === 'sha256' && !stable.has(String(value))) return 'of a new key';
    if (key === 'program') return 'guest-init';
    return key === 'machine' ? 'this machine' : value;
  };
  return JSON.parse(JSON.stringify(report, spell));
}

/** The text without what differs: times, bars, machine, build. */
function settleText(text: string): string {
  return text
    .split('\n')
    .filter((line) => !/^ {2}(?:system|machine|made by|started) /.test(line))
    .map((line) => line.replace(/ [.#]{40} /, ' BAR ').replace(/ +\d[\d.]* (?:ms|s|min \d+ s)$/, ' TIME'))
    .join('\n');
}

async function report(box: Sandbox, ...words: string[]) {
  const result = await box.run(['guest-init', 'report', ...words], patient);
  assert.equal(result.status, 0, result.stderr);
  assert.equal(result.stderr, '');
  return result.stdout;
}

describe('report', { skip: missing ?? false }, () => {
  after(assertNothingLeft);

  it('tells a run in which everything happened, to root and to others', async () => {
    await withSandbox(describeSandbox({ tree: richTree() }), async (box) => {
      const none = await box.run(['guest-init', 'report']);
      assert.equal(none.status, 1);
      assert.match(none.stdout, /^NOT RUN \(1\) has not run in this boot/);

      assert.equal((await box.run(['guest-init', 'run'], patient)).status, 2);
      const whole = JSON.parse(await report(box, '--json')) as Report;
      compare('rich.json', `${JSON.stringify(settle(whole), null, 2)}\n`);
      compare('rich.txt', settleText(await report(box)));
      for (const { id, startMs, status } of whole.steps)
        assert.equal(startMs !== undefined, status !== 'skipped', `${id} has no time, or a time too many`);
      const slow = whole.steps.find(({ id }) => id === 'runcmd/0');
      assert.ok(slow !== undefined && slow.ms >= 400, 'a command that sleeps takes its time');
      assert.ok(whole.machine.memory !== undefined, 'systeminformation is silent');

      // Not even root's report holds what is for a few.
      assert.ok(!JSON.stringify(whole).includes('hunter2'));
      assert.ok(!box.readFile('/var/lib/guest-init/state.json').includes('hunter2'));

      // Written for root alone, over a link that is there rather than through it.
      await box.exec(['ln', '-s', '/etc/motd', '/root/page.html']);
      assert.equal(await report(box, '--html', '/root/page.html', '--svg', '/root/time.svg'), '');
      for (const path of ['/root/page.html', '/root/time.svg'])
        assert.equal((box.stat(path)?.mode ?? 0) & 0o7777, 0o600);
      assert.match(box.readFile('/etc/motd'), /^Welcome/);
      const page = box.readFile('/root/page.html');
      assert.ok(page.startsWith('<!doctype html>') && page.endsWith('</html>\n'));
      assert.ok(!page.includes(hostile.markup) && page.includes('&lt;script&gt;document.title='));
      assert.ok(box.readFile('/root/time.svg').startsWith('<svg xmlns="http://www.w3.org/2000/svg"'));
      assert.equal((await report(box, '--html', '-')).length > 10_000, true);

      const open = await box.run(['guest-init', 'report', '--json'], { uid: 65534 });
      const told = JSON.parse(open.stdout) as Report;
      assert.equal(told.scope, 'public');
      assert.equal(told.steps.length, whole.steps.length);
      for (const word of ['Welcome to web-1', 'ngnix.service', 'Setting up nginx', 'tail', 'diff'])
        assert.ok(!open.stdout.includes(word), word);
      assert.match((await box.run(['guest-init', 'report'], { uid: 65534 })).stdout, /sudo guest-init report\n$/);

      for (const words of [['--json', '--html', '-'], ['--html', '-', '--svg', '-'], ['--html'], ['x']])
        assert.equal((await box.run(['guest-init', 'report', ...words], patient)).status, 64, words.join(' '));
      const nowhere = await box.run(['guest-init', 'report', '--html', '/nowhere/page.html']);
      assert.deepEqual(
        [nowhere.status, nowhere.stderr],
        [1, 'guest-init: /nowhere/page.html: cannot be written (ENOENT)\n'],
      );
    });
  });

  it('after a second boot the times are still those of the first', async () => {
    const userData = '#cloud-config\nbootcmd:\n  - [touch, /root/booted]\nruncmd:\n  - sleep 0.3\n';
    await withSandbox(describeSandbox({ tree: { ...ec2Tree(), 'ec2/latest/user-data': userData } }), async (box) => {
      assert.equal((await box.run(['guest-init', 'run'], patient)).status, 0);
      const first = JSON.parse(await report(box, '--json')) as Report;
      await box.reboot();
      assert.equal((await box.run(['guest-init', 'run'], patient)).status, 0);
      const second = JSON.parse(await report(box, '--json')) as Report;
      assert.equal(second.ms, first.ms);
      const find = (id: string) => second.steps.find((step) => step.id === id);
      assert.ok((find('runcmd/0')?.startMs ?? -1) > 0);
      assert.equal(find('bootcmd/0')?.startMs, undefined);
      assert.ok(second.stages.some(({ repeatedAt }) => repeatedAt !== undefined));
    });
  });
});

/** A canary in every field that may hold a secret, and where a command may let it slip. */
const canary = (name: string): string => `S3cr3t-${name}-canary`;
const fields = [
  ...[
    'password',
    'chpasswd',
    'plain',
    'hashed',
    'file600',
    'file644',
    'argument',
    'shell',
    'printed',
    'syslog',
    'script',
  ],
  ...['motd', 'gecos', 'final', 'drive', 'admin'],
];
const secretive = `#cloud-config
password: ${canary('password')}
chpasswd: {expire: false, users: [{name: ops, password: ${canary('chpasswd')}, type: text}]}
users:
  - default
  - {name: ops, lock_passwd: false, plain_text_passwd: ${canary('plain')}, gecos: "${canary('gecos')}"}
  - {name: twin, uid: 0, hashed_passwd: "$6$salt$${canary('hashed')}"}
write_files:
  - {path: /etc/token, permissions: "0600", content: ${canary('file600')}}
  - {path: /etc/token.open, content: "token = ${canary('file644')}"}
  - {path: /etc/motd, content: "${canary('motd')}", append: true}
runcmd:
  - [sh, -c, "exit 3", "${canary('argument')}"]
  - TOKEN=${canary('shell')} false
  - echo ${canary('printed')}; exit 7
  - logger -t guest-init "guest-init- ${canary('syslog')}" || true
final_message: "up: ${canary('final')}"
`;

async function readArchive(box: Sandbox, path: string): Promise<Map<string, Buffer>> {
  return unpackArchive(Buffer.from(await box.exec(['base64', path]), 'base64'));
}

describe('collect-logs', { skip: missing ?? false }, () => {
  after(assertNothingLeft);

  it('gives away nothing that user_data brought, and what is needed to help', async () => {
    const tree = {
      ...ec2Tree({ 'admin-pass': canary('admin') }),
      'ec2/latest/user-data': secretive,
      'openstack/latest/vendor_data.json': { json: { note: canary('drive') } },
    };
    await withSandbox(describeSandbox({ tree }), async (box) => {
      assert.equal((await box.run(['guest-init', 'run'], patient)).status, 2);
      const state = `${box.readFile('/var/lib/guest-init/state.json')}${box.readFile('/var/log/guest-init.log')}`;
      for (const name of ['printed', 'file644']) assert.ok(state.includes(canary(name)), `${name}: nothing to leak`);

      const refused = await box.run(['guest-init', 'collect-logs'], { uid: 65534 });
      assert.equal(refused.status, 77);
      const said = await box.exec(['guest-init', 'collect-logs', '--output', '/root/logs.tar.gz']);
      assert.match(said, /^\/root\/logs\.tar\.gz: \d+ files, [\d.]+ KiB; \d+ could not be had, see MANIFEST in it\n$/);
      assert.equal((box.stat('/root/logs.tar.gz')?.mode ?? 0) & 0o7777, 0o600);

      const files = await readArchive(box, '/root/logs.tar.gz');
      for (const name of ['MANIFEST', 'report.html', 'report.json', 'report.txt', 'status.json', 'guest-init.log'])
        assert.ok((files.get(`guest-init-logs/${name}`)?.length ?? 0) > 200, name);
      const addresses = files.get('guest-init-logs/network/addresses.txt')?.toString() ?? '';
      assert.match(addresses, /inet 10\.0\.0\.5\/24/);
      const shared = JSON.parse(files.get('guest-init-logs/report.json')?.toString() ?? '') as Report;
      assert.equal(shared.scope, 'shareable');
      assert.equal(shared.steps.find(({ id }) => id === 'runcmd/2')?.exitCode, 7);

      for (const [name, content] of files) {
        const text = content.toString('latin1');
        for (const field of fields) {
          const value = Buffer.from(canary(field));
          for (const form of [value.toString(), value.toString('hex'), value.toString('base64').slice(0, -4)])
            assert.ok(!text.includes(form), `${field} is in ${name}`);
        }
      }
    });
  });

  it('is made when half of the tools are missing, one hangs and nothing has run', async () => {
    await withSandbox(describeSandbox({}), async (box) => {
      for (const tool of ['ip', 'lsblk', 'uname']) box.hide(tool);
      box.shim('df', 'exec sleep 60');
      const made = await box.run(['sh', '-c', 'cd /root && guest-init collect-logs']);
      assert.equal(made.status, 0, made.stderr);
      const [, name = ''] = /^(guest-init-logs-template-\d{8}T\d{6}Z\.tar\.gz): /.exec(made.stdout) ?? [];
      const manifest = (await readArchive(box, `/root/${name}`)).get('guest-init-logs/MANIFEST')?.toString() ?? '';
      assert.match(manifest, /^network\/routes\.txt +missing {2}ip is not installed$/m);
      assert.match(manifest, /^system\/space\.txt +missing {2}df did not end in time$/m);
      assert.match(manifest, /^guest-init\.log +missing {2}\S/m);
      assert.match(manifest, /^report\.html +\d+$/m);
      assert.deepEqual(box.processes(), []);
    });
  });
});
