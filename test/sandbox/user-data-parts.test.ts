// user_data of several parts on a guest: every script is a step with its own record, runs as often as it says, and a reboot repeats only
// what is for every boot; vendor data, the image's own documents and templates take part.

import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { makeMime } from '../../src/userdata/testing/sources.ts';
import { fullTree, metaData, otherUuid, userDataTree, uuid } from '../support/instances.ts';
import { assertNothingLeft } from '../support/leftovers.ts';
import { describeSandbox, staticApplied } from '../support/main-job.ts';
import { explainMissingRoots } from '../support/roots.ts';
import { type Sandbox, withSandbox } from '../support/sandbox.ts';

const missing = explainMissingRoots();

const log = (word: string): string => `#!/bin/sh\necho ${word} >> /root/log\n`;
const message = makeMime([
  { type: 'text/cloud-config', body: `bootcmd: ["echo bootcmd >> /root/log"]\nruncmd: ["echo runcmd >> /root/log"]` },
  { type: 'text/x-shellscript', name: 'z.sh', body: log('z') },
  { type: 'text/x-shellscript', name: '01-first', body: log('first') },
  { type: 'text/x-shellscript-per-boot', name: 'boot.sh', body: log('boot') },
  { type: 'text/x-shellscript-per-once', name: 'once.sh', body: log('once') },
  {
    type: 'text/cloud-boothook',
    name: 'hook',
    body: '#cloud-boothook\n#!/bin/sh\necho "hook $INSTANCE_ID" >> /root/log\n',
  },
  { type: 'text/x-shellscript', name: 'zz-fails', body: '#!/bin/sh\necho sorry >&2\nexit 7\n' },
  {
    type: 'text/jinja2',
    name: 't',
    body: '## template: jinja\n#!/bin/sh\necho "{{ v1.local_hostname }} {{ ds.meta_data.meta.role }}" > /root/template\n',
  },
]);
const meta = { 'openstack/latest/meta_data.json': { json: metaData({ meta: { role: 'db' } }) } };

const lines = (box: Sandbox): string[] => box.readFile('/root/log').trim().split('\n');

