// Drives whose files are no files, are too large, are named oddly or are not where they should be.
import type { Entry } from '../entry.ts';

export const files: readonly Entry[] = [
  [
    'meta_data.json is a FIFO',
    { drive: { 'openstack/latest/meta_data.json': { special: 'fifo' } } },
    'refused; damaged openstack/latest/meta_data.json',
  ],
  [
    'meta_data.json is a socket',
    { drive: { 'openstack/latest/meta_data.json': { special: 'socket' } } },
    'refused; damaged openstack/latest/meta_data.json',
  ],
  [
    'meta_data.json is a folder',
    { drive: { 'openstack/latest/meta_data.json': { special: 'folder' } } },
    'refused; damaged openstack/latest/meta_data.json',
  ],
  [
    'meta_data.json is a link to /etc/shadow',
    { drive: { 'openstack/latest/meta_data.json': { link: '/etc/shadow' } } },
    'refused; damaged openstack/latest/meta_data.json',
  ],
  [
    'meta_data.json is a link beside it',
    { drive: { 'openstack/latest/meta_data.json': { link: 'other' }, 'openstack/latest/other': '#!/bin/sh\n' } },
    'refused; damaged openstack/latest/meta_data.json',
  ],
  [
    'meta_data.json is a link to itself',
    { drive: { 'openstack/latest/meta_data.json': { link: 'meta_data.json' } } },
    'refused; damaged openstack/latest/meta_data.json',
  ],
  [
    'meta_data.json is 8 GiB of nothing',
    { drive: { 'openstack/latest/meta_data.json': { sparse: 8 * 1024 ** 3 } } },
    'refused; limit openstack/latest/meta_data.json',
  ],
  [
    'meta_data.json is empty',
    { drive: { 'openstack/latest/meta_data.json': '' } },
    'refused; damaged openstack/latest/meta_data.json:1:1',
  ],
  [
    'network_data.json is a FIFO',
    { drive: { 'openstack/latest/network_data.json': { special: 'fifo' } } },
    'damaged openstack/latest/network_data.json',
  ],
  [
    'network_data.json is a socket',
    { drive: { 'openstack/latest/network_data.json': { special: 'socket' } } },
    'damaged openstack/latest/network_data.json',
  ],
  [
    'network_data.json is a folder',
    { drive: { 'openstack/latest/network_data.json': { special: 'folder' } } },
    'damaged openstack/latest/network_data.json',
  ],
  [
    'network_data.json is a link to /etc/shadow',
    { drive: { 'openstack/latest/network_data.json': { link: '/etc/shadow' } } },
    'damaged openstack/latest/network_data.json',
  ],
  [
    'network_data.json is a link beside it',
    { drive: { 'openstack/latest/network_data.json': { link: 'other' }, 'openstack/latest/other': '#!/bin/sh\n' } },
    'damaged openstack/latest/network_data.json',
  ],
  [
    'network_data.json is a link to itself',
    { drive: { 'openstack/latest/network_data.json': { link: 'network_data.json' } } },
    'damaged openstack/latest/network_data.json',
  ],
  [
    'network_data.json is 8 GiB of nothing',
    { drive: { 'openstack/latest/network_data.json': { sparse: 8 * 1024 ** 3 } } },
    'limit openstack/latest/network_data.json',
  ],
  [
    'network_data.json is empty',
    { drive: { 'openstack/latest/network_data.json': '' } },
    'damaged openstack/latest/network_data.json:1:1',
  ],
  [
    'user_data is a FIFO',
    { drive: { 'openstack/latest/user_data': { special: 'fifo' } } },
    'damaged openstack/latest/user_data; note missing network_data.json',
  ],
  [
    'user_data is a socket',
    { drive: { 'openstack/latest/user_data': { special: 'socket' } } },
    'damaged openstack/latest/user_data; note missing network_data.json',
  ],
  [
    'user_data is a folder',
    { drive: { 'openstack/latest/user_data': { special: 'folder' } } },
    'damaged openstack/latest/user_data; note missing network_data.json',
  ],
  [
    'user_data is a link to /etc/shadow',
    { drive: { 'openstack/latest/user_data': { link: '/etc/shadow' } } },
    'damaged openstack/latest/user_data; note missing network_data.json',
  ],
  [
    'user_data is a link beside it',
    { drive: { 'openstack/latest/user_data': { link: 'other' }, 'openstack/latest/other': '#!/bin/sh\n' } },
    'damaged openstack/latest/user_data; note missing network_data.json',
  ],
  [
    'user_data is a link to itself',
    { drive: { 'openstack/latest/user_data': { link: 'user_data' } } },
    'damaged openstack/latest/user_data; note missing network_data.json',
  ],
  [
    'user_data is 8 GiB of nothing',
    { drive: { 'openstack/latest/user_data': { sparse: 8 * 1024 ** 3 } } },
    'limit openstack/latest/user_data; note missing network_data.json',
  ],
  ['user_data is empty', { drive: { 'openstack/latest/user_data': '' } }, 'note missing network_data.json'],
  [
    'vendor_data.json is a FIFO',
    { drive: { 'openstack/latest/vendor_data.json': { special: 'fifo' } } },
    'warning damaged openstack/latest/vendor_data.json; note missing network_data.json',
  ],
  [
    'vendor_data.json is a socket',
    { drive: { 'openstack/latest/vendor_data.json': { special: 'socket' } } },
    'warning damaged openstack/latest/vendor_data.json; note missing network_data.json',
  ],
  [
    'vendor_data.json is a folder',
    { drive: { 'openstack/latest/vendor_data.json': { special: 'folder' } } },
    'warning damaged openstack/latest/vendor_data.json; note missing network_data.json',
  ],
  [
    'vendor_data.json is a link to /etc/shadow',
    { drive: { 'openstack/latest/vendor_data.json': { link: '/etc/shadow' } } },
    'warning damaged openstack/latest/vendor_data.json; note missing network_data.json',
  ],
  [
    'vendor_data.json is a link beside it',
    { drive: { 'openstack/latest/vendor_data.json': { link: 'other' }, 'openstack/latest/other': '#!/bin/sh\n' } },
    'warning damaged openstack/latest/vendor_data.json; note missing network_data.json',
  ],
  [
    'vendor_data.json is a link to itself',
    { drive: { 'openstack/latest/vendor_data.json': { link: 'vendor_data.json' } } },
    'warning damaged openstack/latest/vendor_data.json; note missing network_data.json',
  ],
  [
    'vendor_data.json is 8 GiB of nothing',
    { drive: { 'openstack/latest/vendor_data.json': { sparse: 8 * 1024 ** 3 } } },
    'warning limit openstack/latest/vendor_data.json; note missing network_data.json',
  ],
  [
    'vendor_data.json is empty',
    { drive: { 'openstack/latest/vendor_data.json': '' } },
    'warning damaged openstack/latest/vendor_data.json:1:1; note missing network_data.json',
  ],
  [
    'vendor_data2.json is a FIFO',
    { drive: { 'openstack/latest/vendor_data2.json': { special: 'fifo' } } },
    'warning damaged openstack/latest/vendor_data2.json; note missing network_data.json',
  ],
  [
    'vendor_data2.json is a socket',
    { drive: { 'openstack/latest/vendor_data2.json': { special: 'socket' } } },
    'warning damaged openstack/latest/vendor_data2.json; note missing network_data.json',
  ],
  [
    'vendor_data2.json is a folder',
    { drive: { 'openstack/latest/vendor_data2.json': { special: 'folder' } } },
    'warning damaged openstack/latest/vendor_data2.json; note missing network_data.json',
  ],
  [
    'vendor_data2.json is a link to /etc/shadow',
    { drive: { 'openstack/latest/vendor_data2.json': { link: '/etc/shadow' } } },
    'warning damaged openstack/latest/vendor_data2.json; note missing network_data.json',
  ],
  [
    'vendor_data2.json is a link beside it',
    { drive: { 'openstack/latest/vendor_data2.json': { link: 'other' }, 'openstack/latest/other': '#!/bin/sh\n' } },
    'warning damaged openstack/latest/vendor_data2.json; note missing network_data.json',
  ],
  [
    'vendor_data2.json is a link to itself',
    { drive: { 'openstack/latest/vendor_data2.json': { link: 'vendor_data2.json' } } },
    'warning damaged openstack/latest/vendor_data2.json; note missing network_data.json',
  ],
  [
    'vendor_data2.json is 8 GiB of nothing',
    { drive: { 'openstack/latest/vendor_data2.json': { sparse: 8 * 1024 ** 3 } } },
    'warning limit openstack/latest/vendor_data2.json; note missing network_data.json',
  ],
  [
    'vendor_data2.json is empty',
    { drive: { 'openstack/latest/vendor_data2.json': '' } },
    'warning damaged openstack/latest/vendor_data2.json:1:1; note missing network_data.json',
  ],
  ['nothing at all', { drive: {} }, 'refused'],
  ['another folder', { drive: { 'content/0000': 'x' } }, 'refused'],
  ['openstack is a file', { drive: { openstack: 'S3cr3t' } }, 'refused'],
  ['openstack is a link', { drive: { openstack: { link: '/etc' } } }, 'refused'],
  [
    'latest is a link out of the drive',
    {
      drive: {
        'openstack/2018-08-27/meta_data.json': '{"uuid": "8c1c4b6e-0000-4000-8000-000000000001", "hostname": "web-1"}',
        'openstack/2016-01-01': { link: '/etc' },
      },
    },
    'damaged openstack/2016-01-01/network_data.json',
  ],
  [
    'a version that is no date',
    { drive: { 'openstack/S3cr3t/meta_data.json': 'S3cr3t' } },
    'note missing network_data.json',
  ],
  [
    'an older version stands in',
    {
      drive: {
        'openstack/latest/meta_data.json': '{',
        'openstack/2018-08-27/meta_data.json': '{"uuid": "8c1c4b6e-0000-4000-8000-000000000001", "hostname": "web-1"}',
      },
    },
    'damaged openstack/latest/meta_data.json:1:2; note missing network_data.json',
  ],
  [
    'only an older version',
    { drive: { 'openstack/2012-08-10/user_data': '#!/bin/sh\n' } },
    'note missing network_data.json',
  ],
  [
    'a set-user-id user_data',
    { drive: { 'openstack/latest/user_data': { mode: 0o4777, content: '#!/bin/sh\n' } } },
    'note missing network_data.json',
  ],
  [
    'a name of 255 bytes',
    { drive: { [`openstack/latest/${'a'.repeat(255)}`]: 'x' } },
    'note missing network_data.json',
  ],
  ['a name that is not UTF-8', { drive: { 'openstack/latest/b\xfccher': 'x' } }, 'note missing network_data.json'],
  ['a name with a line break', { drive: { 'openstack/latest/a\nb': 'x' } }, 'note missing network_data.json'],
  [
    'a name with a terminal sequence',
    { drive: { 'openstack/latest/a\x1b[2J': 'x' } },
    'note missing network_data.json',
  ],
  [
    'twins in capitals',
    { drive: { 'openstack/latest/META_DATA.JSON': 'S3cr3t', 'openstack/latest/User_Data': 'S3cr3t' } },
    'note missing network_data.json',
  ],
  ['12 000 files in a folder', { drive: { 'openstack/content': { names: 12_000 } } }, 'note missing network_data.json'],
  [
    'a hard link of user_data',
    {
      drive: {
        'openstack/latest/user_data': '#!/bin/sh\n',
        'openstack/latest/vendor_data.json': { hardLink: 'openstack/latest/user_data' },
      },
    },
    'warning damaged openstack/latest/vendor_data.json:1:1; note missing network_data.json',
  ],
  [
    'ec2 alone',
    { drive: { 'ec2/latest/meta-data.json': '{"instance-id": "i-00000001", "local-ipv4": "192.0.2.5"}' } },
    'plan',
  ],
  ['ec2 that is broken', { drive: { 'ec2/latest/meta-data.json': '{' } }, 'damaged ec2/latest/meta-data.json:1:2'],
  ['ec2 without an id', { drive: { 'ec2/latest/meta-data.json': '{}' } }, 'note missing network_data.json'],
  [
    'both trees with other ids',
    {
      drive: {
        'openstack/latest/meta_data.json': '{"uuid": "8c1c4b6e-0000-4000-8000-000000000001", "hostname": "web-1"}',
        'ec2/latest/meta-data.json': '{"instance-id": "i-00000001"}',
      },
    },
    'note missing network_data.json',
  ],
  [
    'content that is a link',
    {
      drive: {
        'openstack/latest/meta_data.json':
          '{"uuid": "8c1c4b6e-0000-4000-8000-000000000001", "hostname": "web-1", "files": [{"path": "/a", "content_path": "/content/0000"}]}',
        'openstack/content/0000': { link: '/etc/shadow' },
      },
    },
    'damaged openstack/content/0000; note missing network_data.json',
  ],
  [
    'content that is a FIFO',
    {
      drive: {
        'openstack/latest/meta_data.json':
          '{"uuid": "8c1c4b6e-0000-4000-8000-000000000001", "hostname": "web-1", "files": [{"path": "/a", "content_path": "/content/0000"}]}',
        'openstack/content/0000': { special: 'fifo' },
      },
    },
    'damaged openstack/content/0000; note missing network_data.json',
  ],
  [
    'content of 8 GiB',
    {
      drive: {
        'openstack/latest/meta_data.json':
          '{"uuid": "8c1c4b6e-0000-4000-8000-000000000001", "hostname": "web-1", "files": [{"path": "/a", "content_path": "/content/0000"}]}',
        'openstack/content/0000': { sparse: 8 * 1024 ** 3 },
      },
    },
    'limit openstack/content/0000; note missing network_data.json',
  ],
  [
    'content to a path that climbs',
    {
      drive: {
        'openstack/latest/meta_data.json':
          '{"uuid": "8c1c4b6e-0000-4000-8000-000000000001", "hostname": "web-1", "files": [{"path": "/a/../../etc/x", "content_path": "/content/0000"}]}',
        'openstack/content/0000': 'x',
      },
    },
    'note missing network_data.json; value openstack/content/0000',
  ],
  [
    'content to the root',
    {
      drive: {
        'openstack/latest/meta_data.json':
          '{"uuid": "8c1c4b6e-0000-4000-8000-000000000001", "hostname": "web-1", "files": [{"path": "/", "content_path": "/content/0000"}]}',
        'openstack/content/0000': 'x',
      },
    },
    'note missing network_data.json; value openstack/content/0000',
  ],
  [
    'content outside of openstack',
    {
      drive: {
        'openstack/latest/meta_data.json':
          '{"uuid": "8c1c4b6e-0000-4000-8000-000000000001", "hostname": "web-1", "files": [{"path": "/a", "content_path": "/../ec2/x"}]}',
        'ec2/x': 'x',
      },
    },
    'damaged openstack/../ec2/x; note missing network_data.json',
  ],
];
