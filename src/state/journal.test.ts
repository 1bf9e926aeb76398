import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { AgentError, exitCodes } from '../core/error.ts';
import { type JournalEntry, type JournalEvent, openJournal, readHistory } from './journal.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'guest-init-journal-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const path = (): string => join(folder, 'journal.ndjson');

function entry(event: JournalEvent, step: string, details: Partial<JournalEntry> = {}): JournalEntry {
  return { event, step, action: 'aaaa', boot: 'boot-1', t: 1, ...details };
}

function write(...entries: JournalEntry[]): void {
  const journal = openJournal(folder, { fresh: false });
  for (const item of entries) journal.append(item, false);
  journal.close();
}

function history() {
  const journal = openJournal(folder, { fresh: false });
  journal.close();
  return journal.history;
}

test('what was begun and what has ended is known to the next run', () => {
  write(entry('begin', 'a'), entry('done', 'a'), entry('begin', 'b', { token: 't1' }), entry('failed', 'c'));
  const found = history();
  assert.equal(found.get('a')?.ended?.event, 'done');
  assert.deepEqual(found.get('b'), { action: 'aaaa', tries: 1, token: 't1' });
  assert.equal(found.get('c')?.ended?.event, 'failed');
  assert.equal(found.get('d'), undefined);
  assert.equal(statSync(path()).mode & 0o777, 0o600);
});

test('every try without an end counts; another action under the same id starts anew', () => {
  write(entry('begin', 'a'), entry('begin', 'a'), entry('begin', 'a'));
  assert.equal(history().get('a')?.tries, 3);
  write(entry('begin', 'a', { action: 'bbbb' }));
  assert.deepEqual(history().get('a'), { action: 'bbbb', tries: 1 });
});

test('a step of every boot that ended counts its tries anew', () => {
  for (const boot of ['1', '2', '3', '4']) write(entry('begin', 'a', { boot }), entry('done', 'a', { boot }));
  write(entry('begin', 'a', { boot: '5' }));
  assert.equal(history().get('a')?.tries, 1);
  assert.equal(history().get('a')?.ended, undefined);
});

test('a torn tail is ignored wherever it is torn, and does not swallow the next line', () => {
  write(entry('done', 'a'));
  const before = statSync(path()).size;
  write(entry('done', 'b'));
  const whole = readFileSync(path());
  for (let length = before; length < whole.length - 1; length += 1) {
    writeFileSync(path(), whole);
    truncateSync(path(), length);
    write(entry('done', 'c'));
    const found = history();
    assert.deepEqual([...found.keys()], ['a', 'c'], `cut at ${length}`);
  }
});

test('a line with one changed bit is no line', () => {
  const text = (() => {
    write(entry('done', 'a'), entry('done', 'b'));
    return readFileSync(path(), 'utf8');
  })();
  assert.deepEqual([...readHistory(text).keys()], ['a', 'b']);
  for (const at of [0, 5, 12, 30]) {
    const damaged = Buffer.from(text);
    damaged.writeUInt8((damaged[at] ?? 0) ^ 1, at);
    assert.ok(!readHistory(damaged.toString('latin1')).has('a'), `byte ${at}`);
  }
  assert.equal(readHistory('\n\ngarbage\n00000000 {}\n').size, 0);
});

test('fresh forgets; a line is in the file when append returns', () => {
  write(entry('done', 'a'));
  const journal = openJournal(folder, { fresh: true });
  assert.equal(journal.history.size, 0);
  journal.append(entry('begin', 'b'), true);
  assert.match(readFileSync(path(), 'utf8'), /^[0-9a-f]{8} \{"event":"begin","step":"b"/);
  journal.close();
  assert.deepEqual([...history().keys()], ['b']);
});

test('a journal that is a link, or in no folder, is exit 30', () => {
  const victim = join(folder, 'victim');
  writeFileSync(victim, 'kept');
  symlinkSync(victim, path());
  const isUnwritable = (error: unknown): boolean =>
    error instanceof AgentError && error.code === exitCodes.stateUnwritable;
  assert.throws(() => openJournal(folder, { fresh: true }), isUnwritable);
  assert.equal(readFileSync(victim, 'utf8'), 'kept');
  assert.throws(() => openJournal(join(folder, 'nowhere'), { fresh: false }), isUnwritable);
});
