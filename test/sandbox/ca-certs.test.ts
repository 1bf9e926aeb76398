// ca_certs with the real update-ca-certificates: what programs trust, a second run, and nothing but what was given.

import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { exampleRoot } from '../support/certificate.ts';
import { userDataTree } from '../support/instances.ts';
import { assertNothingLeft } from '../support/leftovers.ts';
import { describeSandbox } from '../support/main-job.ts';
import { explainMissingRoots } from '../support/roots.ts';
import { type Sandbox, withSandbox } from '../support/sandbox.ts';

const missing = explainMissingRoots();
const bundle = '/etc/ssl/certs/ca-certificates.crt';

const trusted = `  trusted:
    - |
${exampleRoot.replace(/^/gm, '      ')}
`;

const countTrusted = (box: Sandbox): number => box.readFile(bundle).match(/BEGIN CERTIFICATE/g)?.length ?? 0;

describe('ca_certs', { skip: missing ?? false }, () => {
  after(assertNothingLeft);

  it('adds a certificate to those of the distribution, once', async () => {
    const sandbox = { root: 'bookworm-network' } as const;
    await withSandbox(
      describeSandbox({ tree: userDataTree(`#cloud-config\nca_certs:\n${trusted}`), sandbox }),
      async (box) => {
        await box.exec(['update-ca-certificates']);
        const before = countTrusted(box);
        assert.ok(before > 100, `${before}`);
        const run = await box.run(['guest-init', 'run']);
        assert.equal(run.status, 0, run.stdout + run.stderr);
        assert.equal(countTrusted(box), before + 1);
        const verify = ['openssl', 'verify', '-CAfile', bundle, '/usr/local/share/ca-certificates/guest-init-1.crt'];
        assert.match((await box.run(verify)).stdout, /: OK$/m);
        const again = await box.run(['guest-init', 'run', '--force']);
        assert.equal(again.status, 0, again.stdout + again.stderr);
        assert.match(again.stdout, /= ca_certs\/update/);
      },
    );
  });

  it('takes those of the distribution away when asked to, and keeps their list', async () => {
    const text = `#cloud-config\nca_certs:\n  remove_defaults: true\n${trusted}`;
    await withSandbox(
      describeSandbox({ tree: userDataTree(text), sandbox: { root: 'bookworm-network' } }),
      async (box) => {
        const list = box.readFile('/etc/ca-certificates.conf');
        const run = await box.run(['guest-init', 'run']);
        assert.equal(run.status, 0, run.stdout + run.stderr);
        assert.equal(countTrusted(box), 1);
        assert.equal(box.readFile('/var/lib/guest-init/backup/etc/ca-certificates.conf'), list);
      },
    );
  });

  it('says that the tool is missing, and does the rest', async () => {
    await withSandbox(describeSandbox({ tree: userDataTree(`#cloud-config\nca_certs:\n${trusted}`) }), async (box) => {
      const run = await box.run(['guest-init', 'run']);
      assert.equal(run.status, 2, run.stdout + run.stderr);
      assert.match(run.stdout + run.stderr, /update-ca-certificates: command not found/);
      assert.match(box.readFile('/usr/local/share/ca-certificates/guest-init-1.crt'), /BEGIN CERTIFICATE/);
    });
  });
});
