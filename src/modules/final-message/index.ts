// final_message: words for the console when everything is done. Follows cloud-init's key of that name; see README.md for what differs.

import { defineModule } from '../../core/define.ts';
import { planFinalMessage } from './plan.ts';
import { FinalMessage } from './schema.ts';

export const finalMessage = defineModule({
  name: 'final-message',
  keys: ['final_message'],
  after: ['*', 'phone-home'],
  schema: FinalMessage,
  plan: planFinalMessage,
});
