// Key of cloud-init's ssh_import_id: ids as ssh-import-id(1) takes them.

import * as v from 'valibot';

const expected = 'an id such as "gh:octo-cat" (GitHub) or "lp:sabdfl" (Launchpad)';

const ImportId = v.pipe(v.string(expected), v.regex(/^(?:gh:|lp:)?[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$/, expected));

export const ImportIds = v.array(ImportId, 'a list of ids such as "gh:octo-cat"');

export const SshImportId = v.object({ ssh_import_id: v.optional(ImportIds) });
export type SshImportId = v.InferOutput<typeof SshImportId>;
