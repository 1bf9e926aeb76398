import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listDebianLibraries, readRequirements } from './requirements.ts';

test('reads from a program what the dynamic linker will look for', () => {
  const { loader, versions } = readRequirements(process.execPath);
  assert.match(loader, /^\/lib64?\/ld-linux-(x86-64\.so\.2|aarch64\.so\.1)$/);
  const glibc = versions.find(({ library }) => library === 'libc.so.6');
  assert.match(glibc?.version ?? '', /^GLIBC_2\.\d+$/);
  const pairs = versions.map(({ library, version }) => `${library} ${version.replace(/_.*/, '')}`);
  assert.equal(new Set(pairs).size, pairs.length, 'one version of each family');
  assert.equal(pairs.includes('libstdc++.so.6 GLIBCXX'), true);
});

test('refuses what is not a program', () => {
  assert.throws(() => readRequirements(import.meta.filename), /objdump .* exited 1/);
});

test('asks for the newest version of each library, and compares numbers, not text', () => {
  const versions = [
    { library: 'libc.so.6', version: 'GLIBC_2.9' },
    { library: 'libm.so.6', version: 'GLIBC_2.28' },
    { library: 'libpthread.so.0', version: 'GLIBC_2.3.4' },
    { library: 'libgcc_s.so.1', version: 'GCC_3.4' },
    { library: 'libstdc++.so.6', version: 'CXXABI_1.3.11' },
    { library: 'libstdc++.so.6', version: 'GLIBCXX_3.4.21' },
  ];
  assert.deepEqual(listDebianLibraries({ loader: '', versions }), [
    'libc6 (>= 2.28)',
    'libgcc-s1 (>= 3.4)',
    'libstdc++6 (>= 7)',
  ]);
});

test('a version of libstdc++ that it does not know is an error, not a dependency left out', () => {
  const versions = [{ library: 'libstdc++.so.6', version: 'GLIBCXX_3.4.99' }];
  assert.throws(() => listDebianLibraries({ loader: '', versions }), /GLIBCXX_3\.4\.99 is not known/);
});
