// apt with the real apt-get and debconf: what apt itself says of sources, settings, keys and answers, and what it installs from there.

import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { buildArchive, signArchive } from '../support/apt-repository.ts';
import { hasTool } from '../support/command.ts';
import type { RunResult } from '../support/command-inside.ts';
import { userDataTree } from '../support/instances.ts';
import { assertNothingLeft } from '../support/leftovers.ts';
import { describeSandbox } from '../support/main-job.ts';
import type { PresetFile } from '../support/preset-files.ts';
import { explainMissingRoots, type RootName } from '../support/roots.ts';
import { type Sandbox, withSandbox } from '../support/sandbox.ts';

const missing = explainMissingRoots() ?? (hasTool('gpg') ? undefined : 'needs gpg');

type Guest = { root: RootName; files: Record<string, PresetFile>; prepare?: (box: Sandbox) => Promise<void> };

async function withGuest(
  guest: Guest,
  body: string,
  check: (box: Sandbox, run: RunResult) => Promise<void>,
): Promise<void> {
  const { root, files } = guest;
  const tree = userDataTree(`#cloud-config\n${body}`);
  await withSandbox(describeSandbox({ tree, sandbox: { root, files } }), async (box) => {
    await guest.prepare?.(box);
    await check(box, await box.run(['guest-init', 'run'], { timeoutMs: 120_000 }));
  });
}

/** What apt makes of all its sources. */
const listTargets = async (box: Sandbox): Promise<string[]> => {
  const format = '$(SITE) $(RELEASE) $(COMPONENT)';
  const text = await box.exec(['apt-get', 'indextargets', '--format', format, 'Created-By: Packages']);
  return text
    .trim()
    .split('\n')
    .map((line) => line.trim())
    .sort();
};

const indent = (text: string): string => text.trimEnd().replace(/^/gm, '        ');

/** Gives the key at `file` to whoever asks by `id` at port 11371, as a key server does. */
const keyServer = `
import http.server, sys
class Server(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        found = '/pks/lookup?op=get' in self.path and ('search=0x' + sys.argv[2]) in self.path
        self.send_response(200 if found else 404)
        self.end_headers()
        if found: self.wfile.write(open(sys.argv[1], 'rb').read())
http.server.HTTPServer(('127.0.0.1', 11371), Server).serve_forever()
`;

