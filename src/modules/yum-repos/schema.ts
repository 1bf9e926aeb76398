// Keys of cloud-init's yum_add_repo.

import * as v from 'valibot';
import { absolutePath } from '../../core/absolute-path.ts';

const expectedLine = 'text without control characters';
const Line = v.pipe(v.string(expectedLine), v.regex(/^(?:[^\u0000-\u001f\u007f-\u009f]|\r?\n|\t)*$/u, expectedLine));
const One = v.union([Line, v.pipe(v.number(), v.finite()), v.boolean()], 'text, a number, true or false');
export const Option = v.union([One, v.array(One)], 'text, a number, true or false, or a list of them');

const expectedId = 'a name of letters, digits, "-", "_", ".", ":" and blanks';
const Id = v.pipe(v.string(expectedId), v.regex(/^[A-Za-z0-9][A-Za-z0-9 ._:+-]{0,99}$/, expectedId));

const expectedOption = 'the name of an option';
const OptionName = v.pipe(v.string(expectedOption), v.regex(/^[A-Za-z0-9_]+$/, expectedOption));

const Repository = v.pipe(
  v.record(OptionName, Option),
  v.check(
    (options) => ['baseurl', 'mirrorlist', 'metalink'].some((name) => options[name] !== undefined),
    'a map with baseurl, mirrorlist or metalink',
  ),
);

const expectedFolder = 'an absolute path without ".."';

export const YumRepos = v.object({
  yum_repos: v.optional(v.record(Id, Repository)),
  yum_repo_dir: v.optional(v.pipe(v.string(expectedFolder), v.regex(absolutePath, expectedFolder))),
});
export type YumRepos = v.InferOutput<typeof YumRepos>;
