import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FetchedFileAction } from '../core/action.ts';
import { Secret, SecretData } from '../core/secret.ts';
import type { FetchOptions } from '../host/host.ts';
import { createMemoryHost, type MemoryFile } from '../host/memory.ts';
import type { ApplyContext } from './executor.ts';
import { fetchedFile } from './fetched-file.ts';

const context: ApplyContext = { commandTimeoutMs: 0, instanceDirectory: '', environment: {}, stepId: 'write_files/0' };
const address = 'https://files.example/a?token=CANARY';
const action: FetchedFileAction = {
  ...{ kind: 'fetchedFile', source: new Secret(address), file: { path: '/srv/a', mode: 0o640 } },
  headers: new SecretData({ 'x-token': 'CANARY' }),
};
const fallback = Buffer.from('in the document');

function makeGuest(answer: { status: number; body: string }, files: Record<string, MemoryFile> = {}) {
  const asked: [url: string, options: FetchOptions][] = [];
  const guest = createMemoryHost({
    files,
    fetch: async (url, options) => {
      asked.push([url, options]);
      return { status: answer.status, body: Buffer.from(answer.body) };
    },
  });
  return { ...guest, asked };
}

describe('a file from a server', () => {
  it('is written as any other, and a second time is no work', async () => {
    const { host, asked } = makeGuest({ status: 200, body: 'fetched' });
    const { changes } = { changes: [], ...fetchedFile.inspect(action, host) };
    assert.deepEqual(changes, [{ op: '+', what: '/srv/a  what files.example has then' }]);
    const applied = await fetchedFile.apply(action, host, context);
    assert.deepEqual(
      applied?.made?.map(({ path }) => path),
      ['/srv/a'],
    );
    assert.equal(host.readText('/srv/a'), 'fetched');
    assert.equal(host.stat('/srv/a')?.mode, 0o640);
    const [url, options] = asked[0] ?? assert.fail('nobody asked');
    assert.equal(url, address);
    assert.deepEqual([options.headers, options.protocols], [{ 'x-token': 'CANARY' }, ['https:', 'http:']]);
    assert.deepEqual(await fetchedFile.apply(action, host, context), { idle: true });
  });

  it('that cannot be had is what the document holds, and that is told without the address', async () => {
    const { host } = makeGuest({ status: 404, body: 'no' });
    const applied = await fetchedFile.apply({ ...action, fallback }, host, context);
    assert.equal(host.readText('/srv/a'), 'in the document');
    assert.equal(applied?.message, 'files.example: the server answers 404; the content of the document is written');
  });

  it('and has nothing instead fails, and nothing is written', async () => {
    const { host } = makeGuest({ status: 403, body: 'CANARY' });
    await assert.rejects(async () => fetchedFile.apply(action, host, context), {
      message: 'files.example: the server answers 403',
    });
    assert.equal(host.stat('/srv/a'), undefined);
  });
});

describe('a file of the guest', () => {
  const from = (path: string): FetchedFileAction => ({ ...action, source: new Secret(`file://${path}`) });

  it('is copied, whatever its name', async () => {
    const { host, asked } = makeGuest({ status: 200, body: '' }, { '/srv/it is': 'here' });
    await fetchedFile.apply(from('/srv/it%20is'), host, context);
    assert.equal(host.readText('/srv/a'), 'here');
    assert.deepEqual(asked, []);
  });

  it('that is none is named', async () => {
    const { host } = makeGuest({ status: 200, body: '' }, { '/srv/folder/x': '' });
    await assert.rejects(async () => fetchedFile.apply(from('/srv/none'), host, context), {
      message: '/srv/none: no such file',
    });
    await assert.rejects(async () => fetchedFile.apply(from('/srv/folder'), host, context), {
      message: '/srv/folder: not a regular file',
    });
  });
});

it('what an interrupted run has added is not added again', async () => {
  const added: FetchedFileAction = { ...action, file: { ...action.file, append: true } };
  const { host } = makeGuest({ status: 200, body: '+' }, { '/srv/a': 'first' });
  const token = fetchedFile.token?.(added, host) ?? assert.fail('no token');
  const interrupted = { ...context, interrupted: { token, tries: 1 } };
  await fetchedFile.apply(added, host, interrupted);
  assert.equal(host.readText('/srv/a'), 'first+');
  const again = await fetchedFile.apply(added, host, interrupted);
  assert.equal(again?.message, 'was added before the restart');
  assert.equal(host.readText('/srv/a'), 'first+');
  assert.equal(fetchedFile.token?.(action, host), undefined);
});
