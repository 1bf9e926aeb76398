import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PasswordAction, UserAction } from '../../core/action.ts';
import { Secret } from '../../core/secret.ts';
import {
  debianFacts,
  type Given,
  launchKey,
  otherKey,
  type PlannedAccounts,
  planAccounts,
} from './testing/plan-accounts.ts';

const withKey: Given = { instance: { publicKeys: [launchKey] } };
const existingOps = {
  users: [...debianFacts.users, { name: 'ops', uid: 1000, gid: 1000, home: '/home/ops', shell: '/bin/bash' }],
};
const withDaemon = {
  users: [...debianFacts.users, { name: 'daemon', uid: 1, gid: 1, home: '/usr/sbin', shell: '/usr/sbin/nologin' }],
};
const hash = '$6$abc$0123456789';
const debianUser = {
  kind: 'user',
  name: 'debian',
  gecos: 'Debian',
  shell: '/bin/bash',
  groups: ['audio', 'netdev', 'plugdev', 'sudo', 'video'],
  createHome: true,
};

function user(plan: PlannedAccounts, name: string): UserAction | undefined {
  const action = plan.actions.get(`users/${name}`);
  return action?.kind === 'user' ? action : undefined;
}

function password(plan: PlannedAccounts, name: string): PasswordAction | undefined {
  const action = plan.actions.get(`users/${name}/password`);
  return action?.kind === 'password' ? action : undefined;
}

function sudoers(plan: PlannedAccounts): string[] {
  const actions = [...plan.actions].filter(([id]) => id.endsWith('/sudo')).map(([, action]) => action);
  return actions.flatMap((action) =>
    action.kind === 'file' ? String(action.content).trim().split('\n').slice(1) : [],
  );
}

type Case = [title: string, given: Given, check: (plan: PlannedAccounts) => void];

const ids = (plan: PlannedAccounts): string[] => plan.steps.map(({ id }) => id);

