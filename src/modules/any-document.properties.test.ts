// What holds for every cloud-config: it is planned, or its problems have places in it.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { checkProperty, isPlaceIn, textOf } from '../../test/support/property.ts';
import type { ModuleDefinition } from '../core/define.ts';
import type { InstanceConfig } from '../core/instance-config.ts';
import { emptyNetwork } from '../core/network-config.ts';
import { defaultPolicy } from '../core/policy.ts';
import { createMemoryHost, plainFacts } from '../host/memory.ts';
import { planFromInput } from '../pipeline/plan-input.ts';
import { modules as registry } from './registry.generated.ts';
import { parsePublicKey } from './ssh-authorized-keys/public-key.ts';
import { isAccountName, isOneLine, splitNames } from './users/names.ts';
import { explainUnusablePath, normalisePath } from './write-files/guest-path.ts';

const modules = registry as unknown as readonly ModuleDefinition[];
const keys = modules.flatMap(({ keys: own }) => own);
const facts = { ...plainFacts, systemd: true };
const inner = fc.constantFrom(
  ...[
    'name',
    'path',
    'content',
    'permissions',
    'owner',
    'encoding',
    'sudo',
    'groups',
    'uid',
    'ssh_authorized_keys',
    'source',
    'uri',
    'enabled',
  ],
  ...[
    'servers',
    'pools',
    'url',
    'post',
    'tries',
    'mode',
    'delay',
    'config',
    'filename',
    'size',
    'users',
    'list',
    'type',
    'device',
    'units',
    'etcd2',
  ],
);
const scalar = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    false,
    0,
    -1,
    1.5,
    '',
    'x',
    '0644',
    '/etc/x',
    'root',
    'ALL=(ALL) ALL',
    'https://h/x',
    'deb http://h x main',
    '10M',
  ),
  textOf(['S3cr3t', '\n', ':', '%', '$(id)', "'", '"', '\u0000', '\u202e', '../', ' '], 4),
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    { weight: 3, arbitrary: scalar },
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.oneof(inner, fc.constantFrom('0', '__proto__')), tie('value'), { maxKeys: 4 }),
  ),
}));
const document = fc.dictionary(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...keys) }, fc.string()), value, {
  maxKeys: 4,
});

function plan(text: string) {
  const instance: InstanceConfig = {
    ...{ id: { uuid: '8c1c4b6e-0000-4000-8000-000000000001' }, publicKeys: [], network: emptyNetwork, files: [] },
    userData: { bytes: Buffer.from(text), source: 'u' },
  };
  const { host } = createMemoryHost({ facts });
  return planFromInput({ instance, host, policy: defaultPolicy, facts });
}

checkProperty(
  'any values of the known keys are planned; a problem is at a place of the document and tells no value',
  fc.asyncProperty(document, fc.nat(2), async (json, indent) => {
    const text = `#cloud-config\n${JSON.stringify(json, null, indent)}\n`;
    const { diagnostics } = await plan(text);
    for (const problem of diagnostics) {
      if (problem.source !== 'u') continue;
      assert.ok(problem.code === 'more' || problem.line !== undefined, problem.message);
      assert.ok(isPlaceIn(text, problem), `${problem.line}:${problem.column}`);
    }
    assert.doesNotMatch(JSON.stringify(diagnostics.map(({ message }) => message)), /S3cr3t[^"\\]{0,8}(?:\$\(id\)|\\)/);
  }),
);

checkProperty(
  'the order of keys changes no step',
  fc.asyncProperty(document, async (json) => {
    const turned = Object.fromEntries(Object.entries(json).reverse());
    const [one, other] = [
      await plan(`#cloud-config\n${JSON.stringify(json)}\n`),
      await plan(`#cloud-config\n${JSON.stringify(turned)}\n`),
    ];
    const spell = ({ steps }: typeof one): string[] => steps.map(({ source: _, ...step }) => JSON.stringify(step));
    assert.deepEqual(spell(one), spell(other));
  }),
);

checkProperty(
  'any text is a public key of one line, or none, and what is told holds none of it',
  fc.property(
    textOf([
      'ssh-ed25519 ',
      'ssh-rsa ',
      'AAAAC3NzaC1lZDI1NTE5',
      'AAAA',
      ' ops@h',
      'command="x" ',
      'from="*",',
      '#',
      '\n',
      '=',
      '\u0000',
      'S3cr3t',
    ]),
    (text) => {
      const parsed = parsePublicKey(text);
      if ('expected' in parsed) assert.ok(!parsed.expected.includes('S3cr3t'));
      else assert.doesNotMatch(JSON.stringify(parsed), /\\n|\\u0000/);
    },
  ),
);

checkProperty(
  'any text is a name of an account without marks of passwd, or none',
  fc.property(textOf(['a', 'ops', ':', ',', ' ', '\n', '-', '$', '.', 'A', '\u00e9', '/', '0'], 6), (text) => {
    if (isAccountName(text)) assert.match(text, /^[A-Za-z_0-9.][\w.-]*\$?$/);
    if (isOneLine(text)) assert.doesNotMatch(text, /[\n\r\u2028]/);
    for (const name of splitNames(text)) assert.ok(name !== '' && !name.includes(','));
  }),
);

checkProperty(
  'a path that may be written to stays below / and outside the kernel, and has one form',
  fc.property(textOf(['/', '.', '..', '//', 'etc', 'proc', 'dev', ' ', '\u0000', 'x'], 8), (path) => {
    if (explainUnusablePath(path) !== undefined) return;
    const normal = normalisePath(path);
    assert.equal(normalisePath(normal), normal);
    assert.equal(explainUnusablePath(normal), undefined);
    assert.doesNotMatch(normal, /\/\.{1,2}(?:\/|$)|\/\/|^\/(?:proc|sys|dev)(?:\/|$)/);
  }),
);
