// guest-init completion: a shell script for bash or zsh that asks guest-init itself for the words.

import type { CommandModule } from 'yargs';

const scripts = {
  bash: `_guest_init() {
  local words
  mapfile -t words < <(guest-init --get-yargs-completions "\${COMP_WORDS[@]}" 2>/dev/null)
  mapfile -t COMPREPLY < <(compgen -W "\${words[*]}" -- "\${COMP_WORDS[COMP_CWORD]}")
  [ \${#COMPREPLY[@]} -gt 0 ] || compopt -o default
}
complete -F _guest_init guest-init
`,
  zsh: `#compdef guest-init
_guest_init() {
  local -a words_found
  words_found=("\${(@f)$(guest-init --get-yargs-completions "\${words[@]}" 2>/dev/null)}")
  compadd -- \${words_found%%:*} || _files
}
compdef _guest_init guest-init
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
    process.stdout.write(scripts[shell]);
  },
};
