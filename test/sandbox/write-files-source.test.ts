// write_files with a source, and a server in the guest: what it gives, what is written where it gives nothing, and what nobody gets to see.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createGuestServer, type GuestServer } from '../support/guest-server.ts';
import { userDataTree } from '../support/instances.ts';
import { assertNothingLeft } from '../support/leftovers.ts';
import { describeSandbox } from '../support/main-job.ts';
import { explainMissingRoots } from '../support/roots.ts';
import { withSandbox } from '../support/sandbox.ts';

const missing = explainMissingRoots();

/** Answers who has the token, the second time. */
const script = `const { appendFileSync } = require('node:fs');
let seen = 0;
require('node:http').createServer((request, response) => {
  appendFileSync('/root/asked', request.url + ' ' + (request.headers['private-token'] ?? '-') + '\\n');
  const isAllowed = request.headers['private-token'] === 'T0KEN' && seen++ > 0;
  response.writeHead(request.url === '/none' ? 404 : isAllowed ? 200 : 503);
  response.end(Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1]));
}).listen(8000, '127.0.0.1');
`;

const text = `#cloud-config
users: [{name: ops}]
write_files:
  - path: /usr/local/bin/tool
    permissions: "0755"
    owner: ops:ops
    source: {uri: "http://127.0.0.1:8000/tool?key=T0KEN", headers: {Private-Token: T0KEN}}
  - {path: /etc/instead, content: from the document, source: {uri: "http://127.0.0.1:8000/none"}}
  - {path: /etc/nothing, source: {uri: "http://127.0.0.1:8000/none"}}
  - {path: /etc/copy, source: {uri: "file:///etc/original"}}
runcmd: [cp /usr/local/bin/tool /root/ran-with]
`;

describe('write_files from a source', { skip: missing ?? false }, () => {
  let server: GuestServer;
  before(() => {
    server = createGuestServer(script, 8000);
  });
  after(() => server.remove());
  after(assertNothingLeft);

  it('is written with mode and owner before runcmd; what cannot be had is named', async () => {
    const sandbox = { files: { '/etc/original': 'here\n' }, binds: server.listBinds() };
    await withSandbox(describeSandbox({ tree: userDataTree(text), sandbox }), async (box) => {
      await server.start(box);
      const early = await box.run(['guest-init', 'run', '--stage', 'early']);
      assert.equal(early.status, 0, early.stdout + early.stderr);
      assert.equal(box.readFile('/etc/copy'), 'here\n');
      assert.equal(box.stat('/usr/local/bin/tool'), undefined);
      const late = await box.run(['guest-init', 'run', '--stage', 'late']);
      const said = late.stdout + late.stderr;
      assert.equal(late.status, 2, said);
      assert.equal(await box.exec(['stat', '-c', '%U:%G %a %s', '/usr/local/bin/tool']), 'ops:ops 755 6\n');
      assert.equal(await box.exec(['stat', '-c', '%s', '/root/ran-with']), '6\n');
      assert.equal(box.readFile('/etc/instead'), 'from the document');
      assert.equal(box.stat('/etc/nothing'), undefined);
      assert.match(said, /\+ write_files\[1\] .*the server answers 404; the content of the document is written/);
      assert.match(said, /x write_files\[2\] .*127\.0\.0\.1:8000: the server answers 404/);
      assert.deepEqual(box.readFile('/root/asked').split('\n'), [
        ...['/tool?key=T0KEN T0KEN', '/tool?key=T0KEN T0KEN', '/none -', '/none -', ''],
      ]);
      for (const path of ['/var/log/guest-init.log', '/var/lib/guest-init/state.json'])
        assert.doesNotMatch(said + box.readFile(path), /T0KEN/, path);
    });
  });
});
