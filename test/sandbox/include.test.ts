// #include with a server in the guest: fetched when the network is up, in its place among the parts, once for each instance.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { makeMime } from '../../src/userdata/testing/sources.ts';
import { createGuestServer, type GuestServer } from '../support/guest-server.ts';
import { userDataTree } from '../support/instances.ts';
import { assertNothingLeft } from '../support/leftovers.ts';
import { describeSandbox } from '../support/main-job.ts';
import { explainMissingRoots } from '../support/roots.ts';
import { type Sandbox, withSandbox } from '../support/sandbox.ts';

const missing = explainMissingRoots();
const script = `const { appendFileSync } = require('node:fs');
let late = 0;
const answers = {
  '/base': () => [200, '#include\\nhttp://127.0.0.1:8000/users\\nfile:///etc/site.yaml\\n'],
  '/users': () => [200, '#cloud-config\\nusers: [{name: ops, gecos: by include}]\\nwrite_files: [{path: /home/ops/x, owner: ops, content: x}]\\n'],
  '/late': () => (late++ < 1 ? [503, ''] : [200, '#!/bin/sh\\nid -un ops >> /root/log\\n']),
  '/moved': () => [302, '', '/boot'],
  '/boot': () => [200, '#cloud-boothook\\n#!/bin/sh\\necho hook >> /root/log\\n'],
};
require('node:http').createServer((request, response) => {
  appendFileSync('/root/asked', request.url + '\\n');
  const [status, body, location] = (answers[request.url] ?? (() => [404, '']))();
  response.writeHead(status, location === undefined ? {} : { location });
  response.end(body);
}).listen(8000, '127.0.0.1');
`;

let server: GuestServer;
before(() => {
  server = createGuestServer(script, 8000);
});
after(() => server.remove());

async function withServer(text: string, body: (box: Sandbox) => Promise<void>): Promise<void> {
  const files = { '/etc/site.yaml': '#cloud-config\ntimezone: Europe/Berlin\n' };
  const sandbox = { files, binds: server.listBinds() };
  await withSandbox(describeSandbox({ tree: userDataTree(text), sandbox }), async (box) => {
    await server.start(box);
    await body(box);
  });
}

const at = (path: string): string => `http://127.0.0.1:8000/${path}`;

describe('#include', { skip: missing ?? false }, () => {
  after(assertNothingLeft);

  it('is fetched in the late stage, and a reboot fetches nothing', async () => {
    const text = makeMime([
      { type: 'text/cloud-config', body: 'write_files: [{path: /root/first, content: "1"}]' },
      { type: 'text/plain', body: `#include ${at('base')}\n${at('late')}\n` },
    ]);
    await withServer(text, async (box) => {
      const early = await box.run(['guest-init', 'run', '--stage', 'early']);
      assert.equal(early.status, 0, early.stdout + early.stderr);
      assert.match(early.stdout, /part 2:\d+:\d+ .*fetched once the network is up/);
      assert.equal(box.readFile('/root/first'), '1');
      const late = await box.run(['guest-init', 'run', '--stage', 'late']);
      assert.equal(late.status, 0, late.stdout + late.stderr);
      assert.match(box.readFile('/etc/passwd'), /\nops:x:\d+:\d+:by include:/);
      assert.equal(box.readFile('/home/ops/x'), 'x');
      assert.equal(box.readFile('/root/log'), 'ops\n');
      assert.match((await box.run(['readlink', '/etc/localtime'])).stdout, /Europe\/Berlin/);
      assert.equal(box.readFile('/root/asked'), '/base\n/late\n/late\n/users\n');
      await box.reboot();
      const again = await box.run(['guest-init', 'run']);
      assert.match(again.stdout + again.stderr, /already applied/);
      assert.equal(box.readFile('/root/log'), 'ops\n');
    });
  });

  it('that cannot be fetched costs itself', async () => {
    const text = makeMime([
      { type: 'text/cloud-config', body: 'write_files: [{path: /root/first, content: "1"}]' },
      { type: 'text/x-include-url', body: `${at('none?token=s3cr3t')}\n${at('users')}\n` },
    ]);
    await withServer(text, async (box) => {
      const run = await box.run(['guest-init', 'run']);
      const said = run.stdout + run.stderr;
      assert.equal(run.status, 2, said);
      assert.match(said, /part 2:1:1 .*could not be fetched: the server answers 404/);
      assert.doesNotMatch(said + box.readFile('/var/log/guest-init.log'), /s3cr3t/);
      assert.equal(box.readFile('/root/first'), '1');
      assert.equal(box.readFile('/home/ops/x'), 'x');
    });
  });

  it('what is for every boot is asked for again, by #include-once not', async () => {
    const text = makeMime([
      { type: 'text/x-include-url', body: at('moved') },
      { type: 'text/x-include-once-url', body: at('users') },
    ]);
    await withServer(text, async (box) => {
      assert.equal((await box.run(['guest-init', 'run'])).status, 0);
      assert.equal(box.readFile('/root/log'), 'hook\n');
      await box.reboot();
      await server.start(box);
      const run = await box.run(['guest-init', 'run']);
      assert.equal(run.status, 0, run.stdout + run.stderr);
      assert.equal(box.readFile('/root/log'), 'hook\nhook\n');
      assert.equal(box.readFile('/root/asked'), '/moved\n/boot\n/users\n/moved\n/boot\n');
    });
  });
});
