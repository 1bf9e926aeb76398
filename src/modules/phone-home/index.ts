// phone_home: tells a server of the user that this guest is there. Follows cloud-init's key of that name; see README.md for what differs.

import { defineModule } from '../../core/define.ts';
import { planPhoneHome } from './plan.ts';
import { PhoneHome } from './schema.ts';

export const phoneHome = defineModule({
  name: 'phone-home',
  keys: ['phone_home'],
  after: ['*'],
  schema: PhoneHome,
  plan: planPhoneHome,
});