const defaultUserCases: Case[] = [
  ['nothing asked: nobody is made', {}, (plan) => assert.deepEqual(ids(plan), [])],
  [
    'a launch key makes the default user, with the groups that exist and sudo',
    withKey,
    (plan) => {
      assert.deepEqual(ids(plan), [
        'users/debian',
        'users/debian/sudo',
        'ssh_authorized_keys/debian/metadata',
        'ssh_authorized_keys/root/metadata',
      ]);
      assert.deepEqual(user(plan, 'debian'), debianUser);
      assert.deepEqual(sudoers(plan), ['debian ALL=(ALL) NOPASSWD:ALL']);
    },
  ],
  [
    'root-equivalent groups and cdrom are never given by default',
    {
      ...withKey,
      facts: {
        groups: ['adm', 'disk', 'docker', 'lxd', 'cdrom', 'sudo'].map((name, gid) => ({ name, gid, members: [] })),
      },
    },
    (plan) => assert.deepEqual(user(plan, 'debian')?.groups, ['sudo']),
  ],
  [
    'a password alone makes the default user',
    { document: 'password: sesame-open\n' },
    (plan) => assert.deepEqual(ids(plan), ['users/debian', 'users/debian/sudo', 'passwords/debian']),
  ],
  [
    'keys of the document make the default user',
    { document: `ssh_authorized_keys: ["${launchKey}"]\n` },
    (plan) => assert.ok(user(plan, 'debian')),
  ],
  ['chpasswd alone does not', { document: 'chpasswd: {expire: false}\n' }, (plan) => assert.deepEqual(ids(plan), [])],
  [
    'allow_public_ssh_keys false leaves the launch key out',
    { ...withKey, document: 'allow_public_ssh_keys: false\n' },
    (plan) => assert.deepEqual(ids(plan), []),
  ],
  [
    'admin_pass makes it only where the image allows that',
    { instance: { adminPassword: new Secret('nova') } },
    (plan) => assert.deepEqual(ids(plan), []),
  ],
  [
    'admin_pass with the policy',
    { instance: { adminPassword: new Secret('nova') }, policy: { admin_pass: true } },
    (plan) => assert.deepEqual(ids(plan), ['users/debian', 'users/debian/sudo', 'passwords/debian']),
  ],
  [
    'the policy names another default user',
    { ...withKey, policy: { default_user: 'cloud' } },
    (plan) => assert.deepEqual(user(plan, 'cloud'), { ...debianUser, name: 'cloud' }),
  ],
  [
    'the policy names root: no account, no sudo, plain keys',
    { ...withKey, policy: { default_user: 'root' } },
    (plan) => {
      assert.deepEqual(ids(plan), ['ssh_authorized_keys/root/metadata']);
      assert.deepEqual(plan.actions.get('ssh_authorized_keys/root/metadata'), {
        kind: 'authorizedKeys',
        user: 'root',
        keys: [launchKey],
        block: 'metadata',
      });
    },
  ],
  [
    'Flatcar: core',
    { ...withKey, facts: { os: { id: 'flatcar', idLike: ['coreos'], prettyName: 'Flatcar' } } },
    (plan) => assert.equal(user(plan, 'core')?.gecos, 'Core User'),
  ],
  [
    'a CoreOS document: core, where the guest has that user',
    {
      ...withKey,
      document: 'coreos: {}\n',
      facts: { users: [{ name: 'core', uid: 500, gid: 500, home: '/home/core', shell: '/bin/bash' }] },
    },
    (plan) => assert.deepEqual(ids(plan), ['ssh_authorized_keys/core/metadata', 'ssh_authorized_keys/root/metadata']),
  ],
  [
    'a CoreOS document: core, where the document makes it, whatever comes first',
    { ...withKey, document: 'coreos: {}\nusers: [ops, {name: core, primary-group: wheel}]\n' },
    (plan) => {
      assert.ok(plan.actions.has('ssh_authorized_keys/core/metadata'));
      assert.equal(plan.actions.has('users/debian'), false);
      assert.equal(user(plan, 'core')?.primaryGroup, 'wheel');
    },
  ],
  [
    'a CoreOS document: the default user, where there is no core',
    { ...withKey, document: 'coreos: {}\n' },
    (plan) => assert.ok(plan.actions.has('ssh_authorized_keys/debian/metadata')),
  ],
  [
    'keys from elsewhere, as CoreOS documents name them',
    {
      document:
        'coreos: {}\nusers: [{name: ops, coreos-ssh-import-github: octo-cat, coreos_ssh_import_github_users: [hubot, octo-cat], coreos_ssh_import_url: "https://keys.example/ops?t=1"}]\n',
    },
    (plan) => {
      assert.deepEqual(ids(plan), [
        ...['users/ops', 'ssh_import_id/ops/gh:octo-cat', 'ssh_import_id/ops/gh:hubot', 'coreos_ssh_import_url/ops'],
      ]);
      assert.deepEqual(plan.actions.get('coreos_ssh_import_url/ops'), {
        ...{ kind: 'importKeys', user: 'ops', from: { site: 'url', url: 'https://keys.example/ops?t=1' } },
      });
      assert.equal(plan.problems.filter((line) => /note .*deprecated/.test(line)).length, 3, plan.problems.join());
    },
  ],
  [
    'keys by http, and of names that are none, cost their entry',
    {
      document:
        'coreos: {}\nusers: [{name: a, coreos_ssh_import_url: "http://x"}, {name: b, coreos_ssh_import_github: "a/b"}, {name: c, no_create_home: true, coreos_ssh_import_github: d}]\n',
    },
    (plan) => {
      assert.deepEqual(ids(plan), ['users/c']);
      assert.match(
        plan.problems.join('\n'),
        /an https URL: by http anybody could answer[\s\S]*a name on GitHub[\s\S]*no home/,
      );
    },
  ],
  [
    'core is nobody special in another document',
    { ...withKey, document: 'users: [ops, core]\n' },
    (plan) => assert.ok(plan.actions.has('ssh_authorized_keys/ops/metadata')),
  ],
  [
    'users: [default]',
    { document: 'users: [default]\n' },
    (plan) => assert.deepEqual(ids(plan), ['users/debian', 'users/debian/sudo']),
  ],
  [
    'users without default: the first one receives, the default user is not made',
    { ...withKey, document: 'users: [ops, dev]\n' },
    (plan) =>
      assert.deepEqual(ids(plan), [
        'users/ops',
        'users/dev',
        'ssh_authorized_keys/ops/metadata',
        'ssh_authorized_keys/root/metadata',
      ]),
  ],
  [
    'the first one that can hold keys',
    { ...withKey, document: 'users: [{name: svc, system: true}, ops]\n' },
    (plan) => assert.ok(plan.actions.has('ssh_authorized_keys/ops/metadata')),
  ],
  [
    'users: [] leaves keys without an owner, and says so',
    { ...withKey, document: 'users: []\n' },
    (plan) => {
      assert.deepEqual(ids(plan), ['ssh_authorized_keys/root/metadata']);
      assert.match(
        plan.problems.join('\n'),
        /^user_data:2:1 warning users: there is no user to receive .*: `users` asks for nobody/,
      );
    },
  ],
  ...['users: {ops: false}', 'users: {default: false}', 'users: {ops: "no"}'].map(
    (document): Case => [
      `${document}: nobody is asked for, and nobody stands in`,
      { ...withKey, document: `${document}\n` },
      (plan) => {
        assert.deepEqual(ids(plan), ['ssh_authorized_keys/root/metadata']);
        assert.match(plan.problems.join('\n'), /warning users: there is no user .*: `users` asks for nobody/);
        assert.doesNotMatch(plan.problems.join('\n'), / error /);
      },
    ],
  ),
  [
    'one user without its dash: the error says what to put where',
    { ...withKey, document: 'users:\n  sudo: ALL=(ALL) ALL\n  name: ops\n' },
    (plan) =>
      assert.match(
        plan.problems[0] ?? '',
        /^user_data:2:1 error users: expected a list of users: put "- " before name, found a map/,
      ),
  ],
  [
    'users that have the names of fields are users where maps describe them',
    { document: 'users: {system: {gecos: System}, sudo: {}}\n' },
    (plan) => assert.deepEqual(ids(plan), ['users/system', 'users/sudo']),
  ],
  [
    'a user dropped for a fault receives nothing; the next one does',
    { ...withKey, document: 'users: [{name: ops, gecos: "a:b"}, dev]\npassword: sesame\n' },
    (plan) => {
      assert.deepEqual(ids(plan), [
        'users/dev',
        'ssh_authorized_keys/dev/metadata',
        'ssh_authorized_keys/root/metadata',
        'passwords/dev',
      ]);
      assert.equal(plan.problems.length, 1, plan.problems.join('\n'));
      assert.match(plan.problems[0] ?? '', /error users\[0\]\.gecos/);
    },
  ],
  ...(
    [
      ['all dropped', 'users: [{name: ops, gecos: "a:b"}, "-x"]'],
      ['the map form', 'users: {ops: {gecos: "a:b"}}'],
      ['the text form', 'users: "a b"'],
      ['no form at all', 'users: 5'],
      ['a forgotten dash', 'users:\n  name: ops\n  sudo: ALL=(ALL) ALL\n  system: false'],
      ['a forgotten dash before a flag', 'users:\n  name: ops\n  lock_passwd: true'],
      ['a forgotten dash and a key that is none', 'users:\n  name: ops\n  system: true\n  sudoo: x'],
      ['a map of words', 'users: {ops: maybe}'],
      ['commas alone', 'users: ", ,"'],
      ['an empty name', 'users: [""]'],
      ['an empty list in the list', 'users: [[]]'],
      ['more faults than are counted', `users: [${'{name: a, gecos: "a:b"}, '.repeat(3000)}]`],
    ] as const
  ).map(
    ([title, document]): Case => [
      `nobody is left for a fault (${title}): the default user stands in, and a warning says so`,
      { ...withKey, document: `${document}\n` },
      (plan) => {
        assert.deepEqual(ids(plan), [
          'users/debian',
          'users/debian/sudo',
          'ssh_authorized_keys/debian/metadata',
          'ssh_authorized_keys/root/metadata',
        ]);
        assert.deepEqual(user(plan, 'debian'), debianUser);
        assert.match(plan.problems.join('\n'), /^user_data:\d+:\d+ error /m);
        const warnings = plan.problems.filter((problem) => problem.includes(' warning'));
        assert.equal(warnings.length, 1, warnings.join('\n'));
        assert.match(
          warnings[0] ?? '',
          /user_data:.*faulty entries of `users` were left out; the default user is made/,
        );
      },
    ],
  ),
  [
    'nobody is left who can log in: the stand-in is beside the users that are',
    { ...withKey, document: 'users: [{name: svc, system: true}, {name: ops, gecos: "a:b"}]\n' },
    (plan) =>
      assert.deepEqual(ids(plan), [
        'users/svc',
        'users/debian',
        'users/debian/sudo',
        'ssh_authorized_keys/debian/metadata',
        'ssh_authorized_keys/root/metadata',
      ]),
  ],
  [
    'users without a login, as written: nobody receives, nobody stands in',
    { ...withKey, document: 'users: [{name: svc, system: true}]\n' },
    (plan) => {
      assert.deepEqual(ids(plan), ['users/svc', 'ssh_authorized_keys/root/metadata']);
      assert.match(
        plan.problems.join('\n'),
        /^user_data:2:1 warning users: there is no user .*: nobody in `users` has a home directory and may log in/,
      );
    },
  ],
  [
    'faults and nothing to receive: nobody is made',
    { document: 'users: [{name: ops, gecos: "a:b"}]\n' },
    (plan) => {
      assert.deepEqual(ids(plan), []);
      assert.equal(plan.problems.length, 1, plan.problems.join('\n'));
    },
  ],
  [
    'a faulty entry of default costs its fields only',
    { ...withKey, document: 'users: [{name: default, gecos: "a:b"}, dev]\n' },
    (plan) => {
      assert.deepEqual(user(plan, 'debian'), debianUser);
      assert.ok(plan.actions.has('ssh_authorized_keys/debian/metadata'));
      assert.match(plan.problems.join('\n'), /warning users: faulty entries/);
    },
  ],
  [
    'faults, and the policy names the default user',
    { ...withKey, document: 'users: [{name: ops, gecos: "a:b"}]\n', policy: { default_user: 'cloud' } },
    (plan) => assert.deepEqual(user(plan, 'cloud'), { ...debianUser, name: 'cloud' }),
  ],
  [
    'faults, and the policy names root: root receives, plainly',
    { ...withKey, document: 'users: [{name: ops, gecos: "a:b"}]\n', policy: { default_user: 'root' } },
    (plan) => {
      assert.deepEqual(ids(plan), ['ssh_authorized_keys/root/metadata']);
      const action = plan.actions.get('ssh_authorized_keys/root/metadata');
      assert.ok(action?.kind === 'authorizedKeys' && action.options === undefined);
      assert.match(plan.problems.join('\n'), /warning.*; root receives the keys/);
    },
  ],
  [
    'a faulty `user` keeps its name and loses its fields',
    { ...withKey, document: 'user: {name: ops, gecos: "a:b"}\n' },
    (plan) => {
      assert.deepEqual(user(plan, 'ops'), { ...debianUser, name: 'ops' });
      assert.ok(plan.actions.has('ssh_authorized_keys/ops/metadata'));
    },
  ],
  [
    'an existing default user keeps its account and is locked, as in cloud-init',
    { document: 'users: [default]\n', policy: { default_user: 'ops' }, facts: existingOps },
    (plan) => assert.deepEqual(password(plan, 'ops'), { kind: 'password', user: 'ops', lock: true }),
  ],
  [
    'but not when the document sets its password',
    { document: 'users: [default]\npassword: sesame\n', policy: { default_user: 'ops' }, facts: existingOps },
    (plan) => assert.equal(password(plan, 'ops'), undefined),
  ],
  [
    'what the author says of `default` wins over the distribution',
    { document: 'users:\n- name: default\n  shell: /bin/zsh\n  groups: [users]\n' },
    (plan) => {
      assert.equal(user(plan, 'debian')?.shell, '/bin/zsh');
      assert.deepEqual(user(plan, 'debian')?.groups, ['users', ...debianUser.groups]);
    },
  ],
  [
    'default with sudo: null gets no right',
    { document: 'users: [{name: default, sudo: }]\n' },
    (plan) => assert.deepEqual(sudoers(plan), []),
  ],
  [
    'a map without a name is the default user',
    { document: 'users: [{gecos: Me}]\n' },
    (plan) => assert.equal(user(plan, 'debian')?.gecos, 'Me'),
  ],
  [
    '`default` beside its own name is one account',
    { document: 'users: [default, {name: debian, uid: 1234}]\n' },
    (plan) => {
      assert.equal(user(plan, 'debian')?.uid, 1234);
      assert.deepEqual(plan.problems, []);
    },
  ],
  [
    'the old key `user` renames and makes the default user',
    { document: 'user: ops\n' },
    (plan) => {
      assert.deepEqual(user(plan, 'ops'), { ...debianUser, name: 'ops' });
      assert.match(plan.problems.join('\n'), /note user: .*\(deprecated\)/);
    },
  ],
  [
    '`user` as a map keeps the usual name',
    { document: 'user: {gecos: Me, lock_passwd: false}\n' },
    (plan) => assert.equal(user(plan, 'debian')?.gecos, 'Me'),
  ],
];

