import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { listProblems, listScripts, makeMime, read, readDocument } from '../testing/sources.ts';
import type { FetchedDocument } from './include.ts';

const a = 'https://a.example/one';
const b = 'http://b.example/two';
const bytes = (text: string): FetchedDocument => ({ ok: true, bytes: Buffer.from(text) });
const fetched = (given: Readonly<Record<string, FetchedDocument>>) => ({ fetched: new Map(Object.entries(given)) });
const pending = 'fetched once the network is up; what it asks for is not known yet (missing)';

describe('#include: what is to be fetched', () => {
  const cases: readonly [
    name: string,
    text: string | Uint8Array,
    wanted: readonly string[],
    problems: readonly string[],
  ][] = [
    [
      'a list',
      `#include\n${a}\n\n# not this\n  ${b}  \n`,
      [a, b],
      [`note u:2:1 -: ${pending}`, `note u:5:3 -: ${pending}`],
    ],
    ['on the line of the keyword', `#include ${a}\n`, [a], [`note u:1:2 -: ${pending}`]],
    ['once', `#include-once\n${a}\n`, [`${a} once`], [`note u:2:1 -: ${pending}`]],
    [
      'a file of the guest',
      '#include\nfile:///etc/site.yaml\n',
      ['file:///etc/site.yaml'],
      [`note u:2:1 -: ${pending}`],
    ],
    [
      'CRLF',
      `#include\r\n${a}\r\n`,
      [a],
      ['note u:1:1 -: lines end in CRLF; read as LF (spelling)', `note u:2:1 -: ${pending}`],
    ],
    ['nothing', '#include\n# none\n', [], ['note u:1:1 -: names no address (missing)']],
    [
      'no addresses',
      '#include\n/etc/site.yaml\nftp://a.example/x\nhttps://\nhttps://a.example/ s3cr3t\n',
      [],
      [2, 3, 4, 5]
        .map(
          (line) => `error u:${line}:1 -: expected an address that begins with https://, http:// or file:/// (value)`,
        )
        .concat('note u:1:1 -: names no address (missing)'),
    ],
  ];
  for (const [name, text, wanted, problems] of cases)
    it(name, async () => {
      const found = await read(text);
      assert.deepEqual(found.wanted?.map(({ url, once }) => `${url}${once ? ' once' : ''}`) ?? [], wanted);
      assert.deepEqual(listProblems(found).sort(), [...problems].sort());
    });

  it('by the type of a part, which need not have the first line', async () => {
    const found = await read(
      makeMime([
        { type: 'text/x-include-url', body: a },
        { type: 'text/x-include-once-url', body: `${a}\n${b}` },
      ]),
    );
    assert.deepEqual(found.wanted, [
      { url: a, once: false },
      { url: b, once: true },
    ]);
  });
});

describe('#include: what was fetched', () => {
  it('stands where its address stands, whatever it is', async () => {
    const parts = makeMime([
      { type: 'text/cloud-config', body: 'runcmd: [first]\nhostname: a' },
      { type: 'text/plain', body: `#include\n${a}\n${b}` },
      { type: 'text/cloud-config', body: 'timezone: UTC' },
    ]);
    const given = fetched({ [a]: bytes('#cloud-config\nruncmd: [second]\n'), [b]: bytes('#!/bin/sh\necho two\n') });
    const found = await read(parts, given);
    assert.deepEqual(readDocument(found), { runcmd: ['second'], hostname: 'a', timezone: 'UTC' });
    assert.deepEqual(listScripts(found), [['part-004', 'script', '#!/bin/sh\necho two\n']]);
    assert.equal(found.wanted, undefined);
  });

  it('may be a list again; one that names itself ends', async () => {
    const nested = await read(`#include ${a}\n`, fetched({ [a]: bytes(`#include\n${b}\n`) }));
    assert.deepEqual(nested.wanted, [{ url: b, once: false }]);
    const endless = await read(`#include ${a}\n`, fetched({ [a]: bytes(`#include\n${a}\n${a}\n`) }));
    assert.match(listProblems(endless).join('\n'), /parts inside parts, more than 8 times \(limit\)/);
  });

  it('counts against the bytes of all parts', async () => {
    const large = bytes(`#!/bin/sh\n#${'x'.repeat(3 * 1024 * 1024)}\n`);
    const found = await read(`#include\n${`${a}\n`.repeat(8)}`, fetched({ [a]: large }));
    assert.match(listProblems(found).join('\n'), /bytes were fetched; the rest is left out \(limit\)/);
    assert.equal(found.scripts?.length, 5);
  });

  it('costs itself where it failed; the address is not told', async () => {
    const secret = 'https://a.example/?token=s3cr3t';
    const given = fetched({
      [secret]: { ok: false, reason: 'the server answers 404' },
      [b]: bytes('#cloud-config\nruncmd: [x]\n'),
    });
    const found = await read(`#include\n${secret}\n${b}\n`, given);
    assert.deepEqual(readDocument(found), { runcmd: ['x'] });
    assert.deepEqual(listProblems(found), ['error u:2:1 -: could not be fetched: the server answers 404 (missing)']);
  });

  it('may be said by the image, below everything else', async () => {
    const localDocuments = [{ bytes: Buffer.from(`#include\n${a}\n`), source: 'site.cfg' }];
    const found = await read('#cloud-config\nhostname: mine\n', {
      ...{ localDocuments, ...fetched({ [a]: bytes('#cloud-config\nhostname: site\ntimezone: UTC\n') }) },
    });
    assert.deepEqual(readDocument(found), { hostname: 'mine', timezone: 'UTC' });
  });

  it('has places of its own', async () => {
    const found = await read(`#include\n${a}\n`, fetched({ [a]: bytes('#cloud-config\nhostnam: x\n') }));
    assert.match(listProblems(found).join('\n'), /^\w+ u part 1 \(fetched by line 2\):2:1 /);
  });
});
