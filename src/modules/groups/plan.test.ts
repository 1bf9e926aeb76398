import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GroupAction } from '../../core/action.ts';
import { type Given, planAccounts } from '../users/testing/plan-accounts.ts';

const group = (name: string, ...members: string[]): GroupAction => ({
  kind: 'group',
  name,
  ...(members.length === 0 ? {} : { members }),
});

const cases: [title: string, given: Given, groups: GroupAction[], problems: RegExp[]][] = [
  ['a list of names', { document: 'groups: [wheel, staff]\n' }, [group('wheel'), group('staff')], []],
  ['a string', { document: 'groups: wheel, staff\n' }, [group('wheel'), group('staff')], []],
  ['maps in a list', { document: 'groups: [wheel, {staff: [root]}]\n' }, [group('wheel'), group('staff', 'root')], []],
  ['members as a string', { document: 'groups: [{staff: root}]\n' }, [group('staff', 'root')], []],
  ['a map', { document: 'groups:\n  wheel:\n  staff: [root]\n' }, [group('wheel'), group('staff', 'root')], []],
  ['one group twice', { document: 'groups: [staff, {staff: [root, root]}]\n' }, [group('staff', 'root')], []],
  [
    'a member that the document makes joins with its account',
    { document: 'groups: [{staff: [ops, root]}]\nusers: [ops]\n' },
    [group('staff', 'root')],
    [],
  ],
  [
    'the default user as a member joins with its account',
    { document: 'groups: [{staff: [debian]}]\nusers: [default]\n' },
    [group('staff')],
    [],
  ],
  [
    'a member that was dropped from users for a fault is reported',
    { document: 'groups: [{staff: [ops]}]\nusers: [{name: ops, gecos: "a:b"}]\n' },
    [group('staff')],
    [/error users\[0\]\.gecos/, /error groups\[0\]\.staff: .*\(guest\)$/],
  ],
  [
    'a member that nobody knows is reported',
    { document: 'groups: [{staff: [nobody-knows, root]}]\n' },
    [group('staff', 'root')],
    [/^user_data:2:\d+ error groups\[0\]\.staff: .*\(guest\)$/],
  ],
  [
    'an entry of another form is dropped, the others stay',
    { document: 'groups: [5, staff]\n' },
    [group('staff')],
    [/^user_data:2:\d+ error groups\[0\]: expected a group name/],
  ],
  [
    'a line end in a name',
    { document: 'groups: ["a\\nroot:x:0:"]\n' },
    [],
    [/error groups\[0\]: expected a group name/],
  ],
  ['an option as a name', { document: 'groups: ["-f", staff]\n' }, [group('staff')], [/error groups\[0\]/]],
  [
    'a colon in a map key',
    { document: 'groups: {"a:b": [root], staff: }\n' },
    [group('staff')],
    [/expected a group name/],
  ],
  [
    'a comma in a member',
    { document: 'groups: [{staff: ["root,ops"]}]\n' },
    [group('staff')],
    [/expected a user name/],
  ],
];

for (const [title, given, groups, problems] of cases) {
  test(`groups: ${title}`, () => {
    const plan = planAccounts(given);
    const steps = plan.steps.filter(({ module }) => module === 'groups');
    assert.deepEqual(
      steps.map(({ action }) => action),
      groups,
    );
    assert.deepEqual(
      steps.map(({ id, stage }) => [id, stage]),
      groups.map(({ name }) => [`groups/${name}`, 'early']),
    );
    assert.equal(plan.problems.length, problems.length, plan.problems.join('\n'));
    for (const [index, problem] of problems.entries()) assert.match(plan.problems[index] ?? '', problem);
  });
}
