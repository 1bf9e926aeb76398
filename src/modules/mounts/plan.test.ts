import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SecretData } from '../../core/secret.ts';
import { diskSetup } from '../disk-setup/index.ts';
import { swap } from '../swap/index.ts';
import { listProblems, planDocument } from '../write-files/testing/plan-case.ts';
import { mounts } from './index.ts';

describe('mounts: what is said', () => {
  const cases: readonly [name: string, body: string, problems: readonly RegExp[]][] = [
    ['nothing about good entries', 'mounts: [[vdb, /data], [swap], [ephemeral0, null]]\n', []],
    ['no list', 'mounts: vdb\n', [/mounts \| .*a list of lists/]],
    ['an entry that is no list', 'mounts: [vdb]\n', [/mounts\[0\] \| .*one to six fields/]],
    ['too many fields', 'mounts: [[a, b, c, d, e, f, g]]\n', [/mounts\[0\] \| .*one to six fields/]],
    ['no field', 'mounts: [[]]\n', [/mounts\[0\] \| .*one to six fields/]],
    ['a field that is a map', 'mounts: [[vdb, {a: 1}]]\n', [/mounts\[0\]\[1\] \| .*a text or a number/]],
    ['a relative mount point', 'mounts: [[vdb, data]]\n', [/error .*mounts\[0\] \| value \| .*absolute path/]],
    ['a way out', 'mounts: [[vdb, /srv/../etc]]\n', [/absolute path without/]],
    ['the root', 'mounts: [[vdb, //]]\n', [/refused \| \/ belongs to the running guest/]],
    ['our own record', 'mounts: [[vdb, /var/lib/]]\n', [/refused \| \/var\/lib belongs/]],
    [
      'a pass that is no digit',
      'mounts: [[vdb, /x, auto, defaults, "0", yes please]]\n',
      [/a digit for dump and pass/],
    ],
    ['no device', 'mounts: [[null, /x]]\n', [/missing \| no device/]],
    ['one place twice', 'mounts: [[vdb, /x], [vdc, /x/]]\n', [/warning .*mounts\[1\] \| conflict \| \/x was given/]],
    [
      'too few defaults',
      'mount_default_fields: [null]\nmounts: [[vdb, /x]]\n',
      [/mount_default_fields \| .*six fields/],
    ],
  ];
  for (const [name, body, problems] of cases)
    it(name, () => {
      const said = listProblems(planDocument(mounts, body).diagnostics);
      assert.equal(said.length, problems.length, said.join('\n'));
      for (const [index, problem] of problems.entries()) assert.match(said[index] ?? '', problem);
    });

  it('names of the cloud are those of the drive, under any bus', () => {
    const metadata = new SecretData({
      ec2: { 'block-device-mapping': { ephemeral0: 'sdb', root: '/dev/vda', bad: '../x' } },
    });
    const { steps } = planDocument(mounts, 'mounts: [[ephemeral0, /data], [ephemeral1, /more]]\n', {
      instance: { metadata },
    });
    const sources = steps.flatMap(({ action }) =>
      action.kind === 'mount' && 'nodes' in action.source ? [action.source] : [],
    );
    assert.deepEqual(sources[0]?.nodes, ['/dev/sdb', '/dev/vdb', '/dev/xvdb', '/dev/hdb']);
    assert.deepEqual(sources[1], { written: 'ephemeral1', nodes: [], sign: { label: 'ephemeral1' } });
  });

  it('needs what makes the file system, and nothing of other disks', () => {
    const body = `
fs_setup: [{filesystem: ext4, device: /dev/vdb, partition: 1}, {filesystem: ext4, device: vdc}, {filesystem: xfs, device: vdd}]
mounts: [[vdb1, /a], [/dev/vdc, /c], [vde, /e]]
`;
    const { steps } = planDocument(mounts, body, { neighbours: [diskSetup, swap] });
    assert.deepEqual(
      steps.slice(1, 4).map(({ needs }) => needs),
      [['fs_setup/vdb.1'], ['fs_setup/vdc'], undefined],
    );
  });
});
