import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Given, launchKey, otherKey, planAccounts } from '../users/testing/plan-accounts.ts';

const message =
  'no-port-forwarding,no-agent-forwarding,no-X11-forwarding,command="echo \'Please login as the user \\"debian\\" rather than the user \\"root\\".\';echo;sleep 10;exit 142"';
const launch = { instance: { publicKeys: [launchKey] } };
const keys = (user: string, block: string, lines: string[], options?: string) => ({
  kind: 'authorizedKeys',
  user,
  keys: lines,
  block,
  ...(options === undefined ? {} : { options }),
});

const cases: [title: string, given: Given, actions: object[], problems: RegExp[]][] = [
  [
    'the launch key: the default user, and root with a message',
    launch,
    [keys('debian', 'metadata', [launchKey]), keys('root', 'metadata', [launchKey], message)],
    [],
  ],
  [
    'keys of the document in their own block',
    { ...launch, document: `ssh_authorized_keys: ["${otherKey}"]\n` },
    [
      keys('debian', 'metadata', [launchKey]),
      keys('root', 'metadata', [launchKey], message),
      keys('debian', 'user-data', [otherKey]),
      keys('root', 'user-data', [otherKey], message),
    ],
    [],
  ],
  [
    'disable_root: false gives root the plain keys',
    { ...launch, document: 'disable_root: false\n' },
    [keys('debian', 'metadata', [launchKey]), keys('root', 'metadata', [launchKey])],
    [],
  ],
  [
    'disable_root_opts with both names',
    { ...launch, document: 'disable_root_opts: \'command="echo $USER not $DISABLE_USER"\'\n' },
    [keys('debian', 'metadata', [launchKey]), keys('root', 'metadata', [launchKey], 'command="echo debian not root"')],
    [],
  ],
  ['disable_root without keys does nothing', { document: 'disable_root: false\n' }, [], []],
  [
    'options of the author stay for the user and give way to the message for root',
    { document: `ssh_authorized_keys: ['from="10.0.0.0/8" ${launchKey}']\n` },
    [keys('debian', 'user-data', [`from="10.0.0.0/8" ${launchKey}`]), keys('root', 'user-data', [launchKey], message)],
    [],
  ],
  [
    'options of the author stay for root where root may log in',
    { document: `disable_root: false\nusers: [{name: root}]\nssh_authorized_keys: ['restrict ${launchKey}']\n` },
    [keys('root', 'user-data', [`restrict ${launchKey}`])],
    [],
  ],
  [
    'options in the metadata are refused',
    { instance: { publicKeys: [`command="id" ${launchKey}`, otherKey] } },
    [keys('debian', 'metadata', [otherKey]), keys('root', 'metadata', [otherKey], message)],
    [/^metadata error: metadata public key 1: key options are accepted in user_data only \(refused\)$/],
  ],
  [
    'a bad key of the metadata is the metadata’s, though there is a document',
    { instance: { publicKeys: ['ssh-rsa AAAA', launchKey] }, document: 'disable_root: false\n' },
    [keys('debian', 'metadata', [launchKey]), keys('root', 'metadata', [launchKey])],
    [/^metadata error: metadata public key 1: expected a ssh-rsa key/],
  ],
  [
    'a bad key is dropped alone',
    { document: `ssh_authorized_keys: [ssh-rsa AAAA, "${launchKey}"]\n` },
    [keys('debian', 'user-data', [launchKey]), keys('root', 'user-data', [launchKey], message)],
    [/^user_data:2:\d+ error ssh_authorized_keys\[0\]: expected a ssh-rsa key whose base64 body is whole \(value\)$/],
  ],
  [
    'a key that is no string is dropped alone',
    { document: `ssh_authorized_keys: [5, "${launchKey}"]\n` },
    [keys('debian', 'user-data', [launchKey]), keys('root', 'user-data', [launchKey], message)],
    [/error ssh_authorized_keys\[0\]: expected a public key line, found a number/],
  ],
  [
    'certificates are left out with a note',
    { instance: { publicKeys: ['-----BEGIN CERTIFICATE-----', launchKey] } },
    [keys('debian', 'metadata', [launchKey]), keys('root', 'metadata', [launchKey], message)],
    [/^metadata note: .*certificates are left out \(unsupported-format\)$/],
  ],
  [
    'a block of lines with comments',
    { document: `ssh_authorized_keys: |\n  # ops\n  ${launchKey}\n\n  ${otherKey}\n` },
    [keys('debian', 'user-data', [launchKey, otherKey]), keys('root', 'user-data', [launchKey, otherKey], message)],
    [],
  ],
  [
    'the same key twice is one',
    { document: `ssh_authorized_keys: ["${launchKey}", "${launchKey} "]\n` },
    [keys('debian', 'user-data', [launchKey]), keys('root', 'user-data', [launchKey], message)],
    [],
  ],
  [
    'a line end in disable_root_opts is refused, the default holds',
    { ...launch, document: 'disable_root_opts: "a\\nb"\n' },
    [keys('debian', 'metadata', [launchKey]), keys('root', 'metadata', [launchKey], message)],
    [/error disable_root_opts: expected authorized_keys options on one line/],
  ],
];

for (const [title, given, actions, problems] of cases) {
  test(`ssh_authorized_keys: ${title}`, () => {
    const plan = planAccounts(given);
    const steps = plan.steps.filter(({ module }) => module === 'ssh-authorized-keys');
    assert.deepEqual(
      steps.map(({ action }) => action),
      actions,
    );
    assert.equal(plan.problems.length, problems.length, plan.problems.join('\n'));
    for (const [index, problem] of problems.entries()) assert.match(plan.problems[index] ?? '', problem);
  });
}

test('ssh_authorized_keys: the user has to be made first, root does not', () => {
  const { steps } = planAccounts(launch);
  assert.deepEqual(
    steps.filter(({ module }) => module === 'ssh-authorized-keys').map(({ id, needs, source }) => [id, needs, source]),
    [
      ['ssh_authorized_keys/debian/metadata', ['users/debian'], 'metadata public keys'],
      ['ssh_authorized_keys/root/metadata', undefined, 'metadata public keys'],
    ],
  );
});
