// The artefacts start where they are meant to be installed: in minimal systems, whatever the caller's environment says.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { assertNothingLeft } from '../support/leftovers.ts';
import { bindProduct, findBuilt, findPinnedNode } from '../support/product.ts';
import { explainMissingRoots, prepareRoot, type RootName } from '../support/roots.ts';
import { type SandboxOptions, withSandbox } from '../support/sandbox.ts';

const missing = explainMissingRoots();
const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as {
  version: string;
};
const canary = { '/srv/canary.cjs': "require('node:fs').writeFileSync('/canary', 'x');\n" };
const bundle: SandboxOptions = {
  binds: [
    [findPinnedNode(), '/opt/node'],
    [findBuiltOrSkip('guest-init.cjs'), '/opt/guest-init.cjs'],
  ],
};

/** The path even when nothing is built: the tests below say so one by one. */
function findBuiltOrSkip(name: 'guest-init.cjs'): string {
  try {
    return findBuilt(name);
  } catch {
    return join(import.meta.dirname, '../../dist', name);
  }
}

describe('the artefacts', { skip: missing ?? false, concurrency: 2 }, () => {
  after(assertNothingLeft);

  for (const root of [
    'bullseye-minimal',
    'bookworm-minimal',
    'trixie-minimal',
  ] as const satisfies readonly RootName[]) {
    it(`guest-init --version in ${root}`, async (t) => {
      try {
        await prepareRoot(root);
      } catch (error) {
        // A mirror may stop carrying an old release; nothing else may keep this test from running.
        if (root !== 'bullseye-minimal' || !(error instanceof Error) || !/could not build/.test(error.message))
          throw error;
        t.skip(error.message);
        return;
      }
      await withSandbox({ root, binds: [bindProduct()], files: canary }, async (box) => {
        const plain = await box.run(['guest-init', '--version']);
        assert.equal(plain.status, 0, plain.stderr);
        assert.ok(plain.stdout.includes(version), plain.stdout);
        assert.match(plain.stdout, /24\.21/);
        const hostile = await box.run(['guest-init', '--version'], {
          env: { NODE_OPTIONS: '--require=/srv/canary.cjs' },
        });
        assert.equal(hostile.status, 0, hostile.stderr);
        assert.equal(hostile.stdout, plain.stdout);
        assert.equal(box.stat('/canary'), undefined);
        assert.deepEqual([...box.digest()], []);
      });
    });
  }

  it('the canary does run where nothing keeps it out', async () => {
    await withSandbox({ ...bundle, files: canary }, async (box) => {
      await box.run(['/opt/node', '-e', '0'], { env: { NODE_OPTIONS: '--require=/srv/canary.cjs' } });
      assert.ok(box.stat('/canary'));
    });
  });

  it('guest-init.cjs --version on the pinned Node', async () => {
    await withSandbox({ ...bundle, root: 'bookworm-minimal' }, async (box) => {
      const result = await box.run(['/opt/node', '/opt/guest-init.cjs', '--version']);
      assert.equal(result.status, 0, result.stderr);
      assert.ok(result.stdout.includes(version));
    });
  });

  it('does the job in a minimal system, which has no network tools: metadata is applied, the reason is said', async () => {
    const files = {
      '/srv/seed/ec2/latest/meta-data.json': JSON.stringify({
        'instance-id': 'i-1',
        'local-ipv4': '10.0.0.5',
        hostname: 'web-1',
      }),
    };
    await withSandbox({ root: 'bookworm-minimal', binds: [bindProduct()], files }, async (box) => {
      const result = await box.run(['guest-init', 'run', '--source', '/srv/seed']);
      assert.equal(result.status, 2, result.stdout + result.stderr);
      assert.match(result.stdout + result.stderr, /net-tools/);
      assert.equal(box.hostname(), 'web-1');
    });
  });
});
