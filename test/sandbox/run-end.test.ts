// What user_data asks for at the very end: the guest's power, the last words, the call home.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { archiveSource, buildArchive } from '../support/apt-repository.ts';
import { runTool } from '../support/command.ts';
import { userDataTree, uuid } from '../support/instances.ts';
import { assertNothingLeft } from '../support/leftovers.ts';
import { describeSandbox } from '../support/main-job.ts';
import { explainMissingRoots } from '../support/roots.ts';
import { type Sandbox, withSandbox } from '../support/sandbox.ts';

const missing = explainMissingRoots();

/** Writes down what it was asked for, and what it found: our processes, our mounts, the record. */
const shutdown = `#!/bin/sh
{
  echo "words: $*"
  grep -qx guest-init /proc/[0-9]*/comm && echo "guest-init: running" || echo "guest-init: gone"
  grep -q /run/guest-init/private /proc/mounts && echo "drive: mounted" || echo "drive: released"
  [ -e /run/guest-init/private/lock ] && echo "lock: held" || echo "lock: free"
  grep -oE '"id":"power_state[a-z/]*"' /var/lib/guest-init/state.json | head -n 1
} >> /root/shutdown.txt
`;

const guest = (text: string) =>
  describeSandbox({
    tree: userDataTree(`#cloud-config\n${text}`),
    sandbox: { files: { '/usr/sbin/shutdown': { content: shutdown, mode: 0o755 } } },
  });

/** What shutdown was called for so far, once it has been called at least `times` times. */
async function readCalls(box: Sandbox, times: number): Promise<string[]> {
  for (let tries = 0; ; tries += 1) {
    const calls = (box.readFileIfAny('/root/shutdown.txt') ?? '').split(/^(?=words: )/m).filter((call) => call !== '');
    const isComplete = calls.length >= times && calls.every((call) => call.split('\n').length >= 6);
    if (isComplete || tries === 50) return calls;
    await sleep(100);
  }
}

const found = 'guest-init: gone\ndrive: released\nlock: free\n"id":"power_state"\n';

