// password, chpasswd: passwords of users that exist or are made by the same document; and the metadata's admin_pass where the image allows it.

import { defineModule } from '../../core/define.ts';
import { planPasswords } from './plan.ts';
import { Passwords } from './schema.ts';

export const passwords = defineModule({
  name: 'passwords',
  keys: ['password', 'chpasswd'],
  after: ['users'],
  always: true,
  schema: Passwords,
  plan: planPasswords,
});
