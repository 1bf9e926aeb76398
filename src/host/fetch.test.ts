import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { fetchBytes } from './fetch.ts';

const answers: Readonly<Record<string, [status: number, body: string, location?: string]>> = {
  '/plain': [200, 'body'],
  '/moved': [302, '', '/plain'],
  '/loop': [301, '', '/loop'],
  '/elsewhere': [302, '', 'http://localhost:PORT/plain'],
  '/away': [302, '', 'file:///etc/passwd'],
  '/large': [200, 'x'.repeat(5000)],
  '/missing': [404, 'no'],
};
const received: string[] = [];
const server = createServer((request, response) => {
  if (request.url === '/silent') return;
  let body = '';
  request.on('data', (chunk) => {
    body += String(chunk);
  });
  request.on('end', () => {
    received.push(
      `${request.method} ${request.url} ${request.headers['content-type'] ?? request.headers['x-token'] ?? '-'} ${body}`,
    );
    const [status, text, location] = answers[request.url ?? ''] ?? [500, ''];
    const port = String((server.address() as AddressInfo).port);
    response.writeHead(status, location === undefined ? {} : { location: location.replace('PORT', port) });
    response.end(text);
  });
});
let base = '';
before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => {
  server.closeAllConnections();
  server.close();
});

const options = { timeoutMs: 5000, limitBytes: 1000, protocols: ['http:', 'https:'] } as const;
const ask = async (path: string, more: Partial<Parameters<typeof fetchBytes>[1]> = {}): Promise<string> => {
  const { status, body } = await fetchBytes(`${base}${path}`, { ...options, ...more });
  return `${status} ${Buffer.from(body).toString()}`;
};

describe('one request', () => {
  it('gives headers to the server that is asked, not to another that it leads to', async () => {
    const headers = { 'x-token': 'CANARY' };
    received.length = 0;
    assert.equal(await ask('/moved', { headers }), '200 body');
    assert.equal(await ask('/elsewhere', { headers }), '200 body');
    assert.deepEqual(received, ['GET /moved CANARY ', 'GET /plain CANARY ', 'GET /elsewhere CANARY ', 'GET /plain - ']);
  });

  it('gives status and bytes, after redirects', async () => {
    assert.equal(await ask('/plain'), '200 body');
    assert.equal(await ask('/moved'), '200 body');
    assert.equal(await ask('/missing'), '404 no');
  });

  it('posts a body and does not follow', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    assert.equal(await ask('/moved', { body: 'a=b', headers }), '302 ');
    assert.equal(received.at(-1), 'POST /moved application/x-www-form-urlencoded a=b');
  });

  const refusals: readonly [path: string, more: Partial<Parameters<typeof fetchBytes>[1]>, message: RegExp][] = [
    ['/loop', {}, /: leads elsewhere and is not followed$/],
    ['/away', {}, /: leads elsewhere and is not followed$/],
    ['/large', {}, /: its answer is longer than 1000 bytes$/],
    ['/silent', { timeoutMs: 200 }, /: no whole answer within 1 s$/],
    ['/plain?s3cr3t', { protocols: ['https:'] }, /^127\.0\.0\.1:\d+: asked by https only$/],
  ];
  for (const [path, more, message] of refusals)
    it(`refuses ${path}`, async () => {
      await assert.rejects(
        ask(path, more),
        (error: Error) => message.test(error.message) && !/s3cr3t/.test(error.message),
      );
    });

  it('says that nobody is there', async () => {
    await assert.rejects(
      fetchBytes('http://127.0.0.1:1/', options),
      /^AgentError: 127\.0\.0\.1:1: refuses the connection$/,
    );
  });
});
