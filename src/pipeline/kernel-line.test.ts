import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readKernelLine } from './kernel-line.ts';

const boot = 'BOOT_IMAGE=/vmlinuz root=/dev/vda1 ro';

describe('the kernel command line', () => {
  const cases: readonly [name: string, line: string, documents: readonly string[]][] = [
    ['nothing for us', `${boot} quiet\n`, []],
    ['words that only look like it', `${boot} acc:x my-cloud-config-url=x\n`, []],
    ['to the end', `${boot} cc: runcmd: [ls]\n`, ['#cloud-config\nruncmd: [ls]\n']],
    ['up to end_cc', `${boot} cc:runcmd: [ls] end_cc quiet\n`, ['#cloud-config\nruncmd: [ls]\n']],
    ['twice', `cc:a: 1 end_cc ${boot} cc: b: 2 end_cc\n`, ['#cloud-config\na: 1\nb: 2\n']],
    ['several lines', `${boot} cc: a: 1\\nb:\\n  - c end_cc\n`, ['#cloud-config\na: 1\nb:\n  - c\n']],
    ['escapes', `${boot} cc: a: %22%C3%A9%0A%22 end_cc\n`, ['#cloud-config\na: "é\n"\n']],
    ['half an escape', `${boot} cc: a: 5% end_cc\n`, ['#cloud-config\na: 5%\n']],
    [
      'an address, weaker than what is said',
      `${boot} cc: a: 1 end_cc cloud-config-url=http://a.example/x\n`,
      ['#include\nhttp://a.example/x\n', '#cloud-config\na: 1\n'],
    ],
  ];
  for (const [name, line, documents] of cases)
    it(name, () => {
      assert.deepEqual(
        readKernelLine(line).map(({ bytes }) => Buffer.from(bytes).toString()),
        documents,
      );
    });
});