describe('apt', { skip: missing ?? false }, () => {
  after(assertNothingLeft);

  it('signed sources with a given and a fetched key, settings and answers, before packages are installed', async () => {
    const first = signArchive(buildArchive([{ name: 'alpha' }]));
    const second = signArchive(buildArchive([{ name: 'beta' }], '/srv/second'), '/srv/second');
    const asks = '#!/bin/sh -e\n. /usr/share/debconf/confmodule\ndb_get answering/word\necho "$RET" > /root/word\n';
    const templates = 'Template: answering/word\nType: string\nDescription: word\n';
    const third = buildArchive([{ name: 'answering', scripts: { postinst: asks, templates } }], '/srv/third');
    const body = `apt:
  conf: |
    Acquire::Retries "7";
  https_proxy: http://squid:hunter2@proxy.example.net:3128
  debconf_selections:
    set1: answering answering/word string from the document
  sources:
    given:
      source: deb [signed-by=$KEY_FILE] file:/srv/archive ./
      key: |
${indent(first.armoured)}
    fetched:
      source: deb [signed-by=$KEY_FILE] file:/srv/second ./
      keyid: ${second.fingerprint}
      keyserver: hkp://127.0.0.1
    third party:
      source: deb [trusted=yes] file:/srv/third ./
packages: [alpha, beta, answering]
`;
    const guest: Guest = {
      root: 'bookworm-network',
      files: {
        ...{ ...first.files, ...second.files, ...third },
        '/etc/apt/sources.list': '',
        '/srv/key.asc': second.armoured,
        '/srv/server.py': keyServer,
      },
      prepare: async (box) => {
        await box.exec(['ip', 'link', 'set', 'lo', 'up']);
        const start =
          'python3 /srv/server.py /srv/key.asc "$0" >/dev/null 2>&1 & for i in 1 2 3 4 5 6 7 8 9; do sleep 0.3; done; kill -0 $!';
        await box.exec(['sh', '-c', start, second.fingerprint]);
      },
    };
    await withGuest(guest, body, async (box, run) => {
      assert.equal(run.status, 0, run.stdout + run.stderr);
      const state = await box.exec(['dpkg-query', '-W', '-f', '$' + '{Package} ', 'alpha', 'beta', 'answering']);
      assert.equal(state, 'alpha answering beta ');
      assert.equal(box.readFile('/root/word'), 'from the document\n');
      const conf = await box.exec(['apt-config', 'dump', 'Acquire']);
      assert.match(conf, /^Acquire::Retries "7";$/m);
      assert.match(conf, /^Acquire::https::Proxy "http:\/\/squid:hunter2@proxy.example.net:3128";$/m);
      const proxy = box.stat('/etc/apt/apt.conf.d/90guest-init-proxy');
      assert.equal((proxy?.mode ?? 0) & 0o777, 0o600);
      // Everybody else's apt goes on without it.
      const other = await box.run(['apt-config', 'dump', 'Acquire'], { uid: 65_534 });
      assert.equal(other.status, 0);
      assert.doesNotMatch(other.stdout, /hunter2/);
      const kept = await box.exec([
        'sh',
        '-c',
        'grep -rl hunter2 /var/lib/guest-init /var/log/guest-init.log /run/guest-init || :',
      ]);
      assert.equal(kept, '');
      const again = await box.run(['guest-init', 'run', '--force']);
      assert.equal(again.status, 0, again.stdout + again.stderr);
      for (const step of [
        'proxy',
        'conf',
        'key/given',
        'key/fetched',
        'source/given.list',
        'source/third-party.list',
        'debconf',
      ])
        assert.ok(again.stdout.includes(`= apt/${step} `), `${step}\n${again.stdout}`);
    });
  });

  it('a key that cannot be had costs its source alone', async () => {
    const files = {
      ...buildArchive([{ name: 'alpha' }]),
      '/etc/apt/sources.list': 'deb [trusted=yes] file:/srv/archive ./\n',
    };
    const body =
      'apt: {sources: {far: {keyid: 0123456789ABCDEF, keyserver: "http://127.0.0.1:9999", source: "deb [signed-by=$KEY_FILE] http://127.0.0.1/x y z"}}}\npackages: [alpha]\n';
    await withGuest({ root: 'bookworm', files }, body, async (box, run) => {
      assert.equal(run.status, 2, run.stdout + run.stderr);
      assert.match(run.stdout + run.stderr, /apt\/key\/far.*refuses the connection/);
      assert.equal(box.stat('/etc/apt/sources.list.d/far.list'), undefined);
      assert.equal(await box.exec(['dpkg-query', '-W', '-f', '$' + '{Package}', 'alpha']), 'alpha');
    });
  });

  it('settings that apt cannot read are refused, and packages are installed all the same', async () => {
    const files = {
      ...buildArchive([{ name: 'alpha' }]),
      '/etc/apt/sources.list': 'deb [trusted=yes] file:/srv/archive ./\n',
    };
    const body = `apt: {conf: 'Acquire::Retries "5;'}\npackages: [alpha]\n`;
    await withGuest({ root: 'bookworm', files }, body, async (box, run) => {
      assert.equal(run.status, 2, run.stdout + run.stderr);
      assert.match(
        run.stdout + run.stderr,
        /94guest-init-config: refused by apt: E: Syntax error its line \d: Extra junk/,
      );
      assert.equal(await box.exec(['ls', '-A', '/etc/apt/apt.conf.d']), await box.exec(['ls', '/etc/apt/apt.conf.d']));
      assert.equal(box.stat('/etc/apt/apt.conf.d/94guest-init-config'), undefined);
      assert.equal(await box.exec(['dpkg-query', '-W', '-f', '$' + '{Package}', 'alpha']), 'alpha');
    });
  });

  const mirror = (release: string): Record<string, PresetFile> =>
    Object.fromEntries(
      ['', '-updates', '-backports', '-security'].flatMap((end) =>
        ['amd64', 'arm64'].map(
          (name) => [`/srv/mirror/dists/${release}${end}/main/binary-${name}/Packages`, ''] as const,
        ),
      ),
    );

  it('another mirror, fewer suites: sources in one line each', async () => {
    const line = (archive: string, suite: string): string =>
      `deb [trusted=yes] http://deb.example.net/${archive} ${suite} main\n`;
    const list = `${line('debian', 'bookworm')}${line('debian', 'bookworm-updates')}${line('security', 'bookworm-security')}`;
    const files = { ...mirror('bookworm'), '/etc/apt/sources.list': list };
    const body = `apt:
  primary: [{arches: [default], search: ["file:/srv/nowhere", "file:/srv/mirror"]}]
  security: [{arches: [default], uri: "file:/srv/mirror"}]
  disable_suites: [updates]
`;
    await withGuest({ root: 'bookworm', files }, body, async (box, run) => {
      assert.equal(run.status, 0, run.stdout + run.stderr);
      assert.deepEqual(
        await listTargets(box),
        [
          'file:/srv/mirror bookworm-security main',
          'mirror+file:/etc/apt/mirrors/guest-init-primary.list bookworm main',
        ].map((text) => text),
      );
      assert.equal(box.readFile('/var/lib/guest-init/backup/etc/apt/sources.list'), list);
      const again = await box.run(['guest-init', 'run', '--force']);
      assert.equal(again.status, 0, again.stdout + again.stderr);
      for (const step of ['mirrors/primary', 'mirror/sources.list', 'update'])
        assert.ok(again.stdout.includes(`= apt/${step} `), again.stdout);
    });
  });

  it('another mirror, fewer suites: sources in stanzas', async () => {
    const stanza = (archive: string, suites: string): string =>
      `Types: deb\nURIs: http://deb.example.net/${archive}\nSuites: ${suites}\nComponents: main\nTrusted: yes\n`;
    const path = '/etc/apt/sources.list.d/debian.sources';
    const files = {
      ...mirror('trixie'),
      '/etc/apt/sources.list': '',
      [path]: `${stanza('debian', 'trixie trixie-updates')}\n${stanza('debian', 'trixie-backports')}\n${stanza('security', 'trixie-security')}`,
    };
    const body = `apt:
  primary: [{arches: [default], uri: "file:/srv/mirror"}]
  security: [{arches: [default], uri: "file:/srv/mirror"}]
  disable_suites: [$RELEASE-updates, backports]
`;
    await withGuest({ root: 'trixie-alpine', files }, body, async (box, run) => {
      assert.equal(run.status, 0, run.stdout + run.stderr);
      assert.deepEqual(await listTargets(box), [
        'file:/srv/mirror trixie main',
        'file:/srv/mirror trixie-security main',
      ]);
      assert.match(box.readFile(path), /^URIs: file:\/srv\/mirror$/m);
      const again = await box.run(['guest-init', 'run', '--force']);
      assert.equal(again.status, 0, again.stdout + again.stderr);
      for (const step of ['mirror/debian.sources', 'update'])
        assert.ok(again.stdout.includes(`= apt/${step} `), again.stdout);
    });
  });

  it('a list of the user’s own, in either form, in place of the other', async () => {
    const stanza = 'Types: deb\nURIs: http://deb.example.net/debian\nSuites: trixie\nComponents: main\nTrusted: yes\n';
    const path = '/etc/apt/sources.list.d/debian.sources';
    const files = { ...mirror('trixie'), '/etc/apt/sources.list': '', [path]: stanza };
    const body = 'apt: {sources_list: "deb [trusted=yes] file:/srv/mirror $RELEASE-updates main"}\n';
    await withGuest({ root: 'trixie-alpine', files }, body, async (box, run) => {
      assert.equal(run.status, 0, run.stdout + run.stderr);
      assert.deepEqual(await listTargets(box), ['file:/srv/mirror trixie-updates main']);
      const again = await box.run(['guest-init', 'run', '--force']);
      assert.equal(again.status, 0, again.stdout + again.stderr);
      assert.deepEqual(await listTargets(box), ['file:/srv/mirror trixie-updates main']);
    });
  });
});