describe('power_state', { skip: missing ?? false }, () => {
  after(assertNothingLeft);

  it('comes when the run has gone, its drive is free and its record is written; once for an instance', async () => {
    const text = 'power_state: {mode: reboot, message: "-k by user_data"}\nruncmd: [touch /root/ran]\n';
    await withSandbox(guest(text), async (box) => {
      const run = await box.run(['guest-init', 'run']);
      assert.equal(run.status, 0, run.stdout + run.stderr);
      assert.match(run.stdout, /\+ power_state +reboot now +when this run has ended/);
      assert.ok(run.stdout.indexOf('runcmd[0]') < run.stdout.indexOf('power_state'), run.stdout);
      assert.deepEqual(await readCalls(box, 1), [`words: -r -- now -k by user_data\n${found}`]);
      for (const prepare of [async () => {}, () => box.reboot()]) {
        await prepare();
        assert.equal((await box.run(['guest-init', 'run'])).status, 0);
        await sleep(500);
        assert.equal((await readCalls(box, 1)).length, 1);
      }
    });
  });

  it('asks its condition', async () => {
    await withSandbox(guest('power_state: {mode: poweroff, condition: "echo no; exit 3"}\n'), async (box) => {
      const run = await box.run(['guest-init', 'run']);
      assert.equal(run.status, 0, run.stdout + run.stderr);
      assert.match(run.stdout, /= power_state .*condition not met \(exited 3\)/);
      await sleep(500);
      assert.deepEqual(await readCalls(box, 0), []);
    });
    await withSandbox(guest('power_state: {mode: poweroff, delay: "+2", condition: "true"}\n'), async (box) => {
      assert.equal((await box.run(['guest-init', 'run'])).status, 0);
      assert.deepEqual(await readCalls(box, 1), [`words: -P -- +2\n${found}`]);
    });
  });

  it('comes where packages ask for a reboot, and the document wants that', async () => {
    const asks = { postinst: '#!/bin/sh\n: >/run/reboot-required\n' };
    const archive = buildArchive([{ name: 'kernel-of-tests', scripts: asks }, { name: 'plain-of-tests' }]);
    for (const [name, expected] of [
      ['plain', []],
      ['kernel', ['words: -r -- now\nguest-init: gone\ndrive: released\nlock: free\n"id":"power_state/packages"\n']],
    ] as const) {
      const text = `#cloud-config\npackages: [${name}-of-tests]\npackage_reboot_if_required: true\nruncmd: [touch /root/ran]\n`;
      const files = {
        ...archive,
        '/etc/apt/sources.list': `${archiveSource}\n`,
        '/usr/sbin/shutdown': { content: shutdown, mode: 0o755 },
      };
      await withSandbox(
        describeSandbox({ tree: userDataTree(text), sandbox: { root: 'bookworm', files } }),
        async (box) => {
          const run = await box.run(['guest-init', 'run'], { timeoutMs: 120_000 });
          assert.equal(run.status, 0, run.stdout + run.stderr);
          assert.ok(box.stat('/root/ran') !== undefined);
          await sleep(500);
          assert.deepEqual(await readCalls(box, expected.length), expected, run.stdout);
          assert.equal((await box.run(['guest-init', 'run'])).status, 0);
          await sleep(500);
          assert.equal((await readCalls(box, expected.length)).length, expected.length);
        },
      );
    }
  });

  it('is left to the run that ends the work', async () => {
    await withSandbox(guest('power_state: {mode: reboot}\nruncmd: [sleep 3]\n'), async (box) => {
      const cut = await box.run(['guest-init', 'run'], { signalAfter: { ms: 1500, signal: 'SIGTERM' } });
      assert.equal(cut.status, 143, cut.stdout + cut.stderr);
      await sleep(500);
      assert.deepEqual(await readCalls(box, 0), []);
      assert.equal((await box.run(['guest-init', 'run'])).status, 0);
      assert.deepEqual(await readCalls(box, 1), [`words: -r -- now\n${found}`]);
    });
  });

  it('does not reboot a guest whose record is kept in memory', async () => {
    await withSandbox(guest('power_state: {mode: reboot}\n'), async (box) => {
      await box.exec(['mount', '-t', 'tmpfs', 'tmpfs', '/var/lib']);
      const run = await box.run(['guest-init', 'run']);
      assert.equal(run.status, 2, run.stdout + run.stderr);
      assert.match(run.stdout, /x power_state .*kept in memory: the guest would reboot for ever/);
      await sleep(500);
      assert.deepEqual(await readCalls(box, 0), []);
    });
  });
});

/** Takes what is POSTed to it: answers 503 the first time, then 200, writes each form down and ends after the second. */
const server = `const fs = require('node:fs');
let seen = 0;
const answer = (request, response) => {
  let body = '';
  request.on('data', (text) => (body += text)).on('end', () => {
    fs.appendFileSync('/root/calls.txt', request.method + ' ' + request.url + ' ' + body + '\\n');
    response.statusCode = seen++ === 0 ? 503 : 200;
    response.end('thanks', () => { if (seen === 2) process.exit(0); });
  });
};
const [key, cert] = ['/root/key.pem', '/root/cert.pem'];
const made = fs.existsSync(key)
  ? require('node:https').createServer({ key: fs.readFileSync(key), cert: fs.readFileSync(cert) }, answer)
  : require('node:http').createServer(answer);
made.listen(8000, '0.0.0.0', () => fs.writeFileSync('/run/server-is-up', ''));`;

type Server = { readonly box: Sandbox; readonly ended: Promise<unknown> };

async function withServer(text: string, files: Record<string, string>, check: (server: Server) => Promise<void>) {
  const sandbox = {
    root: 'bookworm-network',
    files,
    binds: [[process.execPath, '/usr/local/bin/test-node']],
  } as const;
  await withSandbox(describeSandbox({ tree: userDataTree(`#cloud-config\n${text}`), sandbox }), async (box) => {
    await box.exec(['ip', 'link', 'set', 'lo', 'up']);
    const ended = box.run(['test-node', '-e', server], { timeoutMs: 60_000 });
    for (let tries = 0; box.stat('/run/server-is-up') === undefined && tries < 100; tries += 1) await sleep(50);
    await check({ box, ended });
  });
}