const formCases: Case[] = [
  ['a string', { document: 'users: ops, dev\n' }, (plan) => assert.deepEqual(ids(plan), ['users/ops', 'users/dev'])],
  [
    'a map',
    { document: 'users:\n  ops: {gecos: Ops}\n  dev: true\n  no: false\n' },
    (plan) => {
      assert.deepEqual(ids(plan), ['users/ops', 'users/dev']);
      assert.equal(user(plan, 'ops')?.gecos, 'Ops');
    },
  ],
  [
    'names in a list in the list',
    { document: 'users: [[ops, dev]]\n' },
    (plan) => assert.deepEqual(ids(plan), ['users/ops', 'users/dev']),
  ],
  [
    'the same user twice is one account, with a warning',
    { document: 'users: [{name: ops, gecos: One}, {name: ops, gecos: Two, uid: 1500}]\n' },
    (plan) => {
      assert.equal(user(plan, 'ops')?.gecos, 'One');
      assert.equal(user(plan, 'ops')?.uid, 1500);
      assert.match(plan.problems.join('\n'), /^user_data:2:\d+ warning users\[1\]: .*\(duplicate-key\)$/m);
    },
  ],
  [
    'what is said of a field has the place of its own entry',
    { document: 'users:\n- gecos: Me\n- passwd: ""\n- {name: debian, doas: [x]}\n' },
    (plan) =>
      assert.deepEqual(
        plan.problems.map((problem) => problem.replace(/:\d+ (\w+) ([^:]+): .*/, ' $1 $2')),
        ['user_data:5 warning users[2].doas', 'user_data:4 error users[1].passwd'],
      ),
  ],
  [
    'and the key that is there: old spellings, and `user`',
    {
      document: 'user: {lock-passwd: false, passwd: ""}\nusers:\n- default\n- name: ops\n  ssh-authorized-keys: [x]\n',
    },
    (plan) => {
      assert.match(plan.problems.join('\n'), /^user_data:2:\d+ error user\.passwd: a blank password/m);
      assert.match(plan.problems.join('\n'), /^user_data:6:\d+ \w+ users\[1\]\.ssh-authorized-keys\[0\]: /m);
    },
  ],
  [
    'old spellings',
    { document: `users: [{name: ops, lock-passwd: false, ssh-authorized-keys: ["${launchKey}"]}]\n` },
    (plan) => {
      assert.ok(plan.actions.has('users/ops/keys'));
      assert.equal(plan.problems.filter((problem) => problem.includes('(deprecated)')).length, 2);
    },
  ],
  [
    'every field of a new account',
    {
      document:
        'users:\n- {name: ops, gecos: Ops Team, homedir: /srv/ops, shell: /bin/sh, uid: "1500", primary_group: staff, no_log_init: true, expiredate: 2030-12-31, inactive: "5", selinux_user: staff_u}\n',
    },
    (plan) =>
      assert.deepEqual(user(plan, 'ops'), {
        kind: 'user',
        name: 'ops',
        uid: 1500,
        gecos: 'Ops Team',
        home: '/srv/ops',
        shell: '/bin/sh',
        primaryGroup: 'staff',
        createHome: true,
        logInit: false,
        expireDate: '2030-12-31',
        inactiveDays: 5,
        selinuxUser: 'staff_u',
      }),
  ],
  [
    'a system account has no home',
    { document: 'users: [{name: svc, system: true, no_user_group: true}]\n' },
    (plan) =>
      assert.deepEqual(user(plan, 'svc'), {
        kind: 'user',
        name: 'svc',
        system: true,
        createHome: false,
        userGroup: false,
      }),
  ],
  [
    'missing groups are made first, once',
    { document: 'users: [{name: ops, groups: "sudo, wheel"}, {name: dev, groups: [wheel], primary_group: staff}]\n' },
    (plan) => {
      assert.deepEqual(ids(plan), ['groups/wheel', 'groups/staff', 'users/ops', 'users/dev']);
      assert.deepEqual(user(plan, 'ops')?.groups, ['sudo', 'wheel']);
    },
  ],
  [
    'groups as a map of nothing',
    { document: 'users: [{name: ops, groups: {sudo: , audio: }}]\n' },
    (plan) => assert.deepEqual(user(plan, 'ops')?.groups, ['sudo', 'audio']),
  ],
  [
    'create_groups false leaves missing groups out and makes the user all the same',
    { document: 'users: [{name: ops, create_groups: false, groups: [wheel, sudo], primary_group: staff}]\n' },
    (plan) => {
      assert.deepEqual(user(plan, 'ops'), { kind: 'user', name: 'ops', groups: ['sudo'], createHome: true });
      assert.equal(plan.problems.filter((problem) => problem.includes('(guest)')).length, 2);
    },
  ],
  [
    'members that `groups` names join with their account',
    { document: 'groups: [{admins: [ops, root]}]\nusers: [ops]\n' },
    (plan) => {
      assert.deepEqual(plan.actions.get('groups/admins'), { kind: 'group', name: 'admins', members: ['root'] });
      assert.deepEqual(user(plan, 'ops')?.groups, ['admins']);
      assert.deepEqual(plan.problems, []);
    },
  ],
  [
    'an existing user gains groups, keys and sudo',
    {
      facts: existingOps,
      document: `users: [{name: ops, groups: sudo, sudo: "ALL=(ALL) ALL", ssh_authorized_keys: ["${otherKey}"]}]\n`,
    },
    (plan) => {
      assert.deepEqual(ids(plan), ['users/ops', 'users/ops/password', 'users/ops/keys', 'users/ops/sudo']);
      assert.deepEqual(sudoers(plan), ['ops ALL=(ALL) ALL']);
    },
  ],
  [
    'what is not applied to an existing user is named, once an entry',
    { document: 'users:\n- {name: daemon, shell: /bin/CANARY, uid: 77}\n- {name: daemon2}\n', facts: withDaemon },
    (plan) => {
      assert.deepEqual(
        plan.problems.filter((problem) => problem.includes('exists already')),
        ['user_data:3:3 warning users[0]: the user exists already; not applied to it: uid, shell (conflict)'],
      );
      assert.doesNotMatch(plan.problems.join(), /CANARY/);
    },
  ],
  [
    'a comment alone is no wish that a user of the system could have',
    { document: 'users: [{name: daemon, gecos: X, expiredate: "2030-01-01"}]\n', facts: withDaemon },
    (plan) => assert.match(plan.problems.join(), /not applied to it: gecos, expiredate/),
  ],
  ...(
    [
      ['as the entry says', 'users: [{name: ops, uid: 1000, homedir: /home/ops, shell: /bin/bash, gecos: Ops}]'],
      ['of the distribution', 'users: [{name: default, groups: audio}]'],
      [
        'by its keys, groups and rights',
        `users: [{name: ops, groups: sudo, sudo: "ALL=(ALL) ALL", lock_passwd: false}]`,
      ],
    ] as const
  ).map(
    ([title, document]): Case => [
      `an existing user ${title}: nothing to say`,
      { document: `${document}\n`, facts: existingOps, policy: { default_user: 'ops' } },
      (plan) => assert.doesNotMatch(plan.problems.join('\n'), /exists already/),
    ],
  ),
  [
    'doas and snapuser are reported',
    { document: 'users: [{name: ops, doas: [permit nopass ops], snapuser: a@b}]\n' },
    (plan) => assert.equal(plan.problems.filter((problem) => problem.includes('(unsupported-key)')).length, 2),
  ],
];

