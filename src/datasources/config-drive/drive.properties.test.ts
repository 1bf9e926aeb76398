// What holds for every drive, whatever its files say.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { bytesOf, checkProperty, isPlaceIn } from '../../../test/support/property.ts';
import { completeReading } from '../complete-reading.ts';
import { createMemoryDrive } from '../testing/memory-drive.ts';
import { configDrive } from './index.ts';
import { collectPublicKeys, findMisfits } from './public-keys.ts';

const pieces = [
  ...[
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"uuid":',
    '"8c1c4b6e"',
    '"instance-id":"i-1"',
    '"local-ipv4":',
    '"10.0.0.5"',
    '"hostname":"S3cr3t"',
  ],
  ...[
    '"links":[',
    '"networks":[',
    '"id":"a"',
    '"link":"a"',
    '"type":"ipv4"',
    '"ip_address":"10.0.0.5"',
    '"files":[',
    '"content_path":"/content/0000"',
  ],
  ...[
    '"path":"/x"',
    '"network_config":',
    '"cloud-init":"#!/bin/sh\\n"',
    '"public_keys":',
    'null',
    '1',
    '\n',
    '\ufeff',
    '\u0000',
    '\r\n',
  ],
];
const field = fc.constantFrom(
  ...[
    'uuid',
    'hostname',
    'admin_pass',
    'public_keys',
    'keys',
    'files',
    'network_config',
    'links',
    'networks',
    'services',
    'instance-id',
  ],
  ...[
    'local-ipv4',
    'public-keys',
    'local-hostname',
    'cloud-init',
    'id',
    'link',
    'type',
    'ip_address',
    'routes',
    'path',
    'content_path',
    'data',
    'name',
  ],
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<unknown>(
      '8c1c4b6e-0000-4000-8000-000000000001',
      'i-1',
      '10.0.0.5',
      'ipv4',
      'a',
      '',
      null,
      0,
      true,
      '/content/0000',
      '../x',
    ),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(field, tie('value'), { maxKeys: 6 }),
  ),
}));
const json = fc
  .tuple(fc.dictionary(field, value, { maxKeys: 8 }), fc.nat(2))
  .map(([map, indent]) => Buffer.from(JSON.stringify(map, null, indent)));
const content = fc.option(fc.oneof({ weight: 3, arbitrary: json }, bytesOf(pieces, 24)), { nil: undefined, freq: 4 });
const names = [
  ...[
    'openstack/latest/meta_data.json',
    'openstack/latest/network_data.json',
    'openstack/latest/vendor_data.json',
    'openstack/latest/vendor_data2.json',
  ],
  ...[
    'openstack/2012-08-10/meta_data.json',
    'openstack/2018-08-27/network_data.json',
    'ec2/latest/meta-data.json',
    'openstack/content/0000',
  ],
];
const drive = fc.tuple(...names.map(() => content)).map((contents) => {
  return new Map(
    names.flatMap((name, at): [string, Uint8Array][] => (contents[at] === undefined ? [] : [[name, contents[at]]])),
  );
});

checkProperty(
  'any drive is an instance or a refusal; problems are at places of its files and tell no value',
  fc.asyncProperty(drive, fc.boolean(), async (files, adminPassword) => {
    const reading = await completeReading(
      configDrive.read(createMemoryDrive(Object.fromEntries(files)), { adminPassword }),
    );
    assert.notEqual(reading.instance === undefined, reading.refusal === undefined);
    for (const problem of reading.diagnostics) {
      const bytes = files.get(problem.source);
      if (bytes !== undefined)
        assert.ok(
          isPlaceIn(
            Buffer.from(bytes)
              .toString()
              .replace(/^\ufeff/, ''),
            problem,
          ),
          JSON.stringify(problem),
        );
      assert.doesNotMatch(problem.message, /S3cr3t/);
    }
    if (!adminPassword) assert.equal(reading.instance?.adminPassword, undefined);
  }),
);

checkProperty(
  'any value holds public keys, each once and one line, or misfits',
  fc.property(value, value, (one, other) => {
    const keys = collectPublicKeys(one, other);
    assert.equal(new Set(keys).size, keys.length);
    for (const key of keys) assert.ok(key !== '' && !key.includes('\n'));
    for (const { path } of findMisfits(one)) assert.ok(Array.isArray(path));
  }),
);