describe('phone_home', { skip: missing ?? false }, () => {
  after(assertNothingLeft);

  it('calls by http, and again when it was turned away', async () => {
    const text = 'runcmd: [touch /root/ran]\nphone_home: {url: "http://127.0.0.1:8000/$INSTANCE_ID?t=S3cr3t"}\n';
    await withServer(text, { '/etc/ssh/ssh_host_rsa_key.pub': 'ssh-rsa AAAA guest\n' }, async ({ box, ended }) => {
      const run = await box.run(['guest-init', 'run']);
      assert.equal(run.status, 0, run.stdout + run.stderr);
      await ended;
      assert.match(run.stdout, /\+ phone_home +http:\/\/127\.0\.0\.1:8000 +answered 200 to try 2/);
      assert.ok(run.stdout.indexOf('runcmd[0]') < run.stdout.indexOf('phone_home'), run.stdout);
      const calls = box.readFile('/root/calls.txt').trim().split('\n');
      assert.equal(calls.length, 2);
      const [method, path, form] = calls[1]?.split(' ') ?? [];
      assert.deepEqual([method, path], ['POST', `/${uuid}?t=S3cr3t`]);
      const { pub_key_rsa: key, ...rest } = Object.fromEntries(new URLSearchParams(form));
      assert.match(key ?? '', /^ssh-rsa /);
      assert.equal(rest['hostname'], 'web-1');
      assert.equal(rest['instance_id'], uuid);
      const found = await box.run(['grep', '-rlI', 'S3cr3t', '/var', '/run', '/etc']);
      assert.equal(run.stdout.includes('S3cr3t') ? run.stdout : found.stdout, '');
    });
  });

  it('trusts whom ca_certs of the same document trusts, and nobody else', async () => {
    const pair = makeCertificate();
    const phone = 'phone_home: {url: "https://127.0.0.1:8000/", post: [fqdn], tries: 2}\n';
    const trusted = `ca_certs:\n  trusted:\n    - |\n${pair.cert.replace(/^(?=.)/gm, '      ')}`;
    const files = { '/root/key.pem': pair.key, '/root/cert.pem': pair.cert };
    await withServer(`${trusted}${phone}`, files, async ({ box }) => {
      const run = await box.run(['guest-init', 'run']);
      assert.equal(run.status, 0, run.stdout + run.stderr);
      assert.match(run.stdout, /answered 200 to try 2/);
    });
    await withServer(phone, files, async ({ box }) => {
      const run = await box.run(['guest-init', 'run']);
      assert.equal(run.status, 2, run.stdout + run.stderr);
      assert.match(
        run.stdout,
        /x phone_home .*127\.0\.0\.1:8000: its certificate is not trusted here \(2 of 2 tries\)/,
      );
      assert.equal(box.readFileIfAny('/root/calls.txt'), undefined);
    });
  });
});

/** For 127.0.0.1, trusted by nobody. */
function makeCertificate(): { key: string; cert: string } {
  const folder = mkdtempSync(join(tmpdir(), 'guest-init-cert-'));
  try {
    const [key, cert] = [join(folder, 'key'), join(folder, 'cert')];
    const subject = ['-subj', '/CN=home', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '3650'];
    runTool(['openssl', 'req', '-x509', ...kind, ...subject, '-keyout', key, '-out', cert]);
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('final_message', { skip: missing ?? false }, () => {
  after(assertNothingLeft);

  it('is the last word before the verdict, at every boot', async () => {
    const text = 'final_message: |\n  Hello from $datasource\n  after $uptime s.\nruncmd: ["true"]\n';
    await withSandbox(guest(text), async (box) => {
      const last = /Hello from DataSourceConfigDrive\n *after [\d.]+ s\.\n(?: {2}host key .*\n)*guest-init: OK/;
      assert.match((await box.run(['guest-init', 'run'])).stdout, last);
      assert.match(box.readFile('/var/log/guest-init.log'), /Hello from DataSourceConfigDrive/);
      await box.reboot();
      const again = (await box.run(['guest-init', 'run'])).stdout;
      assert.match(again, last);
      assert.doesNotMatch(again, /runcmd/);
    });
  });
});