const secretCases: Case[] = [
  [
    'a hash for a new user, usable',
    { document: `users: [{name: ops, passwd: ${hash}, lock_passwd: false}]\n` },
    (plan) => {
      assert.equal(password(plan, 'ops')?.password?.reveal(), hash);
      assert.equal(password(plan, 'ops')?.onlyIfUnset, true);
      assert.equal(password(plan, 'ops')?.lock, false);
    },
  ],
  [
    'hashed_passwd and plain_text_passwd reach existing users too',
    { facts: existingOps, document: 'users: [{name: ops, plain_text_passwd: open sesame, lock_passwd: false}]\n' },
    (plan) => {
      const { password: secret, ...rest } = password(plan, 'ops') ?? {};
      assert.deepEqual(rest, { kind: 'password', user: 'ops', lock: false });
      assert.equal(secret?.reveal(), 'open sesame');
    },
  ],
  [
    'a password that stays locked is worth a word',
    { document: `users: [{name: ops, hashed_passwd: ${hash}}]\n` },
    (plan) => {
      assert.equal(password(plan, 'ops')?.lock, true);
      assert.match(plan.problems.join('\n'), /users\[0\]\.hashed_passwd: the password is set but locked/);
    },
  ],
  [
    'plain text where a hash belongs is worth a word',
    { document: 'users: [{name: ops, passwd: sesame, lock_passwd: false}]\n' },
    (plan) => assert.match(plan.problems.join('\n'), /users\[0\]\.passwd: not a crypt\(3\) hash/),
  ],
  [
    'the hash wins over the text',
    { document: `users: [{name: ops, hashed_passwd: ${hash}, plain_text_passwd: x, lock_passwd: false}]\n` },
    (plan) => {
      assert.equal(password(plan, 'ops')?.password?.reveal(), hash);
      assert.match(plan.problems.join('\n'), /users\[0\]\.plain_text_passwd: hashed_passwd is given too/);
    },
  ],
  [
    'a blank password is refused',
    { document: 'users: [{name: ops, passwd: "", lock_passwd: false}]\n' },
    (plan) => {
      assert.equal(password(plan, 'ops'), undefined);
      assert.match(plan.problems.join('\n'), /\(refused\)/);
    },
  ],
  [
    'a new user without password needs no lock',
    { document: 'users: [ops]\n' },
    (plan) => assert.equal(password(plan, 'ops'), undefined),
  ],
  [
    'an existing user without lock_passwd is locked',
    { facts: existingOps, document: 'users: [ops]\n' },
    (plan) => assert.deepEqual(password(plan, 'ops'), { kind: 'password', user: 'ops', lock: true }),
  ],
  [
    'lock_passwd false leaves an existing user as it is',
    { facts: existingOps, document: 'users: [{name: ops, lock_passwd: false}]\n' },
    (plan) => assert.equal(password(plan, 'ops'), undefined),
  ],
  [
    'no password is in what a plan prints',
    {
      document: `users: [{name: ops, passwd: ${hash}}, {name: dev, plain_text_passwd: canary-4711}]\npassword: canary-4711\n`,
    },
    (plan) => {
      const text = JSON.stringify([plan.steps, plan.problems]);
      assert.ok(text.includes('[redacted]'));
      assert.ok(!text.includes('canary-4711') && !text.includes(hash));
    },
  ],
  [
    'password, keys and a single sudo rule need their user',
    { document: `users: [{name: ops, passwd: ${hash}, sudo: "ALL=(ALL) ALL", ssh_authorized_keys: "${otherKey}"}]\n` },
    (plan) => {
      for (const { id, needs } of plan.steps.slice(1)) assert.deepEqual(needs, ['users/ops'], id);
      assert.equal(plan.steps.length, 4);
    },
  ],
];

