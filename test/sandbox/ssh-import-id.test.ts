// ssh_import_id with a server of our own in the guest that answers as GitHub and Launchpad do: over TLS, trusted by the guest's own store,
// within bounds.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { hasTool, runTool } from '../support/command.ts';
import { createGuestServer, type GuestServer } from '../support/guest-server.ts';
import { publicKey, userDataTree } from '../support/instances.ts';
import { assertNothingLeft } from '../support/leftovers.ts';
import { describeSandbox } from '../support/main-job.ts';
import { explainMissingRoots } from '../support/roots.ts';
import { type Sandbox, withSandbox } from '../support/sandbox.ts';

const missing = explainMissingRoots() ?? (hasTool('openssl') ? undefined : 'needs openssl');

const script = `const https = require('node:https');
const { readFileSync } = require('node:fs');
const answers = {
  '/octo-cat.keys': [200, ${JSON.stringify(`${publicKey}\n`)}],
  '/~sabdfl/+sshkeys': [200, ${JSON.stringify(`command="reboot" ${publicKey}\n`)}],
  '/endless.keys': [200, 'x'.repeat(300_000)],
};
https.createServer({ key: readFileSync('/opt/server.key'), cert: readFileSync('/opt/server.crt') }, (request, response) => {
  const [status, body] = answers[request.url] ?? [404, 'Not Found'];
  response.writeHead(status, { location: 'https://github.com/octo-cat.keys' });
  response.end(body);
}).listen(443, '127.0.0.1');
`;

let server: GuestServer | undefined;
before(() => {
  if (missing !== undefined) return;
  server = createGuestServer(script, 443);
  const subject = ['-subj', '/CN=test', '-addext', 'subjectAltName=DNS:github.com,DNS:launchpad.net'];
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '30'];
  const made = ['-keyout', join(server.folder, 'server.key'), '-out', join(server.folder, 'server.crt')];
  runTool(['openssl', ...request, ...subject, ...made]);
});
after(() => server?.remove());

async function withServer(text: string, trusted: boolean, body: (box: Sandbox) => Promise<void>): Promise<void> {
  const started = server ?? assert.fail('no server');
  const hosts = '127.0.0.1 localhost\n127.0.0.1 github.com launchpad.net\n';
  const store = { '/etc/ssl/certs/ca-certificates.crt': readFileSync(join(started.folder, 'server.crt'), 'utf8') };
  const sandbox = { files: { '/etc/hosts': hosts, ...(trusted ? store : {}) }, binds: started.listBinds() };
  await withSandbox(describeSandbox({ tree: userDataTree(text), sandbox }), async (box) => {
    await started.start(box);
    await body(box);
  });
}

describe('ssh_import_id', { skip: missing ?? false }, () => {
  after(assertNothingLeft);

  it('gives the keys of each id that has some, and names those that have none', async () => {
    const text = `#cloud-config
ssh_deletekeys: false
ssh_import_id: [gh:octo-cat]
users:
  - default
  - {name: ops, ssh_import_id: [gh:octo-cat, lp:sabdfl, gh:nobody, gh:endless]}
`;
    await withServer(text, true, async (box) => {
      const run = await box.run(['guest-init', 'run']);
      const said = run.stdout + run.stderr;
      assert.equal(run.status, 2, said);
      const block = `# guest-init begin ssh_import_id gh:octo-cat\n${publicKey}\n# guest-init end ssh_import_id gh:octo-cat\n`;
      for (const user of ['debian', 'ops']) {
        const path = `/home/${user}/.ssh/authorized_keys`;
        assert.ok(box.readFile(path).endsWith(block), box.readFile(path));
        assert.equal((box.stat(path)?.mode ?? 0) & 0o777, 0o600);
      }
      assert.match(said, /x ssh_import_id\/ops\/lp:sabdfl .*lp:sabdfl has no usable key, 1 line is no public key/);
      assert.match(said, /x ssh_import_id\/ops\/gh:nobody .*there is no such person/);
      assert.match(said, /x ssh_import_id\/ops\/gh:endless .*github\.com: its answer is longer than 262144 bytes/);
      const again = await box.run(['guest-init', 'run', '--force']);
      assert.match(again.stdout, /= ssh_import_id\/ops\/gh:octo-cat .*1 key, there already/);
    });
  });

  it('takes nothing from a server that the guest does not trust', async () => {
    const text = '#cloud-config\nssh_deletekeys: false\nusers: [{name: ops, ssh_import_id: [gh:octo-cat]}]\n';
    await withServer(text, false, async (box) => {
      const run = await box.run(['guest-init', 'run']);
      assert.equal(run.status, 2, run.stdout + run.stderr);
      assert.match(run.stdout, /x ssh_import_id\/ops\/gh:octo-cat .*github\.com: its certificate is not trusted here/);
      assert.doesNotMatch(box.readFile('/home/ops/.ssh/authorized_keys'), /ssh_import_id/);
    });
  });
});
