// Schema of the key `groups`, after cloud-init's users_groups module.

import * as v from 'valibot';
import { byForm } from '../users/forms.ts';
import { GroupName, NameListText, UserName } from '../users/names.ts';

const Members = byForm({
  text: NameListText,
  list: v.array(UserName),
  map: v.never('a list of user names'),
  other: v.null(),
  expected: 'a list of user names',
});

const GroupMap = v.record(GroupName, Members);

export const Groups = v.object({
  groups: v.optional(
    byForm({
      text: NameListText,
      list: v.array(
        byForm({
          text: GroupName,
          list: v.never('a group name, or a map from group name to members'),
          map: GroupMap,
          expected: 'a group name, or a map from group name to members',
        }),
      ),
      map: GroupMap,
      expected: 'a list of group names',
    }),
  ),
});
export type Groups = v.InferOutput<typeof Groups>;