const rightCases: Case[] = [
  [
    'a file for each user, so that a bad rule costs nobody else theirs',
    {
      document:
        'users:\n- {name: ops, sudo: ["ALL=(ALL) NOPASSWD:ALL", "ALL=!/bin/su"]}\n- {name: dev, sudo: "ALL=(root) /bin/ls"}\n',
    },
    (plan) => {
      assert.deepEqual(sudoers(plan), ['ops ALL=(ALL) NOPASSWD:ALL', 'ops ALL=!/bin/su', 'dev ALL=(root) /bin/ls']);
      const step = plan.steps.find(({ id }) => id === 'users/ops/sudo');
      assert.deepEqual(step?.needs, ['users/ops']);
      assert.deepEqual(
        { ...step?.action, content: '' },
        {
          kind: 'file',
          path: '/etc/sudoers.d/90-guest-init-ops',
          content: '',
          mode: 0o440,
          owner: 'root',
          group: 'root',
          check: 'sudoers',
        },
      );
    },
  ],
  [
    'a rule as a block scalar',
    {
      document:
        'users:\n- name: ops\n  sudo: |\n    ALL=(ALL) NOPASSWD:ALL\n- name: dev\n  sudo:\n  - >\n    ALL=(root)\n    /bin/ls\n',
    },
    (plan) => {
      assert.deepEqual(plan.problems, []);
      assert.deepEqual(sudoers(plan), ['ops ALL=(ALL) NOPASSWD:ALL', 'dev ALL=(root) /bin/ls']);
    },
  ],
  ['sudo: false', { document: 'users: [{name: ops, sudo: false}]\n' }, (plan) => assert.deepEqual(sudoers(plan), [])],
  [
    'ssh_redirect_user binds the launch keys to a message',
    { ...withKey, document: 'users: [default, {name: old, ssh_redirect_user: true}]\n' },
    (plan) => {
      const action = plan.actions.get('users/old/keys');
      assert.ok(action?.kind === 'authorizedKeys');
      assert.deepEqual(action.keys, [launchKey]);
      assert.match(action.options ?? '', /as the user \\"debian\\" rather than the user \\"old\\"/);
    },
  ],
  [
    'keys without a home',
    { document: `users: [{name: svc, system: true, ssh_authorized_keys: ["${launchKey}"]}]\n` },
    (plan) => {
      assert.deepEqual(ids(plan), ['users/svc']);
      assert.match(plan.problems.join('\n'), /error users\[0\]\.ssh_authorized_keys: .*\(conflict\)/);
    },
  ],
];

