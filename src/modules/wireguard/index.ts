// wireguard: tunnels of wg-quick(8). Follows cloud-init's key of that name; see README.md for what differs.

import { defineModule } from '../../core/define.ts';
import { planWireguard } from './plan.ts';
import { Wireguard } from './schema.ts';

export const wireguard = defineModule({
  name: 'wireguard',
  keys: ['wireguard'],
  after: ['packages', 'write-files'],
  schema: Wireguard,
  plan: planWireguard,
});
