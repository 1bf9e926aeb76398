// meta_data.json cut off after each token.
import type { Entry } from '../entry.ts';

export const truncated: readonly Entry[] = [
  ['cut off after token 1', '{', 'refused; damaged 1:2'],
  ['cut off after token 2', '{"uuid"', 'refused; damaged 1:8'],
  ['cut off after token 3', '{"uuid":', 'refused; damaged 1:9'],
  ['cut off after token 4', '{"uuid": "8c1c4b6e-0000-4000-8000-000000000001"', 'refused; damaged 1:48'],
  ['cut off after token 5', '{"uuid": "8c1c4b6e-0000-4000-8000-000000000001",', 'refused; damaged 1:49'],
  ['cut off after token 6', '{"uuid": "8c1c4b6e-0000-4000-8000-000000000001", "hostname"', 'refused; damaged 1:60'],
  ['cut off after token 7', '{"uuid": "8c1c4b6e-0000-4000-8000-000000000001", "hostname":', 'refused; damaged 1:61'],
  [
    'cut off after token 8',
    '{"uuid": "8c1c4b6e-0000-4000-8000-000000000001", "hostname": "web-1"',
    'refused; damaged 1:69',
  ],
  [
    'cut off after token 9',
    '{"uuid": "8c1c4b6e-0000-4000-8000-000000000001", "hostname": "web-1",',
    'refused; damaged 1:70',
  ],
  [
    'cut off after token 10',
    '{"uuid": "8c1c4b6e-0000-4000-8000-000000000001", "hostname": "web-1", "public_keys"',
    'refused; damaged 1:84',
  ],
  [
    'cut off after token 11',
    '{"uuid": "8c1c4b6e-0000-4000-8000-000000000001", "hostname": "web-1", "public_keys":',
    'refused; damaged 1:85',
  ],
  [
    'cut off after token 12',
    '{"uuid": "8c1c4b6e-0000-4000-8000-000000000001", "hostname": "web-1", "public_keys": {',
    'refused; damaged 1:87',
  ],
  [
    'cut off after token 13',
    '{"uuid": "8c1c4b6e-0000-4000-8000-000000000001", "hostname": "web-1", "public_keys": {"a"',
    'refused; damaged 1:90',
  ],
  [
    'cut off after token 14',
    '{"uuid": "8c1c4b6e-0000-4000-8000-000000000001", "hostname": "web-1", "public_keys": {"a":',
    'refused; damaged 1:91',
  ],
  [
    'cut off after token 15',
    '{"uuid": "8c1c4b6e-0000-4000-8000-000000000001", "hostname": "web-1", "public_keys": {"a": "ssh-ed25519 AAAA"',
    'refused; damaged 1:110',
  ],
  [
    'cut off after token 16',
    '{"uuid": "8c1c4b6e-0000-4000-8000-000000000001", "hostname": "web-1", "public_keys": {"a": "ssh-ed25519 AAAA"}',
    'refused; damaged 1:111',
  ],
  [
    'cut off after token 17',
    '{"uuid": "8c1c4b6e-0000-4000-8000-000000000001", "hostname": "web-1", "public_keys": {"a": "ssh-ed25519 AAAA"},',
    'refused; damaged 1:112',
  ],
  [
    'cut off after token 18',
    '{"uuid": "8c1c4b6e-0000-4000-8000-000000000001", "hostname": "web-1", "public_keys": {"a": "ssh-ed25519 AAAA"}, "keys"',
    'refused; damaged 1:119',
  ],
  [
    'cut off after token 19',
    '{"uuid": "8c1c4b6e-0000-4000-8000-000000000001", "hostname": "web-1", "public_keys": {"a": "ssh-ed25519 AAAA"}, "keys":',
    'refused; damaged 1:120',
  ],
  [
    'cut off after token 20',
    '{"uuid": "8c1c4b6e-0000-4000-8000-000000000001", "hostname": "web-1", "public_keys": {"a": "ssh-ed25519 AAAA"}, "keys": [',
    'refused; damaged 1:122',
  ],
  [
    'cut off after token 21',
    '{"uuid": "8c1c4b6e-0000-4000-8000-000000000001", "hostname": "web-1", "public_keys": {"a": "ssh-ed25519 AAAA"}, "keys": [{',
    'refused; damaged 1:123',
  ],
  [
    'cut off after token 22',
    '{"uuid": "8c1c4b6e-0000-4000-8000-000000000001", "hostname": "web-1", "public_keys": {"a": "ssh-ed25519 AAAA"}, "keys": [{"name"',
    'refused; damaged 1:129',
  ],
  [
    'cut off after token 23',
    '{"uuid": "8c1c4b6e-0000-4000-8000-000000000001", "hostname": "web-1", "public_keys": {"a": "ssh-ed25519 AAAA"}, "keys": [{"name":',
    'refused; damaged 1:130',
  ],
  [
    'cut off after token 24',
    '{"uuid": "8c1c4b6e-0000-4000-8000-000000000001", "hostname": "web-1", "public_keys": {"a": "ssh-ed25519 AAAA"}, "keys": [{"name": "a"',
    'refused; damaged 1:134',
  ],
  [
    'cut off after token 25',
    '{"uuid": "8c1c4b6e-0000-4000-8000-000000000001", "hostname": "web-1", "public_keys": {"a": "ssh-ed25519 AAAA"}, "keys": [{"name": "a",',
    'refused; damaged 1:135',
  ],
  [
    'cut off after token 26',
    '{"uuid": "8c1c4b6e-0000-4000-8000-000000000001", "hostname": "web-1", "public_keys": {"a": "ssh-ed25519 AAAA"}, "keys": [{"name": "a", "type"',
    'refused; damaged 1:142',
  ],
  [
    'cut off after token 27',
    '{"uuid": "8c1c4b6e-0000-4000-8000-000000000001", "hostname": "web-1", "public_keys": {"a": "ssh-ed25519 AAAA"}, "keys": [{"name": "a", "type":',
    'refused; damaged 1:143',
  ],
  [
    'cut off after token 28',
    '{"uuid": "8c1c4b6e-0000-4000-8000-000000000001", "hostname": "web-1", "public_keys": {"a": "ssh-ed25519 AAAA"}, "keys": [{"name": "a", "type": "ssh"',
    'refused; damaged 1:149',
  ],
  [
    'cut off after token 29',
    '{"uuid": "8c1c4b6e-0000-4000-8000-000000000001", "hostname": "web-1", "public_keys": {"a": "ssh-ed25519 AAAA"}, "keys": [{"name": "a", "type": "ssh",',
    'refused; damaged 1:150',
  ],
  [
    'cut off after token 30',
    '{"uuid": "8c1c4b6e-0000-4000-8000-000000000001", "hostname": "web-1", "public_keys": {"a": "ssh-ed25519 AAAA"}, "keys": [{"name": "a", "type": "ssh", "data"',
    'refused; damaged 1:157',
  ],
  [
    'cut off after token 31',
    '{"uuid": "8c1c4b6e-0000-4000-8000-000000000001", "hostname": "web-1", "public_keys": {"a": "ssh-ed25519 AAAA"}, "keys": [{"name": "a", "type": "ssh", "data":',
    'refused; damaged 1:158',
  ],
  [
    'cut off after token 32',
    '{"uuid": "8c1c4b6e-0000-4000-8000-000000000001", "hostname": "web-1", "public_keys": {"a": "ssh-ed25519 AAAA"}, "keys": [{"name": "a", "type": "ssh", "data": "x"',
    'refused; damaged 1:162',
  ],
  [
    'cut off after token 33',
    '{"uuid": "8c1c4b6e-0000-4000-8000-000000000001", "hostname": "web-1", "public_keys": {"a": "ssh-ed25519 AAAA"}, "keys": [{"name": "a", "type": "ssh", "data": "x"}',
    'refused; damaged 1:163',
  ],
  [
    'cut off after token 34',
    '{"uuid": "8c1c4b6e-0000-4000-8000-000000000001", "hostname": "web-1", "public_keys": {"a": "ssh-ed25519 AAAA"}, "keys": [{"name": "a", "type": "ssh", "data": "x"}]',
    'refused; damaged 1:164',
  ],
  [
    'cut off after token 35',
    '{"uuid": "8c1c4b6e-0000-4000-8000-000000000001", "hostname": "web-1", "public_keys": {"a": "ssh-ed25519 AAAA"}, "keys": [{"name": "a", "type": "ssh", "data": "x"}],',
    'refused; damaged 1:165',
  ],
  [
    'cut off after token 36',
    '{"uuid": "8c1c4b6e-0000-4000-8000-000000000001", "hostname": "web-1", "public_keys": {"a": "ssh-ed25519 AAAA"}, "keys": [{"name": "a", "type": "ssh", "data": "x"}], "launch_index"',
    'refused; damaged 1:180',
  ],
  [
    'cut off after token 37',
    '{"uuid": "8c1c4b6e-0000-4000-8000-000000000001", "hostname": "web-1", "public_keys": {"a": "ssh-ed25519 AAAA"}, "keys": [{"name": "a", "type": "ssh", "data": "x"}], "launch_index":',
    'refused; damaged 1:181',
  ],
  [
    'cut off after token 38',
    '{"uuid": "8c1c4b6e-0000-4000-8000-000000000001", "hostname": "web-1", "public_keys": {"a": "ssh-ed25519 AAAA"}, "keys": [{"name": "a", "type": "ssh", "data": "x"}], "launch_index": 0',
    'refused; damaged 1:183',
  ],
  [
    'cut off after token 39',
    '{"uuid": "8c1c4b6e-0000-4000-8000-000000000001", "hostname": "web-1", "public_keys": {"a": "ssh-ed25519 AAAA"}, "keys": [{"name": "a", "type": "ssh", "data": "x"}], "launch_index": 0,',
    'refused; damaged 1:184',
  ],
  [
    'cut off after token 40',
    '{"uuid": "8c1c4b6e-0000-4000-8000-000000000001", "hostname": "web-1", "public_keys": {"a": "ssh-ed25519 AAAA"}, "keys": [{"name": "a", "type": "ssh", "data": "x"}], "launch_index": 0, "ok"',
    'refused; damaged 1:189',
  ],
  [
    'cut off after token 41',
    '{"uuid": "8c1c4b6e-0000-4000-8000-000000000001", "hostname": "web-1", "public_keys": {"a": "ssh-ed25519 AAAA"}, "keys": [{"name": "a", "type": "ssh", "data": "x"}], "launch_index": 0, "ok":',
    'refused; damaged 1:190',
  ],
  [
    'cut off after token 42',
    '{"uuid": "8c1c4b6e-0000-4000-8000-000000000001", "hostname": "web-1", "public_keys": {"a": "ssh-ed25519 AAAA"}, "keys": [{"name": "a", "type": "ssh", "data": "x"}], "launch_index": 0, "ok": true',
    'refused; damaged 1:195',
  ],
  [
    'cut off after token 43',
    '{"uuid": "8c1c4b6e-0000-4000-8000-000000000001", "hostname": "web-1", "public_keys": {"a": "ssh-ed25519 AAAA"}, "keys": [{"name": "a", "type": "ssh", "data": "x"}], "launch_index": 0, "ok": true,',
    'refused; damaged 1:196',
  ],
  [
    'cut off after token 44',
    '{"uuid": "8c1c4b6e-0000-4000-8000-000000000001", "hostname": "web-1", "public_keys": {"a": "ssh-ed25519 AAAA"}, "keys": [{"name": "a", "type": "ssh", "data": "x"}], "launch_index": 0, "ok": true, "none"',
    'refused; damaged 1:203',
  ],
  [
    'cut off after token 45',
    '{"uuid": "8c1c4b6e-0000-4000-8000-000000000001", "hostname": "web-1", "public_keys": {"a": "ssh-ed25519 AAAA"}, "keys": [{"name": "a", "type": "ssh", "data": "x"}], "launch_index": 0, "ok": true, "none":',
    'refused; damaged 1:204',
  ],
  [
    'cut off after token 46',
    '{"uuid": "8c1c4b6e-0000-4000-8000-000000000001", "hostname": "web-1", "public_keys": {"a": "ssh-ed25519 AAAA"}, "keys": [{"name": "a", "type": "ssh", "data": "x"}], "launch_index": 0, "ok": true, "none": null',
    'refused; damaged 1:209',
  ],
  [
    'cut off after token 47',
    '{"uuid": "8c1c4b6e-0000-4000-8000-000000000001", "hostname": "web-1", "public_keys": {"a": "ssh-ed25519 AAAA"}, "keys": [{"name": "a", "type": "ssh", "data": "x"}], "launch_index": 0, "ok": true, "none": null,',
    'refused; damaged 1:210',
  ],
  [
    'cut off after token 48',
    '{"uuid": "8c1c4b6e-0000-4000-8000-000000000001", "hostname": "web-1", "public_keys": {"a": "ssh-ed25519 AAAA"}, "keys": [{"name": "a", "type": "ssh", "data": "x"}], "launch_index": 0, "ok": true, "none": null, "n"',
    'refused; damaged 1:214',
  ],
  [
    'cut off after token 49',
    '{"uuid": "8c1c4b6e-0000-4000-8000-000000000001", "hostname": "web-1", "public_keys": {"a": "ssh-ed25519 AAAA"}, "keys": [{"name": "a", "type": "ssh", "data": "x"}], "launch_index": 0, "ok": true, "none": null, "n":',
    'refused; damaged 1:215',
  ],
  [
    'cut off after token 50',
    '{"uuid": "8c1c4b6e-0000-4000-8000-000000000001", "hostname": "web-1", "public_keys": {"a": "ssh-ed25519 AAAA"}, "keys": [{"name": "a", "type": "ssh", "data": "x"}], "launch_index": 0, "ok": true, "none": null, "n": -1.5e3',
    'refused; damaged 1:222',
  ],
  ['cut off inside a text', '{"uuid": "8c1c4b6e-0', 'refused; damaged 1:10'],
  ['cut off inside a key', '{"uu', 'refused; damaged 1:2'],
  ['cut off inside a number', '{"uuid": "8c1c4b6e-0000-4000-8000-000000000001", "n": -', 'refused; damaged 1:55'],
  ['cut off inside a word', '{"uuid": "8c1c4b6e-0000-4000-8000-000000000001", "n": tru', 'refused; damaged 1:55'],
];
