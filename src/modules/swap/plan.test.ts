import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { listProblems, planDocument } from '../write-files/testing/plan-case.ts';
import { swap } from './index.ts';
import { parseSize } from './size.ts';

describe('swap: what is said', () => {
  const cases: readonly [name: string, body: string, problems: readonly RegExp[], steps: number][] = [
    ['nothing about none', 'swap: {size: 0}\n', [], 0],
    ['a size without its unit', 'swap: {size: 512}\n', [/error .*swap\.size \| value \| .*at least 1 MiB/], 0],
    ['a small limit', 'swap: {size: auto, maxsize: 10}\n', [/swap\.maxsize \| value/], 0],
    ['no size', 'swap: {size: large}\n', [/swap\.size \| value \| expected bytes, or a size such as "512M"/], 0],
    ['a negative size', 'swap: {size: -1}\n', [/swap\.size/], 0],
    ['a relative path', 'swap: {filename: swap.img, size: 1G}\n', [/swap\.filename \| .*absolute path/], 0],
    ['a path of the kernel', 'swap: {filename: /dev/vdb, size: 1G}\n', [/swap\.filename \| .*absolute path/], 0],
    ['a way out', 'swap: {filename: /srv/../x, size: 1G}\n', [/swap\.filename/], 0],
    ['an unknown key', 'swap: {size: 1G, file: /x}\n', [/swap \| unknown-key/], 2],
    ['no map', 'swap: 1G\n', [/a map with filename/], 0],
  ];
  for (const [name, body, problems, count] of cases)
    it(name, () => {
      const { steps, diagnostics } = planDocument(swap, body);
      const said = listProblems(diagnostics);
      assert.equal(said.length, problems.length, said.join('\n'));
      for (const [index, problem] of problems.entries()) assert.match(said[index] ?? '', problem);
      assert.equal(steps.length, count);
    });
});

describe('sizes', () => {
  const cases: readonly [text: string, bytes: number | undefined][] = [
    ['0', 0],
    ['1048576', 1048576],
    ['10B', 10],
    ['1K', 1024],
    ['512M', 512 * 1024 ** 2],
    ['1.5G', 1.5 * 1024 ** 3],
    ['.5G', 0.5 * 1024 ** 3],
    ['2t', 2 * 1024 ** 4],
    ['1GB', 1024 ** 3],
    ['', undefined],
    ['G', undefined],
    ['1P', undefined],
    ['1 2', undefined],
    ['-1M', undefined],
    ['1e3', undefined],
    ['99999999999T', undefined],
  ];
  for (const [text, bytes] of cases) it(JSON.stringify(text), () => assert.equal(parseSize(text), bytes));
});
