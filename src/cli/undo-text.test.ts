import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UndoneItem } from '../undo/undo.ts';
import { viewUndo } from './undo-text.ts';

const given = { isApplied: true, isDone: false, users: true, modules: ['network'] };
const item = { subject: '/etc/motd', modules: ['write-files'], deed: { kind: 'remove' } } as unknown as UndoneItem;

test('the advice does what was looked at, in the same root', () => {
  assert.equal(viewUndo([item], given).hint, 'to do it: guest-init undo network --users --yes');
  assert.equal(
    viewUndo([item], { ...given, root: '/srv/my image' }).hint,
    "to do it: guest-init undo --root '/srv/my image' network --users --yes",
  );
});

test('what was undone below a root is not to be applied to this machine', () => {
  const done = { ...given, isDone: true };
  assert.equal(viewUndo([item], done).hint, 'to apply it all again: guest-init run --force');
  assert.equal(viewUndo([item], { ...done, root: '/srv/image' }).hint, undefined);
});
