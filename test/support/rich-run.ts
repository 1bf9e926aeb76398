// A run in which everything happens that a report has to tell: guesses, changed files, users, commands that work, fail, take long and
// print what a page must not obey, a failure with what depends on it, unknown keys.

import type { DriveTree } from './drive.ts';
import { ec2Tree, publicKey } from './instances.ts';

/** What a command prints and a file is called, to be shown and never to be obeyed. */
export const hostile = {
  markup: '<script>document.title="owned"</script><img src=http://192.0.2.1/x.png onerror=alert(1)>',
  bidi: 'safe\u202egnp.exe',
  escape: '\u001b[2J\u001b]0;owned\u0007',
} as const;

const userData = `#cloud-config
hostname: web-1
timezone: Europe/Berlin
run_cmd: [forgotten]
users:
  - default
  - {name: ops, gecos: Operators, groups: [adm], shell: /bin/sh, sudo: "ALL=(ALL) NOPASSWD:ALL", ssh_authorized_keys: ["${publicKey}"]}
  - {name: twin, uid: 0, ssh_authorized_keys: ["${publicKey}"]}
write_files:
  - {path: /etc/motd, content: "Welcome to web-1.\\nAsk ops before you change anything.\\n"}
  - {path: /etc/app/app.conf, permissions: "0640", content: "password = hunter2\\n"}
  - {path: /etc/app/limits.conf, content: "workers = 8\\nqueue = 1024\\n"}
  - {path: ${JSON.stringify(`/srv/<b>${hostile.bidi}</b>.txt`)}, content: ${JSON.stringify(`${hostile.markup}\n`)}}
runcmd:
  - [sh, -c, "sleep 0.4; echo Reading package lists...; echo Setting up nginx 1.22.1-9 ..."]
  - systemctl start ngnix
  - echo 'Unit ngnix.service not found.' >&2; exit 5
  - printf '%s\\n' ${JSON.stringify(hostile.markup)}; printf '\\033[31mred\\033[0m \\033]0;owned\\007\\n'; sleep 0.1
  - for i in $(seq 1 60); do echo "line $i of a long log that says the same thing again and again, wider than any phone is"; done
  - [touch, /root/done]
`;

/** Scenario A with user_data. */
export function richTree(): DriveTree {
  return { ...ec2Tree(), 'ec2/latest/user-data': userData };
}
