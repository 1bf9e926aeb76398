// yum_repos, zypper, apk_repos and snap on guests that are set up as those of other families: their tools are stand-ins that write down
// how they are called and what is there at that time; the files are read by Python's configparser, which yum's own parser is made of.

import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { userDataTree } from '../support/instances.ts';
import { assertNothingLeft } from '../support/leftovers.ts';
import { describeSandbox } from '../support/main-job.ts';
import { explainMissingRoots } from '../support/roots.ts';
import { type Sandbox, withSandbox } from '../support/sandbox.ts';

const missing = explainMissingRoots();

/** Writes down its words and the files that are to be there before it. */
const standIn = (files: string): string =>
  `echo "$(basename "$0") $*: $(ls ${files} 2>/dev/null | tr '\\n' ' ')" >> /root/calls`;

async function withFamily(
  family: { id: string; tools: Readonly<Record<string, string>> },
  body: string,
  check: (box: Sandbox) => Promise<void>,
): Promise<void> {
  const files = {
    '/etc/os-release': `ID=${family.id}\nPRETTY_NAME=${family.id}\n`,
    '/etc/yum.repos.d/there.repo': '[there]\nname=there\n',
  };
  const sandbox = { root: 'bookworm-network', files } as const;
  await withSandbox(describeSandbox({ tree: userDataTree(`#cloud-config\n${body}`), sandbox }), async (box) => {
    box.hide('apt-get');
    for (const [name, script] of Object.entries(family.tools)) box.shim(name, script);
    const run = await box.run(['guest-init', 'run'], { timeoutMs: 60_000 });
    assert.equal(run.status, 0, run.stdout + run.stderr);
    await check(box);
    const before = box.digest([/^\/var\/lib\/guest-init/, /guest-init\.log$/, /^\/root\/calls$/]);
    const again = await box.run(['guest-init', 'run', '--force'], { timeoutMs: 60_000 });
    assert.equal(again.status, 0, again.stdout + again.stderr);
    assert.deepEqual([...box.digest([/^\/var\/lib\/guest-init/, /guest-init\.log$/, /^\/root\/calls$/])], [...before]);
  });
}

const parse = `import configparser, json, sys
parser = configparser.ConfigParser(interpolation=None)
parser.read_file(open(sys.argv[1]))
print(json.dumps({name: dict(parser[name]) for name in parser.sections()}))`;

const readSections = async (box: Sandbox, path: string): Promise<unknown> =>
  JSON.parse(await box.exec(['python3', '-c', parse, path]));

const readCalls = (box: Sandbox): string[] =>
  box
    .readFile('/root/calls')
    .trim()
    .split('\n')
    .map((line) => line.trim());

describe('repositories of other families', { skip: missing ?? false }, () => {
  after(assertNothingLeft);

  it('dnf: the repository is there before its packages are asked for', async () => {
    const body = `yum_repos:
  there:
    name: Ours now
    baseurl: https://mirror.example.net/$basearch/
    gpgcheck: true
    gpgkey: [https://mirror.example.net/a.asc, https://mirror.example.net/b.asc]
    exclude: 100%x
packages: [tmux]
`;
    const rpm = 'test -e /root/installed || { echo "package tmux is not installed"; exit 1; }';
    const dnf = `${standIn('/etc/yum.repos.d')}\ncase "$*" in *install*) touch /root/installed; esac`;
    await withFamily({ id: 'fedora', tools: { dnf, rpm } }, body, async (box) => {
      assert.deepEqual(readCalls(box), ['dnf -y makecache: there.repo', 'dnf -y install tmux: there.repo']);
      assert.deepEqual(await readSections(box, '/etc/yum.repos.d/there.repo'), {
        there: {
          ...{ name: 'Ours now', baseurl: 'https://mirror.example.net/$basearch/', gpgcheck: '1', exclude: '100%x' },
          gpgkey: 'https://mirror.example.net/a.asc\nhttps://mirror.example.net/b.asc',
        },
      });
      assert.equal(box.readFile('/var/lib/guest-init/backup/etc/yum.repos.d/there.repo'), '[there]\nname=there\n');
    });
  });

  it('zypper: repositories and settings, each once', async () => {
    const body = `zypper:
  repos: [{id: tools, baseurl: "https://mirror.example.net/tools/", gpgcheck: false}]
  config: {download.use_deltarpm: false}
package_update: true
`;
    await withFamily({ id: 'sles', tools: { zypper: standIn('/etc/zypp/repos.d') } }, body, async (box) => {
      assert.deepEqual(readCalls(box), ['zypper --non-interactive refresh: tools.repo']);
      assert.deepEqual(await readSections(box, '/etc/zypp/repos.d/tools.repo'), {
        tools: { baseurl: 'https://mirror.example.net/tools/', gpgcheck: '0', enabled: '1', autorefresh: '1' },
      });
      assert.deepEqual(await readSections(box, '/etc/zypp/zypp.conf'), { main: { 'download.use_deltarpm': 'false' } });
    });
  });

  it('apk: the list is there before packages are asked for', async () => {
    const body =
      'apk_repos: {alpine_repo: {version: v3.20, base_url: "https://mirror.example.net/alpine"}}\npackages: [tmux]\n';
    const apk = `${standIn('/etc/apk')}\ncase "$*" in *add*) mkdir -p /lib/apk/db; printf 'P:tmux\\nV:3.4-r1\\n' > /lib/apk/db/installed; esac`;
    await withFamily({ id: 'alpine', tools: { apk } }, body, async (box) => {
      const wait = 'apk --wait 120';
      assert.deepEqual(readCalls(box), [`${wait} update: repositories`, `${wait} add tmux: repositories`]);
      assert.match(box.readFile('/etc/apk/repositories'), /^https:\/\/mirror\.example\.net\/alpine\/v3\.20\/main$/m);
    });
  });

  it('snap: seeds, assertions, commands, then runcmd', async () => {
    const body = `snap:
  assertions: ["type: account"]
  commands:
    2: snap install b
    1: [install, a]
runcmd: ["echo runcmd >> /root/calls"]
`;
    await withFamily(
      { id: 'debian', tools: { snap: standIn('/var/lib/guest-init/snapd.assertions') } },
      body,
      async (box) => {
        const file = '/var/lib/guest-init/snapd.assertions';
        assert.deepEqual(readCalls(box), [
          `snap wait system seed.loaded:`,
          `snap ack ${file}: ${file}`,
          `snap install a: ${file}`,
          `snap install b: ${file}`,
          'runcmd',
        ]);
        assert.equal((box.stat(file)?.mode ?? 0) & 0o777, 0o600);
      },
    );
  });
});
