import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AgentError, exitCodes } from '../core/error.ts';
import { createMemoryHost } from '../host/memory.ts';
import type { ApplyContext } from './executor.ts';
import { hostname } from './hostname.ts';

const context: ApplyContext = {
  commandTimeoutMs: 1000,
  instanceDirectory: '/state',
  environment: {},
  stepId: 's',
};
const action = { kind: 'hostname', name: 'web-1' } as const;
const kernel = '/proc/sys/kernel/hostname';
const textAt = (files: Map<string, { content: Uint8Array }>, path: string): string =>
  Buffer.from(files.get(path)?.content ?? []).toString();

function hostWith(options: { kernel?: string; file?: string; live?: boolean }) {
  return createMemoryHost({
    files: {
      '/etc/x': '',
      [kernel]: `${options.kernel ?? 'localhost'}\n`,
      ...(options.file === undefined ? {} : { '/etc/hostname': options.file }),
    },
    live: options.live ?? true,
  });
}

test('writes the file and tells the kernel', () => {
  const { host, files } = hostWith({ file: 'template\n' });
  assert.deepEqual(hostname.inspect(action, host), {
    state: 'differs',
    changes: [
      { op: '~', what: '/etc/hostname', diff: ['-template', '+web-1'] },
      { op: '~', what: 'host name localhost -> web-1' },
    ],
  });
  assert.deepEqual(hostname.apply(action, host, context), { made: [{ path: '/etc/hostname' }] });
  assert.equal(textAt(files, '/etc/hostname'), 'web-1\n');
  assert.equal(textAt(files, kernel), 'web-1');
});

test('same', () => {
  const { host } = hostWith({ kernel: 'web-1', file: '# a comment\nweb-1\n' });
  assert.deepEqual(hostname.inspect(action, host), { state: 'same' });
});

test('only the kernel differs', () => {
  const { host, files } = hostWith({ file: '# kept\nweb-1\n' });
  assert.equal(hostname.inspect(action, host).state, 'differs');
  assert.equal(hostname.apply(action, host, context), undefined);
  assert.deepEqual([textAt(files, '/etc/hostname'), textAt(files, kernel)], ['# kept\nweb-1\n', 'web-1']);
});

test('below another root only the file', () => {
  const { host, files } = hostWith({ live: false });
  hostname.apply(action, host, context);
  assert.deepEqual([textAt(files, '/etc/hostname'), textAt(files, kernel)], ['web-1\n', 'localhost\n']);
  assert.deepEqual(hostname.inspect(action, host), { state: 'same' });
});

test('a kernel that refuses the name is named, and the file is there for the next boot', () => {
  const { host, files } = hostWith({});
  const refusing = {
    ...host,
    writeKernelVariable: (path: string): never => {
      throw new AgentError(exitCodes.internal, `${path}: the file system is read-only (EROFS)`);
    },
  };
  assert.throws(() => hostname.apply(action, refusing, context), /kernel\/hostname: the file system is read-only/);
  assert.equal(textAt(files, '/etc/hostname'), 'web-1\n');
});

test('createFile false makes no file but keeps one right', () => {
  const without = hostWith({});
  hostname.apply({ ...action, createFile: false }, without.host, context);
  assert.deepEqual([without.files.has('/etc/hostname'), textAt(without.files, kernel)], [false, 'web-1']);
  const withFile = hostWith({ file: 'old\n' });
  hostname.apply({ ...action, createFile: false }, withFile.host, context);
  assert.equal(textAt(withFile.files, '/etc/hostname'), 'web-1\n');
});
