// guest-init completion: a shell script for bash or zsh that asks guest-init itself for the words.

import type { CommandModule } from 'yargs';
import { writeOutput } from './standard-output.ts';

// What yargs cannot tell from a string: a test holds both lists equal to the options of --help that take one.
const pathOptions = [
  ...['--device', '--facts', '--file', '--html', '--output', '--root', '--source', '--ssh-key', '--svg', '--user-data'],
];
const textOptions = ['--address', '--dns', '--gateway', '--hostname', '--label', '--mac', '--timeout', '--uuid'];
/** Commands whose words are files. */
const fileCommands = ['validate *', 'drive build *'];

// yargs looks at SHELL, which names the login shell, to choose the form of its answer.
const ask = (shell: string, words: string): string =>
  `SHELL=${shell} ZSH_NAME='' guest-init --get-yargs-completions "${words}" 2>/dev/null`;

const scripts = {
  bash: `_guest_init() {
  local count=$((COMP_CWORD + 1)) current found
  local -a given=("\${COMP_WORDS[@]:0:COMP_CWORD + 1}") words=() plain=()
  # --option=value comes as three words.
  if [[ \${given[count - 1]} == = ]]; then
    given[count - 1]=
  elif ((count > 2)) && [[ \${given[count - 2]} == = ]]; then
    given=("\${given[@]:0:count - 2}" "\${given[count - 1]}")
    ((count -= 1))
  fi
  current=\${given[count - 1]}
  COMPREPLY=()
  case \${given[count - 2]} in
    ${pathOptions.join(' | ')})
      compopt -o default
      return
      ;;
    ${textOptions.join(' | ')}) return ;;
  esac
  mapfile -t words < <(${ask('bash', `\${given[@]}`)})
  # Options only where there is nothing else to say, or where they are asked for.
  if [[ $current != -* ]]; then
    for found in "\${words[@]}"; do [[ $found == -* ]] || plain+=("$found"); done
    if ((\${#plain[@]} > 0)) || [[ "\${given[*]:1}" == @(${fileCommands.join('|')}) ]]; then words=("\${plain[@]}"); fi
  fi
  mapfile -t COMPREPLY < <(compgen -W "\${words[*]}" -- "$current")
  ((\${#COMPREPLY[@]} > 0)) || [[ $current == -* ]] || compopt -o default
}
complete -F _guest_init guest-init
`,
  zsh: `#compdef guest-init
_guest-init() {
  local current
  local -a given found plain
  given=("\${(@)words[1,CURRENT]}")
  if [[ $given[-1] == --*=* ]]; then
    given=("\${(@)given[1,-2]}" "\${given[-1]%%=*}" "\${given[-1]#*=}")
    compset -P '*='
  fi
  current=$given[-1]
  case $given[-2] in
    (${pathOptions.join('|')}) _files; return ;;
    (${textOptions.join('|')}) return 1 ;;
  esac
  found=("\${(@f)$(${ask('zsh', `\${(@)given}`)})}")
  found=("\${(@)found:#}")
  if [[ $current != -* ]]; then
    plain=("\${(@)found:#-*}")
    if (( $#plain )) || [[ "\${(j: :)given[2,-1]}" == (${fileCommands.join('|')}) ]]; then found=("\${(@)plain}"); fi
  fi
  if (( $#found )); then _describe guest-init found; elif [[ $current != -* ]]; then _files; fi
}
# Autoloaded from a folder of $fpath this file is the function's body; sourced, it has to say what the function is for.
if [[ $funcstack[1] == _guest-init ]]; then
  _guest-init "$@"
else
  compdef _guest-init guest-init
fi
`,
} as const;

export const completionCommand: CommandModule<object, { shell: keyof typeof scripts }> = {
  command: 'completion [shell]',
  describe: 'Print a completion script: guest-init completion bash > /etc/bash_completion.d/guest-init',
  builder: (parser) =>
    parser.positional('shell', {
      choices: ['bash', 'zsh'] as const,
      default: 'bash' as const,
      describe: 'Which shell',
    }) as never,
  handler: ({ shell }) => {
    writeOutput(scripts[shell]);
  },
};
