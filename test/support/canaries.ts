// Secrets that are found again: every field of the drive that may hold one has a canary of its own, so that a hit names the field.

import { generateKeyPairSync } from 'node:crypto';
import type { DriveTree } from './drive.ts';
import { metaData, openstackTree } from './instances.ts';

/** Letters and digits alone: they stay what they are in JSON, YAML, URLs, shells and shadow(5). */
const name = (field: string): string => `Cn4ryQ7${field}K9vX`;

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const hostKey = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
// A line near its end is of the exponents, which no public half holds (RFC 8017, A.1.2).
const hostKeyLine = hostKey.split('\n').at(-5) ?? '';

const named = [
  ...['adminPass', 'metadata', 'vendorScript', 'userScript', 'include', 'includedScript'],
  ...['password', 'chpasswdText', 'chpasswdHash', 'plainPassword', 'hashedPassword', 'templated'],
  ...['fileContent', 'fileGzip', 'fileSource', 'fileHeader', 'injected', 'randomSeed'],
  ...['bootcmd', 'runcmdLine', 'runcmdWord', 'phoneHome', 'aptUri', 'aptProxy', 'aptConf', 'debconf', 'yumPassword'],
  ...['wireguardKey', 'saltKey', 'saltConf', 'puppetToken', 'ansibleUrl', 'etcdToken', 'fleetPassword'],
] as const;

export type Field = (typeof named)[number] | 'hostKey';

/** The text to look for, by field. */
export const canaries: Readonly<Record<Field, string>> = {
  ...(Object.fromEntries(named.map((field) => [field, name(field)])) as Record<(typeof named)[number], string>),
  hostKey: hostKeyLine,
};
export const fields = Object.keys(canaries) as Field[];

/** Where the server of a test listens inside the guest. */
export const serverPort = 8099;
const serverUrl = `http://127.0.0.1:${serverPort}`;

/** Answers everything, but gives one document. CommonJS for `createGuestServer`. */
export const serverScript = `require('node:http').createServer((request, response) => {
  request.resume();
  response.end(request.url.startsWith('/include') ? '#!/bin/sh\\n: ${canaries.includedScript}\\n' : 'ok');
}).listen(${serverPort}, '127.0.0.1');
`;

/** Files that tell the test when the last command has begun, and the command when to end. */
export const gate = { reached: '/run/canary-reached', open: '/run/canary-open' } as const;

const c = canaries;
const pem = (kind: string, text: string): string =>
  JSON.stringify(`-----BEGIN ${kind}-----\n${text}\n-----END ${kind}-----\n`);

/** One key of the document each, so that each can be broken on its own. */
const entries: readonly (readonly [key: string, yaml: string])[] = [
  ['password', `password: ${c.password}`],
  [
    'chpasswd',
    `chpasswd:
  expire: false
  users:
    - {name: ops, password: ${c.chpasswdText}, type: text}
    - {name: sync, password: "$6$salt$${c.chpasswdHash}"}`,
  ],
  [
    'users',
    `users:
  - default
  - {name: ops, lock_passwd: false, plain_text_passwd: ${c.plainPassword}}
  - {name: web, lock_passwd: false, hashed_passwd: "$6$salt$${c.hashedPassword}"}`,
  ],
  [
    'write_files',
    `write_files:
  - {path: /etc/token, permissions: "0600", content: ${c.fileContent}}
  - {path: /etc/templated, permissions: "0600", content: "{{ ds.meta_data.meta.token }} ${c.templated}"}
  - {path: /etc/packed, permissions: "0600", encoding: b64, content: ${Buffer.from(c.fileGzip).toString('base64')}}
  - path: /etc/fetched
    permissions: "0600"
    source: {uri: "${serverUrl}/file?token=${c.fileSource}", headers: {Authorization: "Bearer ${c.fileHeader}"}}`,
  ],
  ['ssh_keys', `ssh_keys: {rsa_private: ${JSON.stringify(hostKey)}}`],
  ['random_seed', `random_seed: {data: ${c.randomSeed}}`],
  ['bootcmd', `bootcmd: [": ${c.bootcmd}"]`],
  [
    'runcmd',
    `runcmd:
  - ": ${c.runcmdLine}; touch ${gate.reached}; until [ -e ${gate.open} ]; do sleep 0.1; done"
  - [/usr/bin/true, ${c.runcmdWord}]`,
  ],
  ['phone_home', `phone_home: {url: "${serverUrl}/home?token=${c.phoneHome}", post: [instance_id], tries: 1}`],
  [
    'apt',
    `apt:
  preserve_sources_list: true
  http_proxy: "http://u:${c.aptProxy}@proxy.example.com:3128/"
  conf: "Acquire::http::Proxy::x.example.com \\"http://u:${c.aptConf}@proxy.example.com/\\";"
  debconf_selections: {one: "app app/password password ${c.debconf}"}
  sources: {tools.list: {source: "deb [trusted=yes] https://u:${c.aptUri}@deb.example.com/debian stable main"}}`,
  ],
  ['yum_repos', `yum_repos: {tools: {baseurl: "https://rpm.example.com/", username: u, password: ${c.yumPassword}}}`],
  [
    'wireguard',
    `wireguard:
  interfaces: [{name: wg0, content: "[Interface]\\nPrivateKey = ${c.wireguardKey}\\n"}]`,
  ],
  [
    'salt_minion',
    `salt_minion:
  conf: {master: salt.example.org, token: ${c.saltConf}}
  public_key: ${pem('PUBLIC KEY', 'MIIBIjANBg')}
  private_key: ${pem('PRIVATE KEY', c.saltKey)}`,
  ],
  [
    'puppet',
    `puppet:
  install: false
  conf: {agent: {server: puppet.example.org}}
  csr_attributes: {extension_requests: {pp_preshared_key: ${c.puppetToken}}}`,
  ],
  ['ansible', `ansible: {pull: {url: "https://u:${c.ansibleUrl}@git.example.org/x.git", playbook_name: web.yml}}`],
  [
    'coreos',
    `coreos:
  etcd2: {discovery: "https://discovery.example.org/${c.etcdToken}"}
  fleet: {etcd_username: u, etcd_password: ${c.fleetPassword}}`,
  ],
];

