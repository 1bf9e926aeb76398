// Keys of cloud-init's package_update_upgrade_install.

import * as v from 'valibot';
import { byForm } from '../users/forms.ts';

const expectedName = 'a package name without blanks';

const isWord = (text: string): boolean => /^[^\s\u0000-\u001f\u007f-\u009f]{1,256}$/u.test(text);

/** A word that no manager takes for an option. Groups (`@tools`), files and patterns are theirs to understand. */
const isName = (text: string): boolean => isWord(text) && !text.startsWith('-');

const Name = v.pipe(v.string(expectedName), v.check(isName, expectedName));

const expectedPair = 'a package name and a version in quotes';
const NameAndVersion = v.pipe(
  v.array(v.pipe(v.string(expectedPair), v.check(isWord, expectedPair))),
  v.check(([name = '', ...more]) => isName(name) && more.length <= 1, expectedPair),
);

const List = v.array(
  byForm({
    text: Name,
    list: NameAndVersion,
    map: v.never('a package name'),
    expected: 'a package name, or a list of a name and a version',
  }),
  'a list of packages',
);

/** One manager's own packages; the managers of other distributions are left out there. */
const ByManager = v.strictObject({
  apt: v.optional(List),
  dnf: v.optional(List),
  yum: v.optional(List),
  zypper: v.optional(List),
  apk: v.optional(List),
  pacman: v.optional(List),
  snap: v.optional(List),
});

const Flag = v.optional(v.boolean('true or false'));

export const Packages = v.object({
  packages: v.optional(
    byForm({
      text: Name,
      list: v.array(
        byForm({
          text: Name,
          list: NameAndVersion,
          map: ByManager,
          expected: 'a package name, a list of a name and a version, or a map such as {snap: [name]}',
        }),
      ),
      map: v.never('a list of packages'),
      expected: 'a list of packages',
    }),
  ),
  package_update: Flag,
  package_upgrade: Flag,
  apt_update: Flag,
  apt_upgrade: Flag,
});
export type Packages = v.InferOutput<typeof Packages>;
