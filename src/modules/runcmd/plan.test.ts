import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ExecAction } from '../../core/action.ts';
import { bootcmd } from '../bootcmd/index.ts';
import { type CaseInput, listProblems, planDocument } from '../write-files/testing/plan-case.ts';
import { runcmd } from './index.ts';

function plan(entry: string, input: CaseInput = {}): { action: ExecAction | undefined; problems: string[] } {
  const { steps, diagnostics } = planDocument(runcmd, `runcmd:\n- ${entry}\n`, input);
  return { action: steps[0]?.action as ExecAction | undefined, problems: listProblems(diagnostics) };
}

describe('labels name the program and nothing that may be a secret', () => {
  const cases: [entry: string, label: string][] = [
    ['apt-get install -y nginx', 'apt-get'],
    ['/usr/bin/curl -u ops:hunter2 http://x', 'curl'],
    ['TOKEN=hunter2 FOO=bar deploy --now', 'deploy'],
    ['TOKEN=hunter2', 'shell'],
    ['"\\"hunter2\\" arg"', 'shell'],
    ['$(echo hunter2)', 'shell'],
    ['[ -e hunter2 ] && true', 'shell'],
    ['ls;', 'ls'],
    ['set -e; hunter2', 'shell'],
    [`${'a'.repeat(41)} hunter2`, 'shell'],
    ['[sh, -c, "echo hunter2"]', 'sh'],
    ['[/opt/x/run, hunter2]', 'run'],
    ['[5, hunter2]', '5'],
  ];
  for (const [entry, word] of cases) {
    test(entry.slice(0, 30), () => {
      const { steps } = planDocument(runcmd, `runcmd:\n- ${entry.startsWith('[ ') ? JSON.stringify(entry) : entry}\n`);
      assert.equal((steps[0]?.action as ExecAction | undefined)?.label, `runcmd[0] ${word}`);
      assert.equal(steps[0]?.summary, word);
      assert.doesNotMatch(`${steps[0]?.id}${steps[0]?.summary}${steps[0]?.source}`, /hunter2/);
    });
  }
});

describe('forms', () => {
  test('floats are spelt as Python does; of whole ones the point is lost, with a warning', () => {
    const { action, problems } = plan(
      '[printf, 2.50, 1.0e+20, -0.0, 0.00001, -3, 0x1e, "1.0", 1.0, 1.0e+3, !!float 7]',
    );
    assert.deepEqual(action?.command, {
      argv: ['printf', '2.5', '1e+20', '-0.0', '1e-05', '-3', '30', '1.0', '1', '1000', '7'],
    });
    assert.deepEqual(
      problems.map((line) => line.split(' | ').slice(0, 4).join(' ')),
      [
        'warning user_data:3:59 runcmd[0][8] value',
        'warning user_data:3:64 runcmd[0][9] value',
        'warning user_data:3:72 runcmd[0][10] value',
      ],
    );
    assert.match(problems[0] ?? '', /expected a string, found a whole number with a point/);
    assert.deepEqual(
      planDocument(runcmd, 'runcmd: [1.0]\nwrite_files: [[1.0]]\n').diagnostics.filter(({ code }) => code === 'value'),
      [],
    );
  });
  test('numbers become strings', () => {
    assert.deepEqual(plan('[sleep, 5, 0.5, -1]').action?.command, { argv: ['sleep', '5', '0.5', '-1'] });
  });
  test('words of a list stay as they are', () => {
    assert.deepEqual(plan('[echo, "a b", "$HOME", "", "*"]').action?.command, {
      argv: ['echo', 'a b', '$HOME', '', '*'],
    });
  });
  test('true becomes True, as in cloud-init, with a warning', () => {
    const { action, problems } = plan('[setsebool, x, on]');
    assert.deepEqual(action?.command, { argv: ['setsebool', 'x', 'True'] });
    assert.match(problems[0] ?? '', /^warning \| user_data:3:\d+ \| runcmd\[0\]\[2\] \| value \| .*quote/);
  });
  for (const entry of ['{a: b}', '[[a]]', '[a, null]', '[]', '5', 'true', '"a\\0b"', '[a, "b\\0"]', '[.inf]']) {
    test(`${entry} is an error and dropped`, () => {
      const { action, problems } = plan(entry);
      assert.equal(action, undefined);
      assert.match(problems[0] ?? '', /^error \| user_data:3:\d+ \| runcmd\[0\]/);
    });
  }
  test('a number without a value is not said to be a number', () => {
    assert.match(
      plan('[echo, .inf]').problems[0] ?? '',
      /expected a string or a number, found a number that is not finite/,
    );
  });
  test('no list at all', () => {
    const { steps, diagnostics } = planDocument(runcmd, 'runcmd: reboot\n');
    assert.deepEqual(steps, []);
    assert.match(listProblems(diagnostics)[0] ?? '', /expected a list of commands, found a string/);
  });
});

describe('what changes only its own shell', () => {
  for (const entry of ['cd /srv', 'export A=b', 'A=b', 'umask 077', 'set -e', 'source /etc/x', '. /etc/x']) {
    test(`${entry} is warned of and still run`, () => {
      const { action, problems } = plan(JSON.stringify(entry));
      assert.deepEqual(action?.command, { shell: entry });
      assert.match(
        problems[0] ?? '',
        /^warning \| user_data:3:3 \| runcmd\[0\] \| value \| has no effect on the next entry/,
      );
    });
  }
  for (const entry of ['cd /srv && ls', 'A=b ls', 'export A=b; ls', 'setfacl -m x y', 'cdrecord x', 'set -e\nls']) {
    test(`${JSON.stringify(entry)} is not`, () => assert.deepEqual(plan(JSON.stringify(entry)).problems, []));
  }
});

describe('order and dependence', () => {
  const body = (key: string): string => `${key}:\n- one\n- null\n- {bad: entry}\n- two\n- three\n`;
  for (const [key, module] of [
    ['runcmd', runcmd],
    ['bootcmd', bootcmd],
  ] as const) {
    test(`${key}: by default nothing depends on anything, and numbers are the user's`, () => {
      const { steps } = planDocument(module, body(key));
      assert.deepEqual(
        steps.map(({ id, needs }) => [id, needs]),
        [
          [`${key}/0`, undefined],
          [`${key}/3`, undefined],
          [`${key}/4`, undefined],
        ],
      );
    });
    test(`${key}: stop_on_error makes each need the one before`, () => {
      const { steps } = planDocument(module, body(key), { policy: { stop_on_error: true } });
      assert.deepEqual(
        steps.map(({ needs }) => needs),
        [undefined, [`${key}/0`], [`${key}/3`]],
      );
    });
  }
  test('runcmd is late and once per instance, bootcmd early and at every boot', () => {
    const { steps: late } = planDocument(runcmd, 'runcmd: [a]\n');
    const { steps: early } = planDocument(bootcmd, 'bootcmd: [a]\n', { instance: { id: { ec2: 'i-0000000a' } } });
    assert.deepEqual([late[0]?.stage, late[0]?.frequency], ['late', undefined]);
    assert.deepEqual([early[0]?.stage, early[0]?.frequency], ['early', 'boot']);
    assert.deepEqual((early[0]?.action as ExecAction | undefined)?.env, { INSTANCE_ID: 'i-0000000a' });
  });
});
