// The same drive to Debian's cloud-init and to us, in two guests of one image: what each has made of accounts, keys, files and names. Every
// difference has a cause in test/differential/guest/causes.ts, or the test fails; so does a cause that is met no more. cloud-init's side is
// pinned, and asked again for a sample. UPDATE_GOLDEN=1 asks it for all documents, and writes the pins and
// docs/compared-with-cloud-init-guest.md; read the difference before keeping it.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { type Cause, causes, findCause } from '../differential/guest/causes.ts';
import { documents } from '../differential/guest/documents.ts';
import {
  compareStates,
  type GuestState,
  readGuestState,
  type StateDifference,
} from '../differential/guest/guest-state.ts';
import { renderPage } from '../differential/guest/page.ts';
import { readPinnedStates, sampleOf, writePinnedStates } from '../differential/guest/pinned-states.ts';
import { repositoryRoot } from '../support/built-program.ts';
import { userDataTree } from '../support/instances.ts';
import { assertNothingLeft } from '../support/leftovers.ts';
import { bindProduct } from '../support/product.ts';
import { explainMissingRoots } from '../support/roots.ts';
import { type SandboxOptions, withSandbox } from '../support/sandbox.ts';

const page = join(repositoryRoot, 'docs', 'compared-with-cloud-init-guest.md');
const stages = ['init --local', 'init', 'modules --mode config', 'modules --mode final'];
/** Without host keys, which are new each time, and told where to look, as ds-identify would. */
const settings = 'datasource_list: [ConfigDrive, None]\nssh_deletekeys: false\nssh_genkeytypes: []\n';

const ownSettings = 'ssh_deletekeys: false\nssh_genkeytypes: []\n';

async function readState(text: string, agent: 'ours' | 'theirs') {
  const sandbox: SandboxOptions = {
    root: 'bookworm-cloud-init',
    binds: [bindProduct()],
    drives: [{ tree: userDataTree(`#cloud-config\n${text}`) }],
    files: { '/etc/cloud/cloud.cfg.d/99-test.cfg': settings, '/etc/guest-init/config.d/test.cfg': ownSettings },
  };
  return withSandbox(sandbox, async (box) => {
    if (agent === 'ours') await box.run(['guest-init', 'run']);
    else for (const stage of stages) await box.run(['sh', '-c', `cloud-init ${stage} >/dev/null 2>&1`]);
    return readGuestState(box);
  });
}

const tell = (name: string, { key, ours, theirs }: StateDifference): string =>
  `${name} | ${key} | ours ${ours ?? '-'} | theirs ${theirs ?? '-'}`;

describe('a guest after cloud-init and after us', { skip: explainMissingRoots() ?? false, concurrency: 2 }, () => {
  const isUpdate = process.env['UPDATE_GOLDEN'] === '1';
  const pinned = isUpdate ? new Map<string, GuestState>() : readPinnedStates();
  const asked = new Map<string, GuestState>();
  const met = new Map<Cause, Set<string>>();
  let equal = 0;
  after(assertNothingLeft);

  for (const [index, [name, text]] of Object.entries(documents).entries())
    it(name, async () => {
      const ours = await readState(text, 'ours');
      const isAsked = isUpdate || index % sampleOf === 0;
      if (isAsked) asked.set(name, await readState(text, 'theirs'));
      const theirs = asked.get(name) ?? pinned.get(name) ?? new Map<string, string>();
      if (isAsked && !isUpdate) assert.deepEqual(compareStates(theirs, pinned.get(name) ?? new Map()), [], 'the pins');
      // Neither is a run that did nothing.
      assert.ok(ours.size > 3 && theirs.size > 3, `${ours.size}, ${theirs.size}`);
      const found = compareStates(ours, theirs);
      if (found.length === 0) equal++;
      const unexplained = found.filter((one) => {
        const cause = findCause(name, one);
        if (cause !== undefined) met.set(cause, (met.get(cause) ?? new Set()).add(name));
        return cause === undefined;
      });
      assert.deepEqual(
        unexplained.map((one) => tell(name, one)),
        [],
      );
    });

  after(() => {
    const text = renderPage(causes, met, { documents: Object.keys(documents).length, equal });
    assert.deepEqual(
      causes.filter((cause) => !met.has(cause)).map(({ id }) => id),
      [],
      'causes that were not met',
    );
    if (isUpdate) {
      writeFileSync(page, text);
      writePinnedStates(asked);
    }
    assert.equal(readFileSync(page, 'utf8'), text);
  });
});
