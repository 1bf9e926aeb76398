import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Secret } from '../core/secret.ts';
import { createMemoryHost, type MemoryFile } from '../host/memory.ts';
import { debconf, parseSelections } from './debconf.ts';
import type { ApplyContext } from './executor.ts';

const context: ApplyContext = { commandTimeoutMs: 1, instanceDirectory: '/x', environment: {}, stepId: 'x' };
const action = (text: string) => ({ kind: 'debconf', selections: new Secret(text) }) as const;

const known: Record<string, MemoryFile> = {
  '/var/cache/debconf/config.dat':
    'Name: tzdata/Areas\nTemplate: tzdata/Areas\nValue: Europe\nOwners: tzdata, other\nFlags: seen\n\nName: postfix/mailname\nTemplate: postfix/mailname\nValue: old\nOwners: postfix\n',
  '/var/cache/debconf/passwords.dat':
    'Name: db/password\nTemplate: db/password\nValue: hunter2\nOwners: db\nFlags: seen\n',
  '/var/lib/dpkg/status': 'Package: tzdata\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n',
};

describe('answers', () => {
  it('are lines of four words, the last of which goes on', () => {
    assert.deepEqual(
      parseSelections(
        '# no\n\na a/b select Internet Site\n  c c/d string\ne e/f multiselect x, \\\n y\nshort line\n',
      ).map((one) => Object.values(one).join('|')),
      ['a|a/b|Internet Site', 'c|c/d|', 'e|e/f|x,  y'],
    );
  });

  const looks: readonly [text: string, state: string][] = [
    ['tzdata tzdata/Areas select Europe', 'same'],
    ['other tzdata/Areas select Europe', 'same'],
    ['db db/password password hunter2', 'same'],
    ['tzdata tzdata/Areas select Asia', 'differs'],
    ['third tzdata/Areas select Europe', 'differs'],
    // Known, but the package would ask all the same.
    ['postfix postfix/mailname string old', 'differs'],
  ];
  for (const [text, state] of looks)
    it(`${text}: ${state}`, () => {
      const { host } = createMemoryHost({ files: known });
      const found = debconf.inspect(action(text), host);
      assert.equal(found.state, state);
      assert.doesNotMatch(JSON.stringify(found), /hunter2|Asia/);
    });

  it('reach the tool by standard input alone, and installed packages are named', () => {
    const { host, commands } = createMemoryHost({ files: known });
    const text = 'tzdata tzdata/Areas select Asia\ndb db/password password other';
    const applied = debconf.apply(action(text), host, context);
    assert.deepEqual(commands, [{ argv: ['/usr/sbin/debconf-set-selections'], input: `${text}\n` }]);
    assert.deepEqual(applied, { message: 'tzdata: installed already, asked again by dpkg-reconfigure alone' });
  });

  it('are not in what a failure says', () => {
    const { host } = createMemoryHost({ run: () => ({ status: 1, stderr: 'error: Cannot parse line: hunter2' }) });
    assert.throws(() => void debconf.apply(action('a b c hunter2'), host, context), /debconf-set-selections exited 1$/);
    const bare = createMemoryHost({ which: () => undefined }).host;
    assert.throws(() => void debconf.apply(action('a b c d'), bare, context), /not on this guest \(package debconf\)/);
  });
});
