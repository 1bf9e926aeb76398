// What people have typed.

import type { LeftoverClass } from '../leftover.ts';
import { definePaths } from '../path-class.ts';

export const shellHistory: LeftoverClass = definePaths({
  name: 'shell-history',
  why: 'may hold names, addresses and passwords',
  rules: [
    {
      paths: [
        '~/.bash_history',
        '~/.zsh_history',
        '~/.zhistory',
        '~/.ash_history',
        '~/.sh_history',
        '~/.ksh_history',
        '~/.history',
        '~/.local/share/fish/fish_history',
        '~/.python_history',
        '~/.node_repl_history',
        '~/.irb_history',
        '~/.mysql_history',
        '~/.psql_history',
        '~/.sqlite_history',
        '~/.rediscli_history',
        '~/.dbshell',
        '~/.lesshst',
        '~/.viminfo',
        '~/.local/state/nvim/shada/main.shada',
        '~/.local/share/nano/search_history',
        '~/.wget-hsts',
      ],
      what: 'what somebody has typed',
    },
  ],
});