/** Attempts to reach another line, field, file or user through a value. Each must leave no trace and be reported. */
const injections: [title: string, document: string][] = [
  ['a line end in a name', 'users: [{name: "ops\\nroot"}]\n'],
  ['a colon in a name', 'users: [{name: "ops:0"}]\n'],
  ['an option as a name', 'users: [{name: "--root=/x"}]\n'],
  ['a number as a name', 'users: [{name: "0"}]\n'],
  ['a path as a name', 'users: [{name: "../ops"}]\n'],
  ['a NUL in a name', 'users: [{name: "ops\\0"}]\n'],
  ['a blank in a name', 'users: ["ops dev"]\n'],
  ['a long name', `users: [{name: ${'a'.repeat(33)}}]\n`],
  ['a sudoers trick in a name', 'users: [{name: "%sudo"}]\n'],
  ['a line end in gecos', 'users: [{name: ops, gecos: "x\\nroot2:x:0:0::/:/bin/sh"}]\n'],
  ['a colon in gecos', 'users: [{name: ops, gecos: "x:/root:/bin/sh"}]\n'],
  ['a colon in the shell', 'users: [{name: ops, shell: "/bin/sh:x"}]\n'],
  ['a relative shell', 'users: [{name: ops, shell: sh}]\n'],
  ['a climbing home', 'users: [{name: ops, homedir: /home/../etc}]\n'],
  ['a home that climbs at once', 'users: [{name: ops, homedir: /../etc}]\n'],
  ['a relative home', 'users: [{name: ops, homedir: home}]\n'],
  ['a line end in a sudo rule', 'users: [{name: ops, sudo: "ALL=(ALL) ALL\\nALL ALL=(ALL) ALL"}]\n'],
  ['a NUL in a sudo rule', 'users: [{name: ops, sudo: ["ALL\\0"]}]\n'],
  ['a continued sudo rule', 'users: [{name: ops, sudo: "ALL=(ALL) ALL\\\\"}]\n'],
  ['a sudo rule that is none', 'users: [{name: ops, sudo: "!/bin/su"}]\n'],
  ['sudo for everybody', 'users: [{name: ALL, sudo: "ALL=(ALL) NOPASSWD:ALL"}]\n'],
  ['sudo for an alias', 'users: [{name: ADMINS, sudo: "ALL=(ALL) NOPASSWD:ALL"}]\n'],
  ['a line end in a hash', `users: [{name: ops, passwd: "${hash}\\nroot::0"}]\n`],
  ['a colon in a hash', `users: [{name: ops, hashed_passwd: "${hash}:0"}]\n`],
  ['a line end in a password', 'users: [{name: ops, plain_text_passwd: "a\\nroot:b"}]\n'],
  ['an endless password', `users: [{name: ops, plain_text_passwd: ${'a'.repeat(600)}}]\n`],
  ['a comma in a group list entry', 'users: [{name: ops, groups: ["sudo,root"]}]\n'],
  ['a colon in a group', 'users: [{name: ops, groups: "a:b"}]\n'],
  ['an option as a primary group', 'users: [{name: ops, primary_group: "-R"}]\n'],
  ['a negative uid', 'users: [{name: ops, uid: -1}]\n'],
  ['the uid that means nobody at all', 'users: [{name: ops, uid: 4294967295}]\n'],
  ['a date with an option', 'users: [{name: ops, expiredate: "2030-01-01 -R /"}]\n'],
  ['a line end in a SELinux user', 'users: [{name: ops, selinux_user: "a\\nb"}]\n'],
  ['two keys in one', `users: [{name: ops, ssh_authorized_keys: ["${launchKey}\\ncommand=\\"x\\" y"]}]\n`],
  ['a prototype', 'users: [{name: ops, __proto__: {uid: 0}}]\n'],
];

