// What holds for every state that a crash, a full disk or somebody's hand can leave behind.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { bytesOf, checkProperty, textOf } from '../../test/support/property.ts';
import { checksum } from '../host/checksum.ts';
import { createMemoryHost } from '../host/memory.ts';
import { readChanges } from './changes.ts';
import { decodeCheckedLine, readHistory } from './journal.ts';
import { findLineChange, reverseLineChange } from './line-change.ts';
import { type InstanceRecord, loadRecord, peekRecord, saveRecord } from './record.ts';

const path = '/var/lib/guest-init/state.json';
const entry = fc.record({
  event: fc.constantFrom('begin', 'done', 'failed'),
  step: fc.constantFrom('runcmd/0', 'runcmd/1', 'users/ops'),
  action: fc.constantFrom('aaaa', 'bbbb'),
  ms: fc.nat(9),
});
const entries = fc.array(entry, { maxLength: 12 });
const write = (list: readonly object[]): string =>
  list.map((one) => `${checksum(JSON.stringify(one))} ${JSON.stringify(one)}\n`).join('');

checkProperty(
  'a journal cut off anywhere says what its whole lines say',
  fc.property(entries, fc.nat(), (list, cut) => {
    const text = write(list);
    const length = cut % (text.length + 1);
    const whole = text.slice(0, length).split('\n').length - 1;
    // A line whose end alone is missing is whole.
    const isComplete = text[length] === '\n';
    assert.deepEqual(
      readHistory(text.slice(0, length)),
      readHistory(write(list.slice(0, whole + (isComplete ? 1 : 0)))),
    );
  }),
);

checkProperty(
  'a line of a journal with one byte changed counts for nothing, and costs no other line',
  fc.property(
    fc.array(entry, { minLength: 1, maxLength: 8 }),
    fc.nat(),
    fc.integer({ min: 33, max: 126 }),
    (list, at, code) => {
      const linesOf = list.map((one) => write([one]));
      const index = at % list.length;
      const line = linesOf[index] ?? '';
      const place = at % (line.length - 1);
      const changed = `${line.slice(0, place)}${String.fromCharCode(code)}${line.slice(place + 1)}`;
      if (changed === line || place === 8) return;
      const damaged = linesOf.with(index, changed).join('');
      assert.deepEqual(readHistory(damaged), readHistory(write(list.toSpliced(index, 1))));
    },
  ),
);

checkProperty(
  'any bytes are a journal and a log of changes: empty ones, at worst',
  fc.property(
    bytesOf(['00000000 {}\n', '{"event":"begin"}', '\n', checksum('{}'), ' ', '{}', '\u0000'], 20),
    (bytes) => {
      const text = Buffer.from(bytes).toString();
      assert.ok(readHistory(text) instanceof Map);
      assert.ok(Array.isArray(readChanges(text)));
      for (const line of text.split('\n')) decodeCheckedLine(line);
    },
  ),
);

const record = fc.record({
  instance: fc.record({ uuid: fc.string() }),
  ...{ name: fc.string(), source: fc.string(), startedAt: fc.nat(), bootId: fc.string(), everyBoot: fc.boolean() },
  ...{ stages: fc.constant({}), networkSteps: fc.constant([]), diagnostics: fc.constant([]), made: fc.constant([]) },
}) as fc.Arbitrary<InstanceRecord>;

checkProperty(
  'a record is read back as it was written, and cut off anywhere it is set aside and never half trusted',
  fc.property(record, fc.nat(), (given, cut) => {
    const folder = { kind: 'directory', mode: 0o700, uid: 0, gid: 0 } as const;
    const { host } = createMemoryHost({ files: { '/var/lib/guest-init': folder } });
    saveRecord(host, '/var/lib/guest-init', given);
    assert.deepEqual(peekRecord(host), JSON.parse(JSON.stringify(given)));
    const text = host.readText(path) ?? '';
    const { host: other } = createMemoryHost({ files: { [path]: text.slice(0, cut % (text.length - 1)) } });
    const { record: found, quarantined } = loadRecord(other);
    assert.equal(found, undefined);
    assert.ok(quarantined !== undefined && other.stat(quarantined) !== undefined);
    assert.equal(peekRecord(other), undefined);
  }),
);

checkProperty(
  'any bytes in the place of the record are no record, and the run goes on',
  fc.property(
    bytesOf(['{"version":', '1', ',"sum":"', checksum('{}'), '"}', '\n', '{}', 'null', '[]'], 10),
    (bytes) => {
      const { host } = createMemoryHost({ files: { [path]: Buffer.from(bytes).toString('latin1') } });
      const { record: found, quarantined } = loadRecord(host);
      assert.ok(found !== undefined || quarantined !== undefined);
    },
  ),
);

checkProperty(
  'lines that were put in are taken out again, or nothing is changed',
  fc.property(
    textOf(['a\n', 'b\n', '\n', 'x\n', 'end'], 8),
    textOf(['a\n', 'b\n', '\n', 'x\n', 'end'], 8),
    (before, text) => {
      // What we write ends with its last line.
      const after = `${text}\n`;
      const change = findLineChange(before, after, true);
      if (change === undefined) return;
      const back = reverseLineChange(after, change);
      const bare = (text: string): string => text.replace(/\n$/, '');
      if (back !== undefined) assert.equal(bare(back), bare(before));
    },
  ),
);
