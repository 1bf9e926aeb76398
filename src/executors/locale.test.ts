import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LocaleAction } from '../core/action.ts';
import { createMemoryHost, type MemoryFile } from '../host/memory.ts';
import { locale } from './locale.ts';

const context = { commandTimeoutMs: 0, instanceDirectory: '', environment: {}, stepId: 's' };
const generator = { list: '/etc/locale.gen', tool: 'locale-gen' };
const german: LocaleAction = { kind: 'locale', name: 'de_DE.UTF-8', path: '/etc/default/locale', generator };
const supported = 'C.UTF-8 UTF-8\nde_AT ISO-8859-1\nde_DE.UTF-8 UTF-8\nde_DE ISO-8859-1\nes_ES@euro ISO-8859-15\n';

/** A guest whose locale-gen makes what its list says, but for `broken` names. */
function makeGuest(given: { files?: Record<string, MemoryFile>; tools?: readonly string[]; broken?: string } = {}) {
  const { tools = ['locale', 'locale-gen'], broken } = given;
  const made = ['C', 'POSIX', 'C.utf8'];
  const guest = createMemoryHost({
    files: {
      '/usr/share/i18n/SUPPORTED': supported,
      '/etc/locale.gen': '# a list\n# de_DE.UTF-8 UTF-8\n# fr_FR.UTF-8 UTF-8\n',
      '/etc/default/locale': 'LANGUAGE=x\nLANG=C.UTF-8\n',
      ...given.files,
    },
    which: (name) => (tools.includes(name) ? `/usr/bin/${name}` : undefined),
    run: (argv) => {
      if (argv[0] === 'locale') return { stdout: `${made.join('\n')}\n` };
      const list = new TextDecoder().decode(guest.files.get('/etc/locale.gen')?.content);
      for (const line of list.split('\n')) {
        const [name = ''] = line.split(' ');
        if (!line.startsWith('#') && name !== '' && name !== broken) made.push(name.replace('UTF-8', 'utf8'));
      }
      return {};
    },
  });
  const read = (path: string): string => new TextDecoder().decode(guest.files.get(path)?.content);
  return { ...guest, read };
}

describe('locale', () => {
  it('is made and set once', async () => {
    const { host, read, commands } = makeGuest();
    assert.equal(locale.inspect(german, host).state, 'differs');
    await locale.apply(german, host, context);
    assert.equal(read('/etc/locale.gen'), '# a list\nde_DE.UTF-8 UTF-8\n# fr_FR.UTF-8 UTF-8\n');
    assert.equal(read('/etc/default/locale'), 'LANGUAGE=x\nLANG=de_DE.UTF-8\n');
    assert.equal(locale.inspect(german, host).state, 'same');
    assert.equal(commands.filter(({ argv }) => argv[0] === 'locale-gen').length, 1);
  });

  it('finds the character set of a name that says none, and adds what the list lacks', async () => {
    const { host, read } = makeGuest();
    await locale.apply({ ...german, name: 'es_ES@euro' }, host, context);
    assert.match(read('/etc/locale.gen'), /^es_ES@euro ISO-8859-15$/m);
  });

  it('takes another spelling of a locale that is there', async () => {
    const { host, read, commands } = makeGuest();
    await locale.apply({ ...german, name: 'C.UTF-8' }, host, context);
    assert.match(read('/etc/default/locale'), /^LANG=C\.UTF-8$/m);
    assert.ok(commands.every(({ argv }) => argv[0] === 'locale'));
  });

  it('writes behind a link, also one whose target is not there yet', async () => {
    const { host, read, files } = makeGuest({ files: { '/etc/default/locale': { target: '../locale.conf' } } });
    await locale.apply(german, host, context);
    assert.equal(read('/etc/locale.conf'), 'LANG=de_DE.UTF-8\n');
    assert.equal(files.get('/etc/default/locale')?.kind, 'symlink');
  });

  const failures: readonly [name: string, given: Parameters<typeof makeGuest>[0], action: LocaleAction, RegExp][] = [
    ['no tool', { tools: ['locale'] }, german, /^locale-gen: command not found; de_DE\.UTF-8 cannot be made/],
    ['no such locale', {}, { ...german, name: 'xx_XX.UTF-8' }, /^xx_XX\.UTF-8: no locale that locale-gen could make/],
    ['a tool that fails in silence', { broken: 'de_DE.UTF-8' }, german, /locale-gen has not made it/],
    ['locales in packages', {}, { kind: 'locale', name: 'de_DE', path: '/etc/locale.conf' }, /no such locale/],
  ];
  for (const [name, given, action, message] of failures)
    it(`LANG stays: ${name}`, async () => {
      const { host, read } = makeGuest(given);
      await assert.rejects(async () => locale.apply(action, host, context), { message });
      assert.match(read('/etc/default/locale'), /^LANG=C\.UTF-8$/m);
      assert.equal(host.stat('/etc/locale.conf'), undefined);
    });
});
