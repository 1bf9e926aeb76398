// users, user: accounts, their groups, keys, passwords and sudo rights, and the default user that receives the launch key.

import { defineModule } from '../../core/define.ts';
import { planUsers } from './plan.ts';
import { Users } from './schema.ts';

export const users = defineModule({
  name: 'users',
  keys: ['users', 'user'],
  after: ['groups', 'mounts'],
  undone: ['users[].doas', 'users[].snapuser', 'users.*.doas', 'users.*.snapuser', 'user.doas', 'user.snapuser'],
  always: true,
  schema: Users,
  plan: planUsers,
});
