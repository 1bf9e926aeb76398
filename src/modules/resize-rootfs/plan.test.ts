import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { listProblems, planDocument } from '../write-files/testing/plan-case.ts';
import { resizeRootfs } from './index.ts';

describe('resize_rootfs: what is said', () => {
  for (const body of ['resize_rootfs: later\n', 'resize_rootfs: 1\n', 'resize_rootfs: [true]\n'])
    it(body.trim(), () => {
      const { steps, diagnostics } = planDocument(resizeRootfs, body);
      assert.match(listProblems(diagnostics).join('\n'), /resize_rootfs \| .*true, false or "noblock"/);
      assert.deepEqual(steps, []);
    });
});