for (const [title, document] of injections) {
  test(`injection refused and reported: ${title}`, () => {
    const plan = planAccounts({ document });
    assert.ok(
      plan.problems.some((problem) => /^user_data:\d+:\d+ error /.test(problem)),
      plan.problems.join('\n'),
    );
    for (const action of plan.actions.values()) {
      const text = JSON.stringify(action, (_, value) => (value instanceof Secret ? value.reveal() : value));
      const lines = action.kind === 'file' ? [] : [text];
      for (const line of lines) assert.doesNotMatch(line, /\\n|\\u0000|:0"|-R|\.\.|4294967295|sudo,root/);
      if (action.kind === 'file') assert.doesNotMatch(String(action.content), /^(ALL|ADMINS|%)|\\$|\0/m);
    }
  });
}

for (const [group, cases] of Object.entries({ defaultUserCases, formCases, secretCases, rightCases })) {
  for (const [title, given, check] of cases)
    test(`${group.replace('Cases', '')}: ${title}`, () => check(planAccounts(given)));
}

test('all steps are early and ids are unique', () => {
  const plan = planAccounts({
    ...withKey,
    document: `groups: [wheel]\nusers: [default, {name: ops, groups: wheel, passwd: ${hash}, ssh_authorized_keys: ["${otherKey}"]}]\npassword: x\nssh_pwauth: true\nssh_authorized_keys: ["${otherKey}"]\n`,
  });
  assert.ok(plan.steps.every(({ stage }) => stage === 'early'));
  assert.equal(new Set(ids(plan)).size, plan.steps.length);
});

test('a plan made after a crash in the middle asks for the same', () => {
  const given: Given = {
    ...withKey,
    document: `users: [default, {name: ops, passwd: ${hash}, lock_passwd: false, groups: [sudo]}]\n`,
  };
  const before = planAccounts(given);
  const after = planAccounts({
    ...given,
    facts: {
      users: [
        ...debianFacts.users,
        ...['debian', 'ops'].map((name, at) => ({
          name,
          uid: 1000 + at,
          gid: 1000 + at,
          home: `/home/${name}`,
          shell: '/bin/bash',
        })),
      ],
    },
  });
  const actions = (plan: PlannedAccounts) =>
    JSON.stringify(plan.steps.filter(({ id }) => id !== 'users/debian/password').map(({ action }) => action));
  assert.equal(actions(after), actions(before));
});
