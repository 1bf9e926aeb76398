// cloud-config documents for both agents, each about a few keys. Keys that a name server, a mirror or a second disk would be needed for are
// tested where these are.

import { gzipSync } from 'node:zlib';
import { publicKey } from '../../support/instances.ts';

const otherPublicKey = publicKey.replace('launch@test', 'other@test').replace('IOMq', 'IOMr');

/** crypt(3) of a word that nobody uses. */
const hash = '$6$fX3kqJ2l$Wx9mZ0nqg4r6Jq5z4m5m3m8Yw1lY6l9Q8B6uQm2m3rZ4nKq8oQ1m5aV7c9d0e1f2g3h4i5j6k7l8m9n0o1p2q3';

const zipped = gzipSync('hello\n').toString('base64');
const files = (list: string): string => `write_files:\n${list}`;
const users = (list: string): string => `users:\n${list}`;

/** By name; the text after the first line. */
export const documents: Readonly<Record<string, string>> = {
  nothing: '{}\n',
  // Accounts
  'user: default': users('  - default\n'),
  'user: default and another': users('  - default\n  - name: ops\n'),
  'user: none': 'users: []\n',
  'user: name alone': users('  - name: ops\n'),
  'user: a word': users('  - default\n  - ops\n'),
  'user: words': 'users: ops, dev\n',
  'user: a map': 'users: {ops: true, dev: false}\n',
  'user: every field': users(
    '  - name: ops\n    gecos: Operations, Room 1\n    homedir: /srv/ops\n    shell: /bin/bash\n    uid: 4321\n    groups: [audio, video]\n    expiredate: "2031-04-01"\n    inactive: "12"\n',
  ),
  'user: primary group': users('  - name: ops\n    primary_group: users\n    groups: audio\n'),
  'user: primary group that is new': 'groups: [crew]\nusers:\n  - name: ops\n    primary_group: crew\n',
  'user: groups that are new': users('  - name: ops\n    groups: crew, deck\n'),
  'user: no user group': users('  - name: ops\n    no_user_group: true\n'),
  'user: no home': users('  - name: ops\n    no_create_home: true\n'),
  'user: system': users('  - name: daemon1\n    system: true\n    shell: /usr/sbin/nologin\n'),
  'user: system with home': users('  - name: daemon1\n    system: true\n    no_create_home: false\n'),
  'user: locked': users('  - name: ops\n    lock_passwd: true\n'),
  'user: hash': users(`  - name: ops\n    passwd: ${hash}\n`),
  'user: hash, unlocked': users(`  - name: ops\n    lock_passwd: false\n    passwd: ${hash}\n`),
  'user: hashed_passwd': users(`  - name: ops\n    lock_passwd: false\n    hashed_passwd: ${hash}\n`),
  'user: plain_text_passwd': users('  - name: ops\n    lock_passwd: false\n    plain_text_passwd: Tr0ub4dor\n'),
  'user: that is there': users('  - name: games\n    groups: audio\n    gecos: Not Played\n'),
  'user: that is there, with a password': users(`  - name: games\n    lock_passwd: false\n    passwd: ${hash}\n`),
  'user: sudo, one rule': users('  - name: ops\n    sudo: ALL=(ALL) NOPASSWD:ALL\n'),
  'user: sudo, a list': users('  - name: ops\n    sudo: ["ALL=(ALL) NOPASSWD: /bin/ls", "ALL=(root) /bin/cat"]\n'),
  'user: sudo, false': users('  - name: ops\n    sudo: false\n'),
  'user: keys': users(`  - name: ops\n    ssh_authorized_keys: ["${publicKey}", "${otherPublicKey}"]\n`),
  'user: key as a word': users(`  - name: ops\n    ssh_authorized_keys: ${publicKey}\n`),
  'user: keys of the instance redirected': users('  - default\n  - name: ops\n    ssh_redirect_user: true\n'),
  groups: 'groups: [crew, deck]\n',
  'groups: with members': 'groups:\n  - crew: [games, news]\n  - deck\n',
  'groups: a map': 'groups: {crew: [games], audio: [news]}\n',
  'groups: words': 'groups: crew, deck\n',
  'groups and users': `groups: [crew]\n${users('  - name: ops\n    groups: [crew]\n')}`,
  // Passwords
  'password of the default user': 'password: Tr0ub4dor\nchpasswd: {expire: false}\n',
  'password that must be changed': 'password: Tr0ub4dor\n',
  'chpasswd: list': `users: [{name: ops, lock_passwd: false}]\nchpasswd:\n  expire: false\n  list: |\n    ops:Tr0ub4dor\n    games:${hash}\n`,
  'chpasswd: list that must be changed': 'users: [{name: ops}]\nchpasswd:\n  list: ["ops:Tr0ub4dor"]\n',
  'chpasswd: users': `users: [{name: ops}, {name: dev}]\nchpasswd:\n  expire: false\n  users:\n    - {name: ops, password: Tr0ub4dor, type: text}\n    - {name: dev, password: "${hash}"}\n`,
  'ssh_pwauth: true': 'ssh_pwauth: true\n',
  'ssh_pwauth: false': 'ssh_pwauth: false\n',
  'ssh_pwauth: unchanged': 'ssh_pwauth: unchanged\n',
  // Keys
  ssh_authorized_keys: `ssh_authorized_keys: ["${otherPublicKey}"]\n`,
  'ssh_authorized_keys with a list of users': `ssh_authorized_keys: ["${otherPublicKey}"]\nusers: [default, {name: ops}]\n`,
  'disable_root: false': 'disable_root: false\n',
  'disable_root: true': 'disable_root: true\n',
  disable_root_opts: 'disable_root_opts: no-pty,command="echo no"\n',
  // Files
  'file: plain': files('  - {path: /etc/one.conf, content: "a\\nb\\n"}\n'),
  'file: block': files('  - path: /etc/one.conf\n    content: |\n      a\n        b\n'),
  'file: mode and owner': files('  - {path: /srv/x, content: x, permissions: "0640", owner: "games:audio"}\n'),
  'file: mode as a number': files('  - {path: /srv/x, content: x, permissions: 0600}\n'),
  'file: owner alone': files('  - {path: /srv/x, content: x, owner: games}\n'),
  'file: base64': files('  - {path: /srv/x, content: aGVsbG8K, encoding: b64}\n'),
  'file: gzip': files(`  - {path: /srv/x, content: !!binary "${zipped}", encoding: gzip}\n`),
  'file: gzip and base64': files(`  - {path: /srv/x, content: "${zipped}", encoding: gz+b64}\n`),
  'file: append': files('  - {path: /etc/motd, content: "more\\n", append: true}\n'),
  'file: empty': files('  - {path: /srv/empty}\n'),
  'file: in new folders': files('  - {path: /srv/a/b/c, content: x}\n'),
  'file: deferred, of a new user': `${users('  - name: ops\n')}${files('  - {path: /home/ops/x, content: x, owner: "ops:ops", defer: true}\n')}`,
  'file: twice': files('  - {path: /srv/x, content: a}\n  - {path: /srv/x, content: b}\n'),
  'file: executable': files('  - {path: /usr/local/bin/x, content: "#!/bin/sh\\n", permissions: "0755"}\n'),
  // Names
  hostname: 'hostname: node7\n',
  'hostname with a domain': 'hostname: node7.example.net\n',
  fqdn: 'fqdn: node7.example.net\n',
  'hostname and fqdn': 'hostname: node7\nfqdn: other.example.net\n',
  prefer_fqdn_over_hostname: 'prefer_fqdn_over_hostname: true\nhostname: node7\nfqdn: node7.example.net\n',
  preserve_hostname: 'preserve_hostname: true\nhostname: node7\n',
  'manage_etc_hosts: true': 'manage_etc_hosts: true\nfqdn: node7.example.net\n',
  'manage_etc_hosts: localhost': 'manage_etc_hosts: localhost\nfqdn: node7.example.net\n',
  'manage_etc_hosts: false': 'manage_etc_hosts: false\nfqdn: node7.example.net\n',
  timezone: 'timezone: Asia/Tokyo\n',
  // Commands
  bootcmd: 'bootcmd:\n  - echo one > /srv/one\n  - [sh, -c, "echo $0 two > /srv/two"]\n',
  runcmd: 'runcmd:\n  - echo one > /srv/one\n  - [touch, "/srv/with space"]\n',
  'runcmd: that fails': 'runcmd:\n  - "false"\n  - echo on > /srv/on\n',
  'runcmd: that uses what was made': `${users('  - name: ops\n')}${files('  - {path: /srv/x, content: x}\n')}runcmd: [id ops > /srv/id, cat /srv/x /srv/x > /srv/y]\n`,
  'runcmd: that uses what was made, late': `${users('  - name: ops\n')}runcmd: [id -un ops > /srv/id]\n`,
  // Settings and disks
  locale: 'locale: C.UTF-8\n',
  'locale: false': 'locale: false\n',
  'mounts: a line': 'mounts:\n  - [LABEL=data, /srv/data, ext4, "defaults,nofail", "0", "2"]\n',
  'mounts: defaults':
    'mounts:\n  - ["UUID=5a1ab1e0-0000-4000-8000-000000000001", /srv/data]\nmount_default_fields: [None, None, auto, "defaults,nofail", "0", "2"]\n',
  'mounts: network': 'mounts:\n  - ["server.example.net:/export", /srv/nfs, nfs, "noauto,ro"]\n',
  'apt: a source': 'apt:\n  sources:\n    site.list: {source: "deb http://deb.example.net/debian bookworm main"}\n',
  'apt: preserve': 'apt: {preserve_sources_list: true}\n',
  'apt: conf and proxy':
    'apt:\n  conf: |\n    APT::Install-Recommends "0";\n  http_proxy: http://proxy.example.net:3128/\n',
  'apt: debconf':
    'apt:\n  preserve_sources_list: true\n  debconf_selections: {one: "tzdata tzdata/Areas select Asia"}\n',
  ca_certs: 'ca_certs: {remove_defaults: false}\n',
  random_seed: 'random_seed: {file: /srv/seed, data: abc, encoding: raw}\n',
  rsyslog: 'rsyslog:\n  configs:\n    - "*.* @192.0.2.1"\n',
  keyboard: 'keyboard: {layout: de}\n',
};
