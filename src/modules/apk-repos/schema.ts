// Key of cloud-init's apk_configure.

import * as v from 'valibot';

const expectedUrl = 'a URL or path without blanks';
const Url = v.pipe(
  v.string(expectedUrl),
  v.regex(/^(?:https?:\/\/|ftp:\/\/|file:|\/)[^\s\u0000-\u001f\u007f-\u009f]+$/u, expectedUrl),
);
const expectedVersion = 'a version such as "v3.20" or "edge"';

export const ApkRepos = v.object({
  apk_repos: v.optional(
    v.strictObject({
      preserve_repositories: v.optional(v.boolean('true or false')),
      alpine_repo: v.optional(
        v.nullable(
          v.strictObject({
            version: v.pipe(v.string(expectedVersion), v.regex(/^[A-Za-z0-9._-]+$/, expectedVersion)),
            base_url: v.optional(Url),
            community_enabled: v.optional(v.boolean('true or false')),
            testing_enabled: v.optional(v.boolean('true or false')),
          }),
        ),
      ),
      local_repo_base_url: v.optional(Url),
    }),
  ),
});
export type ApkRepos = v.InferOutput<typeof ApkRepos>;
