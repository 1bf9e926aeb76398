// packaging/install: the same files as the Debian package, nothing half done, and never a step outside the image.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { plainEnv, runTool, tryTool } from '../support/command.ts';
import { assertNothingLeft } from '../support/leftovers.ts';
import { type Packages, requirePackages } from '../support/packages.ts';
import { explainMissingRoots, prepareRoot } from '../support/roots.ts';
import { compareDigests, type TreeDigest } from '../support/tree-digest.ts';
import { digest, dpkg, inGuest, releases, withGuest } from './guest.ts';
import { type Image, libc, loader, makeSmallPayload, pathsOf, withImage } from './image.ts';

const missing = explainMissingRoots();

const config = '/etc/guest-init/config.yaml';
const hook = '/var/lib/cloud/scripts/per-instance/50-guest-init';
const earlyLink = '/etc/systemd/system/sysinit.target.wants/guest-init.service';

describe('packaging/install', { skip: missing ?? false }, () => {
  let packages: Packages;
  let folder: string;
  let source: string;
  let payload: string;
  let newer: string;
  before(async () => {
    packages = requirePackages();
    source = await prepareRoot('bookworm-minimal');
    folder = mkdtempSync(join(tmpdir(), 'guest-init-payloads-'));
    payload = makeSmallPayload({ packages, folder: join(folder, 'old'), version: '0.0.9' });
    newer = makeSmallPayload({
      packages,
      folder: join(folder, 'new'),
      version: '0.2.0',
      change: (tree) => {
        rmSync(join(tree, 'usr/share/doc/guest-init/exit-codes.md'));
        writeFileSync(join(tree, config), '# the settings of 0.2.0\n');
      },
    });
  });
  after(async () => {
    rmSync(folder, { recursive: true, force: true });
    await assertNothingLeft();
  });

  const inImage = (body: (image: Image) => void): void => withImage({ source, payload }, body);
  /** The image with another version beside it. */
  const upgrade = (image: Image, to: string): void => {
    const link = join(dirname(image.root), 'payload');
    rmSync(link);
    symlinkSync(to, link);
  };

  for (const release of releases) {
    it(`${release}: gives the same files, modes and links as the package, a program that runs, and goes without a trace`, async () => {
      const packaged = await withGuest({ release, packages }, async (box) => {
        await dpkg(box, '--install', inGuest.deb);
        return digest(box);
      });
      await withGuest({ release, packages }, async (box) => {
        const untouched = digest(box);
        await box.exec(['tar', '-xzf', inGuest.tarball, '-C', '/tmp']);
        const install = `/tmp/guest-init-${packages.version}-linux-x64/install`;
        assert.match(await box.exec([install, '--root', '/']), /done\. The next boot runs \/usr\/bin\/guest-init run/);
        const differences = compareDigests(unmerge(packaged), unmerge(digest(box))).filter(
          (line) => !isBookkeeping(line),
        );
        assert.deepEqual(differences, []);
        assert.equal((await box.exec(['guest-init', '--version'])).includes(packages.version), true);
        await box.exec([install, '--root', '/', '--uninstall']);
        assert.deepEqual(compareDigests(untouched, digest(box)), []);
      });
    });
  }

  it('finds its payload in a checkout too, and says its version', () => {
    const { status, stdout } = tryTool([
      'sh',
      join(dirname(dirname(import.meta.dirname)), 'packaging/install'),
      '--version',
    ]);
    assert.deepEqual([status, stdout], [0, `guest-init ${packages.version}\n`]);
  });

  it('is repeated without a change, and takes itself away again', () => {
    inImage((image) => {
      image.mustInstall();
      const changed = image.changes().filter((line) => !line.startsWith('~ root'));
      assert.equal(changed.length > 15, true);
      assert.equal(
        changed.every((line) => line.startsWith('+ root/')),
        true,
      );
      assert.equal(readlinkSync(join(image.root, earlyLink)), '/usr/lib/systemd/system/guest-init.service');
      const whole = image.changes();
      image.mustInstall();
      assert.deepEqual(image.changes(), whole);
      // What a boot adds.
      image.link('/etc/issue.d/50-guest-init.issue', '/run/guest-init/issue');
      image.mustInstall('--uninstall');
      assert.deepEqual(image.changes(), []);
    });
  });

  it('an upgrade drops old files, takes new settings unless they were edited, and leaves a disabled unit disabled', () => {
    inImage((image) => {
      image.mustInstall();
      rmSync(join(image.root, earlyLink));
      upgrade(image, newer);
      assert.match(image.mustInstall(), /leaves \S+guest-init\.service removed/);
      assert.match(image.read('/usr/bin/guest-init'), /0\.2\.0/);
      assert.equal(image.has('/usr/share/doc/guest-init/exit-codes.md'), false);
      assert.equal(image.read(config), '# the settings of 0.2.0\n');
      assert.equal(image.has(earlyLink), false);
      image.write(config, 'default_user: ops\n');
      upgrade(image, payload);
      assert.match(image.mustInstall(), /keeps \/etc\/guest-init\/config\.yaml/);
      assert.equal(image.read(config), 'default_user: ops\n');
      assert.match(image.mustInstall('--uninstall'), /keeps \/etc\/guest-init\/config\.yaml/);
      assert.deepEqual(image.changes(), [...image.changes().filter((line) => line.includes('etc/guest-init'))]);
      assert.equal(image.read(config), 'default_user: ops\n');
    });
  });

  it('keeps the settings that an image already has', () => {
    inImage((image) => {
      image.write(config, 'default_user: ops\n');
      image.mustInstall();
      assert.equal(image.read(config), 'default_user: ops\n');
      image.mustInstall('--uninstall');
      assert.deepEqual(image.changes(), []);
    });
  });

  it('--dry-run says what would be done and changes nothing', () => {
    inImage((image) => {
      const said = image.mustInstall('--dry-run', '--cloud-init-hook');
      for (const path of ['/usr/bin/guest-init', config, earlyLink, hook])
        assert.equal(said.includes(path), true, path);
      assert.deepEqual(image.changes(), []);
      image.mustInstall();
      image.remember();
      assert.match(image.mustInstall('--dry-run', '--uninstall'), /would remove \/usr\/bin\/guest-init/);
      assert.deepEqual(image.changes(), []);
    });
  });

  it('--no-enable makes no link', () => {
    inImage((image) => {
      assert.match(image.mustInstall('--no-enable'), /systemctl enable/);
      assert.equal(image.has('/etc/systemd'), false);
      image.mustInstall();
      assert.notEqual(readlinkSync(join(image.root, earlyLink)), '');
    });
  });

  it('--cloud-init-hook makes the link, and refuses to replace what is not its own', () => {
    inImage((image) => {
      assert.match(image.mustInstall('--cloud-init-hook'), /no \/usr\/bin\/cloud-init/);
      assert.equal(readlinkSync(join(image.root, hook)), '/usr/lib/guest-init/cloud-init-hook');
      image.mustInstall('--uninstall');
      assert.deepEqual(image.changes(), []);
      image.write(hook, '#!/bin/sh\n');
      image.remember();
      const refused = image.install('--cloud-init-hook');
      assert.equal(refused.status, 1);
      assert.match(refused.said, /50-guest-init: expected nothing or a link/);
      assert.deepEqual(image.changes(), []);
    });
  });

  it('an image without systemd is told what to start', () => {
    inImage((image) => {
      rmSync(join(image.root, 'usr/lib/systemd'), { recursive: true });
      assert.match(image.mustInstall(), /no systemd: let it run \/usr\/bin\/guest-init run as root/);
    });
  });

  describe('refuses, and leaves the image as it is,', () => {
    const refusals: readonly { name: string; prepare: (image: Image) => void; says: RegExp; args?: string[] }[] = [
      {
        name: 'a folder that is no root',
        prepare: (image) => rmSync(join(image.root, 'usr'), { recursive: true }),
        says: /expected the root of a system, found no \/usr/,
      },
      {
        name: 'a glibc that is too old',
        prepare: makeOld,
        says: /libc\.so\.6: expected one with GLIBC_2\.28, found that of glibc 2\.24: .*--fallback/,
      },
      { name: 'musl', prepare: makeMusl, says: /musl, as Alpine is; with --fallback/ },
      {
        name: 'another processor',
        prepare: (image) => rmSync(join(image.root, loader)),
        says: /has no \/lib64\/ld-linux-x86-64\.so\.2: it is for another processor/,
      },
      {
        name: 'a missing library',
        prepare: (image) => rmSync(join(image.root, '/usr/lib/x86_64-linux-gnu/libstdc++.so.6')),
        says: /no libstdc\+\+\.so\.6: install/,
      },
      {
        name: 'a package that dpkg owns',
        prepare: (image) => image.write('/var/lib/dpkg/status', 'Package: guest-init\nStatus: install ok installed\n'),
        says: /dpkg has guest-init installed/,
      },
      {
        name: 'a folder in the place of a file',
        prepare: (image) => image.write('/usr/bin/guest-init/x', ''),
        says: /\/usr\/bin\/guest-init: expected a file or nothing, found a folder/,
      },
      {
        name: 'a file in the place of a folder',
        prepare: (image) => image.write('/usr/share', ''),
        says: /\/usr\/share is not a folder/,
      },
      {
        name: 'an uninstall of what it did not install',
        prepare: () => {},
        args: ['--uninstall'],
        says: /expected the record of an install/,
      },
      {
        name: '/etc as an absolute link out of the image',
        prepare: (image) => image.link('/etc', image.outside),
        says: /\/etc -> \S+: the image has no/,
      },
      {
        name: '/usr/share as an absolute link out of the image',
        prepare: (image) => image.link('/usr/share', image.outside),
        says: /\/usr\/share -> \S+: the image has no/,
      },
      {
        name: '/usr/share as a relative link out of the image',
        prepare: (image) => image.link('/usr/share', '../../outside'),
        says: /\/usr\/share -> \.\.\/\.\.\/outside: the image has no \/outside/,
      },
      {
        name: 'the folder of the units as a link out of the image',
        prepare: (image) => image.link('/usr/lib/systemd/system', '../../../../outside/systemd'),
        says: /\/usr\/lib\/systemd\/system -> \S+: the image has no/,
      },
      {
        name: 'the folder of the links as a link out of the image',
        prepare: (image) => image.link('/etc/systemd', '../../outside/systemd'),
        says: /\/etc\/systemd -> \S+: the image has no/,
      },
      {
        name: 'the folder of the hook as a link out of the image',
        prepare: (image) => image.link('/var/lib/cloud', image.outside),
        args: ['--cloud-init-hook'],
        says: /\/var\/lib\/cloud -> \S+: the image has no/,
      },
      {
        name: 'links in a circle',
        prepare: (image) => {
          image.link('/usr/share', '/usr/round');
          image.link('/usr/round', 'share');
        },
        says: /too many symbolic links/,
      },
      {
        name: 'a library that is a link out of the image',
        prepare: (image) => image.link(libc, '/lib/x86_64-linux-gnu/libc-2.so'),
        says: /no libc\.so\.6/,
      },
      {
        name: 'a library that is a pipe',
        prepare: (image) => {
          rmSync(join(image.root, libc));
          runTool(['mkfifo', join(image.root, libc)]);
        },
        says: /no libc\.so\.6/,
      },
    ];
    for (const { name, prepare, says, args = [] } of refusals) {
      it(name, () => {
        inImage((image) => {
          prepare(image);
          image.remember();
          const { status, said } = image.install(...args);
          assert.match(said, says);
          assert.equal(status, 1);
          assert.deepEqual(image.changes(), []);
        });
      });
    }

    it('a damaged payload', () => {
      const damaged = join(folder, 'damaged');
      cpSync(payload, damaged, { recursive: true });
      writeFileSync(join(damaged, 'root/usr/lib/guest-init/fallback'), '#!/bin/sh\n');
      withImage({ source, payload: damaged }, (image) => {
        const { status, said } = image.install();
        assert.match(said, /fallback: damaged/);
        assert.equal(status, 1);
        assert.deepEqual(image.changes(), []);
      });
    });

    it('a disk that is full', () => {
      inImage((image) => {
        // A few KiB more than the image: there is room for the first files.
        const program = [
          'mount -t tmpfs -o size=9m tmpfs "$1"',
          'cp -a "$2/." "$1/"',
          'dd if=/dev/zero of="$1/filler" bs=1024 count=$(($(df -k --output=avail "$1" | tail -n 1) - 40)) 2>/dev/null',
          'find "$1" -printf "%P %m %s %l\\n" | sort >"$4/before"',
          'sh "$3" --root "$1"; status=$?',
          'find "$1" -printf "%P %m %s %l\\n" | sort >"$4/after"',
          'exit $status',
        ].join('\n');
        const mountPoint = join(image.outside, 'mnt');
        const report = join(image.outside, 'report');
        for (const path of [mountPoint, report]) runTool(['mkdir', path]);
        const install = join(dirname(image.root), 'install');
        const argv = [
          '--mount',
          '--propagation',
          'private',
          'sh',
          '-c',
          program,
          'sh',
          mountPoint,
          image.root,
          install,
          report,
        ];
        const { status, stderr } = tryTool(['unshare', ...argv]);
        assert.match(stderr, /No space left/);
        assert.equal(status, 1);
        assert.equal(readFileSync(join(report, 'after'), 'utf8'), readFileSync(join(report, 'before'), 'utf8'));
      });
    });

    it('an interrupted install', () => {
      inImage((image) => {
        const tools = join(dirname(image.root), 'tools');
        runTool(['mkdir', tools]);
        // The program is being copied when the signal comes.
        writeFileSync(
          join(tools, 'cat'),
          '#!/bin/sh\ncase $1 in *usr/share/man*) kill -TERM $PPID; sleep 0.2 ;; esac\nexec /bin/cat "$@"\n',
        );
        chmodSync(join(tools, 'cat'), 0o755);
        image.remember();
        const { status } = spawnSync('sh', [join(dirname(image.root), 'install'), '--root', image.root], {
          env: { ...plainEnv, PATH: `${tools}:${plainEnv['PATH']}` },
        });
        assert.equal(status, 1);
        assert.deepEqual(image.changes(), []);
      });
    });
  });

  describe('follows a link as the image would, and never out of it:', () => {
    it('an absolute link to a folder that the image has', () => {
      inImage((image) => {
        image.write('/real/share/x', '');
        image.link('/usr/share', '/real/share');
        image.mustInstall();
        assert.equal(image.has('/real/share/doc/guest-init/copyright'), true);
        assert.deepEqual(
          pathsOf(image.changes()).filter((path) => path.startsWith('outside')),
          [],
        );
        image.mustInstall('--uninstall');
        assert.deepEqual(image.changes(), []);
      });
    });

    it('a link in the place of a file is replaced, not written through', () => {
      inImage((image) => {
        image.link('/usr/bin/guest-init', join(image.outside, 'victim'));
        image.link('/usr/lib/guest-init/fallback', image.outside);
        image.link('/usr/lib/guest-init/installed', join(image.outside, 'victim'));
        image.mustInstall();
        assert.match(image.read('/usr/bin/guest-init'), /0\.0\.9/);
        assert.deepEqual(
          pathsOf(image.changes()).filter((path) => path.startsWith('outside')),
          [],
        );
      });
    });

    it('settings and units that are links stay as they are', () => {
      inImage((image) => {
        image.link(config, join(image.outside, 'victim'));
        image.link(earlyLink, '/dev/null');
        image.mustInstall();
        assert.equal(readlinkSync(join(image.root, config)), join(image.outside, 'victim'));
        assert.equal(readlinkSync(join(image.root, earlyLink)), '/dev/null');
        image.mustInstall('--uninstall');
        assert.deepEqual(image.changes(), []);
      });
    });

    it('a record that names paths outside removes nothing there', () => {
      inImage((image) => {
        image.mustInstall();
        const record = '/usr/lib/guest-init/installed';
        const lines = ['file - /../outside/victim', `file - ${image.outside}/victim`, 'folder - /../outside/systemd'];
        image.write(record, `${image.read(record)}${lines.join('\n')}\n`);
        image.mustInstall('--uninstall');
        assert.deepEqual(image.changes(), []);
      });
    });

    it('a record that is a link is not read', () => {
      inImage((image) => {
        writeFileSync(join(image.outside, 'victim'), 'file - /usr/bin/sh\n');
        image.write('/usr/bin/sh', '');
        image.link('/usr/lib/guest-init/installed', join(image.outside, 'victim'));
        assert.equal(image.install('--uninstall').status, 1);
        assert.deepEqual(image.changes(), []);
      });
    });
  });

  it('--fallback installs the shell script in place of the program, where the program cannot run, and a later install replaces it', () => {
    inImage((image) => {
      const recent = readFileSync(join(image.root, libc));
      makeOld(image);
      image.remember();
      assert.match(image.mustInstall('--fallback'), /next boot runs \/usr\/lib\/guest-init\/fallback/);
      const dropIn = '/usr/lib/systemd/system/guest-init.service.d/50-fallback.conf';
      assert.match(image.read(dropIn), /^ExecStart=\/usr\/lib\/guest-init\/fallback$/m);
      assert.equal(image.has('/usr/bin/guest-init'), false);
      assert.equal(image.has('/usr/lib/systemd/system/guest-init-late.service'), false);
      assert.notEqual(readlinkSync(join(image.root, earlyLink)), '');
      writeFileSync(join(image.root, libc), recent);
      image.mustInstall();
      assert.equal(image.has(dropIn), false);
      assert.equal(image.has('/usr/bin/guest-init'), true);
      makeOld(image);
      image.mustInstall('--uninstall');
      assert.deepEqual(image.changes(), []);
    });
  });

  it('--fallback takes musl as well', () => {
    inImage((image) => {
      makeMusl(image);
      assert.match(image.mustInstall('--fallback'), /\/usr\/lib\/guest-init\/fallback/);
    });
  });

  it('names what is wrong with the command line', () => {
    const run = (...args: string[]) =>
      tryTool(['sh', join(dirname(dirname(import.meta.dirname)), 'packaging/install'), ...args]);
    assert.deepEqual([run().status, run('--root').status, run('--force').status], [2, 2, 2]);
    assert.match(run('--force').stderr, /unknown argument --force/);
    assert.match(run('--root', '/nowhere').stderr, /\/nowhere: expected the folder of an unpacked image, found none/);
    assert.equal(run('--help').status, 0);
  });
});

/** What only one of the two ways leaves, and should. */
function isBookkeeping(line: string): boolean {
  return /^[+-] (\/usr\/lib\/guest-init\/installed|\/usr\/share\/lintian(\/.*)?|\/var\/lib\/systemd\/deb-systemd-helper-\S*) /.test(
    line,
  );
}

/** Where /lib is a link to /usr/lib, which of its names systemctl writes into a link depends on its version. */
function unmerge(tree: TreeDigest): TreeDigest {
  return new Map([...tree].map(([path, line]) => [path, line.replace(' -> /lib/systemd/', ' -> /usr/lib/systemd/')]));
}

function makeOld(image: Image): void {
  const content = readFileSync(join(image.root, libc), 'latin1');
  assert.match(content, /GLIBC_2\.28/);
  const old = content
    .replaceAll('GLIBC_2.28', 'GLIBC_2.0x')
    .replace(/(GNU C Library[ -~]* version) 2\.\d\d/, '$1 2.24');
  writeFileSync(join(image.root, libc), old, 'latin1');
}

function makeMusl(image: Image): void {
  rmSync(join(image.root, loader));
  image.write('/usr/lib/ld-musl-x86_64.so.1', '');
}
