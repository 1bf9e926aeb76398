// The other JSON files of a drive as texts: keys given twice, and bytes that are no UTF-8.

import type { Entry } from '../entry.ts';

const twice = '{\n "instance-id": "i-1", "local-ipv4": "x",\n "local-ipv4": "192.0.2.5"\n}';

export const metadataText: readonly Entry[] = [
  [
    'ec2: an address given twice',
    { drive: { 'ec2/latest/meta-data.json': twice } },
    'warning duplicate-key ec2/latest/meta-data.json:3:2',
  ],
  [
    'ec2: UTF-16',
    { drive: { 'ec2/latest/meta-data.json': Buffer.from(`\ufeff${twice}`, 'utf16le') } },
    'damaged ec2/latest/meta-data.json:1:1',
  ],
  [
    'vendor data: a key given twice',
    { drive: { 'openstack/latest/vendor_data.json': '{"cloud-init": "S3cr3t",\n "cloud-init": "#!/bin/sh\\n"}' } },
    'warning duplicate-key openstack/latest/vendor_data.json:2:2; note missing network_data.json',
  ],
  [
    'vendor data: latin-1',
    { drive: { 'openstack/latest/vendor_data2.json': Buffer.from('{"cloud-init": "b\xfccher"}', 'latin1') } },
    'warning damaged openstack/latest/vendor_data2.json:1:18; note missing network_data.json',
  ],
];
