// keyboard: the layout of the guest's console. Follows cloud-init's key of that name; see README.md for what differs.

import { defineModule } from '../../core/define.ts';
import { planKeyboard } from './plan.ts';
import { Keyboard } from './schema.ts';

export const keyboard = defineModule({
  name: 'keyboard',
  keys: ['keyboard'],
  after: [],
  schema: Keyboard,
  plan: planKeyboard,
});
