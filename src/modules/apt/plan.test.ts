import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { packages } from '../packages/index.ts';
import { type CaseInput, listProblems, planDocument } from '../write-files/testing/plan-case.ts';
import { apt } from './index.ts';

const key = '-----BEGIN PGP PUBLIC KEY BLOCK-----\\n\\nabcd\\n-----END PGP PUBLIC KEY BLOCK-----';
const noRelease: CaseInput = { facts: { os: { id: 'debian', idLike: [], prettyName: 'Debian' } } };

describe('apt: what is said', () => {
  const cases: readonly [name: string, body: string, problems: readonly RegExp[], steps: number, input?: CaseInput][] =
    [
      ['an unknown key', 'apt: {sourcs: {}, conf: "a;"}\n', [/unknown key "sourcs"; did you mean "sources"/], 1],
      ['no key block', 'apt: {sources: {a: {key: abc}}}\n', [/sources\.a\.key \| .*BEGIN PGP PUBLIC/], 0],
      ['no key id', 'apt: {sources: {a: {keyid: F1D0}}}\n', [/sources\.a\.keyid \| .*40 hex digits/], 0],
      [
        'a key id that YAML reads as a number',
        'apt: {sources: {a: {keyid: 12345678}}}\n',
        [/keyid.*in quotes.*number/],
        0,
      ],
      ['a short key id', 'apt: {sources: {a: {keyid: "F1D0F1D0"}}}\n', [/^warning .*keyid .*whole fingerprint/], 2],
      [
        'a key file without a key',
        'apt: {sources: {a: {source: "deb [signed-by=$KEY_FILE] http://x y"}}}\n',
        [/\$KEY_FILE stands for nothing/],
        0,
      ],
      ...[
        '"http://hunter2.example"',
        '""',
        '"Types: deb\\nURIs: hunter2\\nSuites: y\\nComponents: z\\n"',
        '"Types: deb\\nURIs: http://x\\nSuites: hunter2\\n"',
        '"Types: deb\\nURIs: http://x\\nSuites: ./\\nhunter2\\n"',
        '"deb http://hunter2"',
        '"deb http://x hunter2"',
        '"deb hunter2 y z"',
        '"deb http://x hunter2/ z"',
        '"rpm http://hunter2 y z"',
        '"deb http://x y z\\nhunter2"',
        '"Types: deb\\nSuites: hunter2\\n"',
        '"Types: hunter2\\nURIs: http://x\\nSuites: y\\nComponents: z\\n"',
        '"Types: deb\\nURIs: http://x\\nSuites: y\\nComponents: z\\n\\nURIs: http://x\\n"',
      ].map((source): [string, string, RegExp[], number] => [
        `a source that apt cannot read: ${source}`,
        `apt: {sources: {a: {source: ${source}}, b: {source: "deb http://x y z"}}}\n`,
        [/^error .*sources\.a\.source \| value \| .*left out/],
        2,
      ]),
      ...[
        '"# off"',
        '"deb http://x ./"',
        '"deb [arch=amd64 trusted=yes] http://x y z w # why"',
        '"deb cdrom:[Debian 12 x]/ y z"',
        '"# first\\n\\ndeb-src mirror+file:/etc/x y z\\r\\n"',
        '"Types: deb deb-src\\nURIs: http://x\\nSuites: y\\nComponents: z\\n"',
        '"# why\\n\\nTypes: deb\\nURIs:\\n http://x\\nSuites: ./\\n"',
      ].map((source): [string, string, RegExp[], number] => [
        `a source that apt can read: ${source}`,
        `apt: {sources: {a: {source: ${source}}}}\n`,
        [],
        2,
      ]),
      [
        'an unknown name',
        'apt: {sources: {a: {source: "deb $MIROR x y"}, b: {source: "deb http://x y z"}}}\n',
        [/^error .*sources\.a\.source .*\$MIROR stands/],
        2,
      ],
      [
        'a guest without a release',
        'apt: {sources: {a: {source: "deb http://x $RELEASE y"}}}\n',
        [/\$RELEASE stands/],
        0,
        noRelease,
      ],
      [
        'nothing to put a mirror in',
        'apt: {primary: [{arches: [default], uri: "http://x/y"}]}\n',
        [/^error .*missing .*names no release/],
        0,
        noRelease,
      ],
      [
        'a name that apt would not read',
        'apt: {sources: {a: {filename: "my repo.list", source: "deb http://x y z"}}}\n',
        [/^warning .*filename .*my-repo\.list/],
        2,
      ],
      [
        'a path upwards',
        'apt: {sources: {a: {filename: ../x, source: "deb http://x y z"}}}\n',
        [/filename .*without "\.\."/],
        0,
      ],
      [
        'a mirror that is no URI',
        'apt: {primary: [{arches: [default], uri: mirror}]}\n',
        [/primary\[0\]\.uri .*a URI such as/],
        0,
      ],
      ['a mirror of no architecture', 'apt: {primary: [{uri: "http://x/y"}]}\n', [/"arches" is missing/], 0],
      ['another architecture', 'apt: {primary: [{arches: [riscv64], uri: "http://x/y"}]}\n', [], 0],
      ['names of the domain', 'apt: {primary: [{arches: [default], search_dns: true}]}\n', [/^error .*search_dns/], 0],
      [
        'names of the domain beside others',
        'apt: {primary: [{arches: [default], uri: "http://x/y", search_dns: true}]}\n',
        [/^warning .*search_dns/],
        2,
      ],
      [
        'lists of mirrors',
        'apt: {generate_mirrorlists: true}\n',
        [/^warning .*generate_mirrorlists \| unsupported-key/],
        0,
      ],
      ['a proxy that would end the quotes', 'apt: {proxy: "http://x\\"; y"}\n', [/apt\.proxy .*a URL such as/], 0],
      [
        'no regular expression',
        'apt: {add_apt_repo_match: "(", sources: {a: {source: "ppa:x/y"}}}\n',
        [/^error .*add_apt_repo_match/],
        2,
      ],
      [
        'preserved',
        'apt: {preserve_sources_list: true, sources_list: "deb x y", disable_suites: [updates]}\n',
        [/^warning .*sources_list/, /^warning .*disable_suites/],
        0,
      ],
      [
        'a template inside',
        'apt: {sources_list: "## template:jinja\\ndeb {{mirror}} x y"}\n',
        [/^error .*unsupported-key \| a template inside/],
        0,
      ],
      [
        'half a selection',
        'apt: {debconf_selections: {a: "tzdata hunter2"}}\n',
        [/^error .*line 1: expected "package question/],
        0,
      ],
      ['a number for conf', 'apt: {conf: 3}\n', [/apt\.conf \| .*text/], 0],
    ];
  for (const [name, body, problems, count, input] of cases)
    it(name, () => {
      const { steps, diagnostics } = planDocument(apt, body, input);
      const said = listProblems(diagnostics);
      assert.equal(said.length, problems.length, said.join('\n'));
      for (const [index, problem] of problems.entries()) assert.match(said[index] ?? '', problem);
      assert.equal(steps.length, count, steps.map(({ id }) => id).join());
      assert.doesNotMatch(said.join('\n'), /hunter2|abcd/);
    });

  it('another family of distributions', () => {
    const { steps, diagnostics } = planDocument(apt, `apt: {sources: {a: {key: "${key}"}}}\n`, {
      facts: { packageManager: 'dnf' },
    });
    assert.deepEqual(steps, []);
    assert.match(listProblems(diagnostics).join('\n'), /^warning .*apt \| guest/);
  });

  it('packages that are asked for fetch the lists themselves', () => {
    const sources = 'apt: {sources: {a: {source: "deb http://x y z"}}}\n';
    const list = (more: string): string[] =>
      planDocument(apt, sources + more, { neighbours: [packages] }).steps.map(({ id }) => id);
    assert.deepEqual(list(''), ['apt/source/a.list', 'apt/update']);
    for (const more of ['packages: [b]\n', 'package_update: true\n', 'package_upgrade: true\n'])
      assert.deepEqual(list(more), ['apt/source/a.list']);
    assert.deepEqual(list('packages: []\n'), ['apt/source/a.list', 'apt/update']);
  });

  it('no password stands in a step that is shown', () => {
    const body =
      'apt: {proxy: "http://u:hunter2@x", debconf_selections: {a: "p q password hunter2"}, sources: {a: {source: "deb http://u:hunter2@x y z"}}}\n';
    const { steps } = planDocument(apt, body);
    assert.equal(steps.length, 5);
    assert.doesNotMatch(JSON.stringify(steps), /hunter2/);
  });
});
