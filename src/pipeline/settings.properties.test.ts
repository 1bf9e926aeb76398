// What holds for everything that the image's settings and the kernel's command line can say.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { checkProperty, textOf } from '../../test/support/property.ts';
import { AgentError, exitCodes } from '../core/error.ts';
import { defaultPolicy } from '../core/policy.ts';
import { checkPolicy } from '../core/policy-schema.ts';
import { createMemoryHost } from '../host/memory.ts';
import { readKernelLine } from './kernel-line.ts';
import { loadPolicy, policyPath } from './policy-file.ts';

const settings = [
  ...[
    'network:\n',
    '  default_gateway: ',
    '  default_prefix: ',
    'drive:\n',
    '  wait: ',
    'admin_pass: ',
    'default_user: ',
    'stop_on_error: ',
  ],
  ...[
    'true',
    'none',
    '254',
    '-1',
    '1e99',
    '"10.0.0.1"',
    '[]',
    '{}',
    'null',
    'S3cr3t',
    '\n',
    '# c\n',
    '\t',
    ': ',
    '- ',
    '&a ',
    '*a',
    'x: ',
  ],
];

checkProperty(
  'any settings are the whole policy, or refused at a line; no value is told, only names of settings',
  fc.asyncProperty(textOf(settings, 14), async (text) => {
    const { host } = createMemoryHost({ files: { [policyPath]: text } });
    try {
      const policy = await loadPolicy(host);
      assert.deepEqual(Object.keys(policy).sort(), Object.keys(defaultPolicy).sort());
    } catch (error) {
      assert.ok(error instanceof AgentError && error.code === exitCodes.inputInvalid);
      const [, line, column] = /config\.yaml:(\d+):(\d+): /.exec(error.message) ?? [];
      assert.ok(
        Number(line) >= 1 && Number(line) <= text.split(/\r\n|[\r\n\u0085]/).length && Number(column) >= 1,
        error.message,
      );
      assert.doesNotMatch(error.message.replace(/^.*: (?:no such setting|set twice).*$/s, ''), /S3cr3t/);
    }
  }),
);

checkProperty(
  'any value is checked, and one that passes passes again as it came out',
  fc.property(
    fc.oneof(
      fc.jsonValue(),
      fc.record({ network: fc.dictionary(fc.constantFrom('default_prefix', 'wait', 'backend'), fc.jsonValue()) }),
    ),
    (value) => {
      const result = checkPolicy(value);
      if (result.success) assert.deepEqual(checkPolicy(result.output).output, result.output);
      else assert.ok(result.issues.length > 0);
    },
  ),
);

checkProperty(
  'any command line of the kernel holds documents or none',
  fc.property(
    textOf([
      'cc: ',
      'end_cc',
      ' ',
      'cloud-config-url=',
      'http://h/',
      '\\n',
      '%0a',
      '%',
      '%ff',
      'runcmd: [a]',
      'ro quiet',
    ]),
    (line) => {
      const documents = readKernelLine(line);
      assert.ok(documents.length <= 2);
      for (const { bytes } of documents) assert.match(Buffer.from(bytes).toString(), /^#(?:include|cloud-config)\n/);
    },
  ),
);
