// Completion as people meet it: the printed scripts in a real bash and zsh, against the built program, and both on a terminal.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { assertNothingLeft } from '../support/leftovers.ts';
import { bindProduct } from '../support/product.ts';
import { explainMissingRoots } from '../support/roots.ts';
import { type Sandbox, startSandbox } from '../support/sandbox.ts';

const missing = explainMissingRoots();

const commands = [
  ...['collect-logs', 'completion', 'drive', 'licences', 'plan', 'query', 'rehearse', 'report', 'run', 'sbom'],
  ...['schema', 'seal', 'status', 'undo', 'validate'],
];
/** Left to the shell's own completion of file names. */
const files = 'files';

/** Words before the cursor, the last one unfinished, and what is offered. */
const cases: readonly (readonly [string, readonly string[] | typeof files])[] = [
  ['', commands],
  ['r', ['rehearse', 'report', 'run']],
  ['--v', ['--version']],
  ['run --s', ['--source', '--stage']],
  ['run --stage ', ['early', 'late']],
  ['run --stage=', ['early', 'late']],
  ['run --stage=l', ['late']],
  ['run --stage early --st', []],
  ['run --source ', files],
  ['run --source=', files],
  ['plan --facts x', files],
  ['validate ', files],
  ['validate a.yaml ', files],
  ['validate --st', ['--strict']],
  ['report --html ', files],
  ['collect-logs --output ', files],
  ['query ho', ['hostname']],
  ['query --secret gate', ['gateway']],
  ['drive ', ['build']],
  ['drive build ', files],
  ['drive build x.iso --format ', ['iso', 'vfat']],
  ['drive build x.iso --address ', []],
  ['status --w', ['--wait']],
  ['seal --root ', files],
  ['seal --except le', ['leases']],
  ['completion ', ['bash', 'zsh']],
];

const [bashStub, zshStub] = [
  `source /root/guest-init.bash
compopt() { kind=files; }
while IFS= read -r line; do
  # As readline splits words: an equals sign is a word.
  COMP_LINE=$line; rest=\${line//=/ = }; read -ra COMP_WORDS <<<"guest-init $rest"
  [[ $line != '' && $line != *[\\ ] ]] || COMP_WORDS+=('')
  COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)) COMPREPLY=() kind=
  _guest_init guest-init "\${COMP_WORDS[COMP_CWORD]}" "\${COMP_WORDS[COMP_CWORD - 1]}"
  echo "$kind \${COMPREPLY[*]}"
done`,
  `compdef() { }
source /root/_guest-init
compset() { }
_files() { kind=files; }
_describe() { local name=$argv[-1] word; for word in "\${(@P)name}"; do [[ $word == $current* ]] && offered+=("\${word%%:*}"); done; }
while IFS= read -r line; do
  words=(guest-init "\${(@s: :)line}"); CURRENT=$#words; kind= offered=()
  _guest-init
  echo "$kind $offered"
done`,
];

describe('completion', { skip: missing }, () => {
  let box: Sandbox;
  before(async () => {
    box = await startSandbox({ root: 'bookworm-shells', binds: [bindProduct()] });
    await box.exec([
      'sh',
      '-c',
      'cd /root && guest-init completion bash >guest-init.bash && guest-init completion zsh >_guest-init',
    ]);
    // Terminals of its own.
    await box.exec([
      'sh',
      '-c',
      'mkdir /dev/pts && mount -t devpts -o newinstance,ptmxmode=666 devpts /dev/pts && ln -s pts/ptmx /dev/ptmx',
    ]);
    box.writeFile('/root/cases', cases.map(([line]) => `${line}\n`).join(''));
  });
  after(async () => {
    await box.close();
    assertNothingLeft();
  });

  it('bash script is clean by shellcheck', async () => {
    assert.equal(await box.exec(['shellcheck', '--shell=bash', '/root/guest-init.bash']), '');
  });

  for (const [shell, stub, login] of [
    ['bash', bashStub, '/bin/zsh'],
    ['zsh', zshStub, '/bin/bash'],
  ] as const) {
    it(`${shell} offers what fits, whatever the login shell is`, async () => {
      box.writeFile(`/root/ask.${shell}`, `${stub}\n`);
      // The login shell is another one: yargs would answer in its form.
      const said = await box.exec([shell, '-c', `source /root/ask.${shell} < /root/cases`], { env: { SHELL: login } });
      const lines = said.split('\n');
      const found = cases.map(([line], index) => {
        const [kind, ...words] = (lines[index] ?? '').split(' ');
        return [line, kind === files ? files : words.filter((word) => word !== '').sort()];
      });
      assert.deepEqual(found, cases, said);
    });
  }

  it('every option that takes a word has a kind: choices, a file, or free text', async () => {
    const script = box.readFile('/root/guest-init.bash');
    const lists = [...script.matchAll(/^ {4}(--[a-z-]+(?: \| --[a-z-]+)*)\)/gm)].flatMap(
      ([, list]) => list?.split(' | ') ?? [],
    );
    const taking = new Set<string>();
    for (const command of [...commands.filter((name) => name !== 'drive'), 'drive build']) {
      const help = (await box.exec(['guest-init', ...command.split(' '), '--help'])).split('\nExamples:')[0] ?? '';
      for (const [, option, rest] of help.matchAll(/^ +(?:-\w, )?(--[a-z-]+)((?:(?!^ +(?:-\w, )?--)[\s\S])*)/gm)) {
        if (/\[(?:string|array)\]/.test(rest ?? '') && !/\[choices/.test(rest ?? '')) taking.add(option ?? '');
      }
    }
    assert.deepEqual(lists.sort(), [...taking].sort());
  });

  // A terminal as script(1) gives it; what the shell writes there holds the completed line.
  for (const [shell, setUp] of [
    ['bash --norc --noprofile -i', 'source /root/guest-init.bash'],
    ['zsh -f -i', 'fpath=(/root $fpath); autoload -Uz compinit; compinit -u -D'],
    ['zsh -f -i', 'autoload -Uz compinit; compinit -u -D; source <(guest-init completion zsh)'],
  ] as const) {
    it(`on a terminal: ${setUp}`, async () => {
      const lines = [`cd /root; touch drive-folder; ${setUp}`, 'guest-init que\tho\t--source drive-f\t', 'exit'];
      // A line at a time: a shell that is still busy with the one before would take tabs for text.
      const typing = lines.map((line) => `sleep 1; printf '%s\\r' ${quote(line)}`).join('; ');
      const { stdout } = await box.run(
        ['sh', '-c', `{ ${typing}; sleep 1; } | TERM=dumb script -qec ${quote(shell)} /dev/null`],
        { timeoutMs: 20_000 },
      );
      // zsh takes back the space after a completed word with a backspace.
      const shown = stdout.replaceAll(' \b', '');
      assert.match(shown, /guest-init query hostname +--source drive-folder/, stdout);
    });
  }
});

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
