import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import type { SigningKeyAction } from '../core/action.ts';
import { fetchBytes } from '../host/fetch.ts';
import { createMemoryHost } from '../host/memory.ts';
import type { ApplyContext } from './executor.ts';
import { readArmouredKeys, splitKeys } from './openpgp.ts';
import { signingKey } from './signing-key.ts';
import { edKey, rsaKey } from './testing/public-keys.ts';

const path = '/etc/apt/keyrings/x.gpg';
const context: ApplyContext = { commandTimeoutMs: 1, instanceDirectory: '/x', environment: {}, stepId: 'x' };

let server: Server;
let base = '';
const asked: string[] = [];
/** What the server sends, by the path in front of the query. */
const answers: Record<string, string> = {
  '/both': `${edKey.armoured}\n${rsaKey.armoured}`,
  '/crlf': rsaKey.armoured.replaceAll('\n', '\r\n'),
  '/other': edKey.armoured,
  '/text': '<html>hello</html>',
  '/cut': rsaKey.armoured.slice(0, 400),
  '/long': 'x'.repeat(5 * 1024 * 1024),
};

before(async () => {
  server = createServer((request, response) => {
    const [prefix = ''] = (request.url ?? '').split('/pks/');
    asked.push(request.url ?? '');
    const answer = answers[prefix];
    response.writeHead(answer === undefined ? 404 : 200).end(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => server.close());

const fetchFrom = async (places: string[], keyId: string) => {
  const { host, files } = createMemoryHost({ fetch: fetchBytes });
  const action: SigningKeyAction = {
    kind: 'signingKey',
    path,
    keyId,
    servers: places.map((place) => `${base}${place}`),
  };
  assert.equal(signingKey.inspect(action, host).state, 'differs');
  const applied = await signingKey.apply(action, host, context);
  return { applied, file: files.get(path), state: signingKey.inspect(action, host).state };
};

describe('a key of a key server', () => {
  it('is kept alone, by its fingerprint, its long and its short id, and that of a subkey', async () => {
    for (const id of [rsaKey.fingerprint, rsaKey.fingerprint.slice(-16), rsaKey.fingerprint.slice(-8), rsaKey.subkey]) {
      const { applied, file, state } = await fetchFrom(['/both'], id);
      assert.equal(applied?.message, rsaKey.fingerprint);
      assert.equal(file?.mode, 0o644);
      assert.deepEqual(
        splitKeys(file.content).map(({ fingerprints }) => fingerprints),
        [[rsaKey.fingerprint, rsaKey.subkey]],
      );
      assert.equal(state, 'same');
    }
    assert.match(asked[0] ?? '', /^\/both\/pks\/lookup\?op=get&options=mr&search=0xDD8E/);
  });

  it('with the line ends of another system', async () => {
    assert.equal((await fetchFrom(['/crlf'], rsaKey.fingerprint)).state, 'same');
  });

  it('from the next server where the first has none', async () => {
    assert.equal((await fetchFrom(['/nothing', '/other', '/both'], rsaKey.fingerprint)).state, 'same');
  });

  const refusals: readonly [place: string, reason: RegExp][] = [
    ['/nothing', /answered 404/],
    ['/other', /sent no key DD8E/],
    ['/text', /sent no key DD8E/],
    ['/cut', /sent no key DD8E/],
    ['/long', /longer than 4194304 bytes/],
  ];
  for (const [place, reason] of refusals)
    it(`is not made up: ${place}`, async () => {
      await assert.rejects(() => fetchFrom([place], rsaKey.fingerprint), reason);
    });

  it('a server that is not there', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    const { host } = createMemoryHost({ fetch: fetchBytes });
    const action = { kind: 'signingKey', path, keyId: 'A', servers: [`http://127.0.0.1:${port}`] } as const;
    await assert.rejects(async () => signingKey.apply(action, host, context), /refuses the connection/);
  });
});

it('an armoured key without a header line, and what is cut off, are read as far as they go', () => {
  assert.equal(readArmouredKeys(edKey.armoured).length, 1);
  const [key] = readArmouredKeys(rsaKey.armoured);
  assert.ok(key !== undefined);
  assert.deepEqual(splitKeys(key.bytes.subarray(0, 100)), []);
  assert.deepEqual(splitKeys(Buffer.from('hello')), []);
  assert.deepEqual(splitKeys(new Uint8Array()), []);
});