describe('user_data of several parts', { skip: missing ?? false, concurrency: 2 }, () => {
  after(assertNothingLeft);

  it('runs each script in its turn, and again only what is for every boot', async () => {
    const tree = { ...userDataTree(gzipSync(message)), ...meta };
    await withSandbox(describeSandbox({ tree }), async (box) => {
      const first = await box.run(['guest-init', 'run']);
      assert.equal(first.status, 2, first.stdout + first.stderr);
      assert.match(
        first.stdout,
        /script\/zz-fails failed, exit 7 \(openstack\/latest\/user_data part 7 \(zz-fails\):1:1\)/,
      );
      const once = [`hook ${uuid}`, 'bootcmd', 'once', 'boot', 'first', 'runcmd', 'z'];
      assert.deepEqual(lines(box), once);
      assert.equal(box.readFile('/root/template'), 'web-1 db\n');
      const status = await box.run(['guest-init', 'status']);
      assert.match(status.stdout, /sorry/);
      await box.reboot();
      await box.run(['guest-init', 'run']);
      assert.deepEqual(lines(box), [...once, `hook ${uuid}`, 'bootcmd', 'boot']);
    });
  });

  it('runs the programs of the image among those of user_data, where they lie', async () => {
    const files = {
      '/etc/guest-init/scripts/per-boot/metrics': { content: log('image $0'), mode: 0o755 },
      '/etc/guest-init/scripts/per-instance/10-site': { content: log('site'), mode: 0o755 },
      '/etc/guest-init/scripts/per-once/disk': { content: log('disk'), mode: 0o755 },
      '/etc/guest-init/scripts/per-once/notes': { content: 'not a program', mode: 0o644 },
    };
    const tree = userDataTree('#cloud-config\nruncmd: ["echo runcmd >> /root/log"]\n');
    await withSandbox(describeSandbox({ tree, sandbox: { files } }), async (box) => {
      const first = await box.run(['guest-init', 'run']);
      assert.equal(first.status, 0, first.stdout + first.stderr);
      assert.match(first.stdout, /scripts\/per-once\/notes .*no executable file/);
      const boot = 'image /etc/guest-init/scripts/per-boot/metrics';
      assert.deepEqual(lines(box), ['disk', boot, 'site', 'runcmd']);
      await box.reboot();
      await box.run(['guest-init', 'run']);
      assert.deepEqual(lines(box), ['disk', boot, 'site', 'runcmd', boot]);
    });
  });

  it('runs a script that is for this guest once not again for another instance', async () => {
    const script = makeMime([
      { type: 'text/x-shellscript-per-once', name: 'once.sh', body: log('once') },
      { type: 'text/x-shellscript-per-instance', name: 'instance.sh', body: log('instance') },
    ]);
    const other = fullTree({
      ...userDataTree(script),
      'openstack/latest/meta_data.json': { json: metaData({ uuid: otherUuid }) },
    });
    const drives = [{ tree: userDataTree(script) }];
    await withSandbox(describeSandbox({ sandbox: { drives } }), async (box) => {
      assert.equal((await box.run(['guest-init', 'run'])).status, 0);
      assert.deepEqual(lines(box), ['once', 'instance']);
      for (const [path, content] of Object.entries(other)) {
        const text = typeof content === 'object' && 'json' in content ? JSON.stringify(content.json) : content;
        if (typeof text === 'string') box.writeFile(`/root/other/${path}`, text);
      }
      const second = await box.run(['guest-init', 'run', '--source', '/root/other']);
      assert.equal(second.status, 0, second.stdout + second.stderr);
      assert.deepEqual(lines(box), ['once', 'instance', 'instance']);
    });
  });

  it('runs what cloud-init-per is to run as often as it says, from a list, a line and a script', async () => {
    const script = makeMime([
      {
        type: 'text/cloud-config',
        body: `bootcmd:\n  - [cloud-init-per, once, disk, sh, -c, 'echo list >> /root/log']\n  - cloud-init-per instance site echo line >> /root/log\n`,
      },
      {
        type: 'text/x-shellscript-per-boot',
        name: 'boot.sh',
        body: '#!/bin/sh\ncloud-init-per always any echo script >> /root/log\ncloud-init-per once disk echo again >> /root/log\n',
      },
    ]);
    const drives = [{ tree: userDataTree(script) }];
    await withSandbox(describeSandbox({ sandbox: { drives } }), async (box) => {
      assert.equal((await box.run(['guest-init', 'run'])).status, 0);
      assert.deepEqual(lines(box), ['list', 'line', 'script']);
      await box.reboot();
      assert.equal((await box.run(['guest-init', 'run'])).status, 0);
      assert.deepEqual(lines(box), ['list', 'line', 'script', 'script']);
      assert.equal((await box.run(['guest-init', 'run', '--force'])).status, 0);
      assert.deepEqual(lines(box), ['list', 'line', 'script', 'script', 'script']);
    });
  });

  it('applies vendor data and the documents of the image below user_data', async () => {
    const tree = {
      ...userDataTree('#cloud-config\ntimezone: Asia/Tokyo\nvendor_data: {prefix: [/usr/bin/env, WRAPPED=yes]}\n'),
      'openstack/latest/vendor_data.json': {
        json: { 'cloud-init': '#!/bin/sh\necho "vendor $WRAPPED" > /root/vendor\n' },
      },
      'openstack/latest/vendor_data2.json': {
        json: { 'cloud-init': '#cloud-config\ntimezone: UTC\nwrite_files: [{path: /root/two, content: "2"}]\n' },
      },
    };
    await withSandbox(describeSandbox({ tree }), async (box) => {
      box.writeFile(
        '/etc/guest-init/config.d/10-image.yaml',
        'runcmd: ["touch /root/image"]\ntimezone: Europe/Berlin\n',
      );
      const run = await box.run(['guest-init', 'run']);
      assert.equal(run.status, 0, run.stdout + run.stderr);
      assert.match(await box.exec(['date', '+%Z']), /JST/);
      assert.equal(box.readFile('/root/vendor'), 'vendor yes\n');
      assert.equal(box.readFile('/root/two'), '2');
      assert.ok(box.stat('/root/image'));
    });
  });

  it('ends a bomb with exit code 14 and gives the network all the same', async () => {
    const tree = userDataTree(gzipSync(Buffer.alloc(512 * 1024 * 1024, 0x20)));
    await withSandbox(describeSandbox({ tree }), async (box) => {
      const run = await box.run(['guest-init', 'run']);
      assert.equal(run.status, 14, run.stdout + run.stderr);
      assert.match(run.stdout, /gzip data that unpacks to more than/);
      assert.ok(run.stdout.includes(staticApplied.addresses[0]));
      const plan = await box.run(['guest-init', 'plan']);
      assert.equal(plan.status, 14);
    });
  });
});