const template = '## template: jinja\n';
/** Said by the vendor data alone, where what user_data says would take its place. */
const isOfVendor = ([key]: readonly [string, string]): boolean => key === 'puppet';
const head = '#cloud-config\n';
const join = (list: typeof entries): string => `${head}${list.map(([, text]) => text).join('\n')}\n`;
const cloudConfig = `${template}${join(entries.filter((entry) => !isOfVendor(entry)))}`;

function joinParts(parts: readonly (readonly [type: string, text: string])[]): string {
  const body = parts.map(([type, text]) => `--B\nContent-Type: ${type}\n\n${text}\n`).join('');
  return `Content-Type: multipart/mixed; boundary="B"\nMIME-Version: 1.0\n\n${body}--B--\n`;
}

function makeTree(document: string, script = ''): DriveTree {
  const userData = joinParts([
    [document.startsWith(template) ? 'text/jinja2' : 'text/cloud-config', document],
    ['text/x-shellscript', `#!/bin/sh\n: ${c.userScript}\n${script}`],
    ['text/x-include-url', `#include\n${serverUrl}/include?token=${c.include}\n`],
  ]);
  return openstackTree({
    'openstack/latest/meta_data.json': {
      json: metaData({
        admin_pass: c.adminPass,
        meta: { token: c.metadata },
        files: [{ content_path: '/content/0000', path: '/root/injected' }],
      }),
    },
    'openstack/content/0000': c.injected,
    'openstack/latest/vendor_data.json': {
      json: { 'cloud-init': `#!/bin/sh\n: ${c.vendorScript}\n` },
    },
    'openstack/latest/vendor_data2.json': { json: { 'cloud-init': join(entries.filter(isOfVendor)) } },
    'openstack/latest/user_data': userData,
  });
}

/** Everything in its place: every canary is used. */
export const soundTree = makeTree(cloudConfig);

/** Something else that degrades: a key that nobody knows, a command and a script that fail. */
export const degradedTree = makeTree(
  cloudConfig.replace('runcmd:\n', `no_such_key: ${c.runcmdLine}\nruncmd:\n  - "exit 3"\n`),
  'exit 4\n',
);

/** Each field where its key expects another shape. */
export const mistypedDocument = `${head}${entries.map(([key]) => `${key}: ${breakKey(key)}`).join('\n')}\n`;
export const mistypedTree = makeTree(mistypedDocument);

/** A document that ends in the middle of a flow map, right behind the value of the field. */
export const tornDocuments = fields.map(
  (field) => `${head}runcmd: [[{a: "${canaries[field]}", b: ]\nx: ${canaries[field]}: y\n`,
);
/** As user_data, with all fields in front of the place. */
export const tornTree = makeTree(
  `${cloudConfig}broken: [${fields.map((field) => `"${canaries[field]}"`).join(', ')}\nx: }\n`,
);

/** All canaries of the key, where none of them can be right. */
function breakKey(key: string): string {
  const text = entries.find(([name]) => name === key)?.[1] ?? '';
  const found = fields.filter((field) => text.includes(canaries[field]));
  const values = found.map((field) => JSON.stringify(canaries[field]));
  return `{${found.map((field, index) => `${field}: [{${canaries[field]}: ${values[index]}}]`).join(', ')}, users: ${values[0] ?? '1'}, content: [${values.join(', ')}]}`;
}
