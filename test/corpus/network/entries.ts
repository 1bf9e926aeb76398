// All entries of the class.

import type { Entry } from '../entry.ts';
import { addresses } from './addresses.ts';
import { interfaces } from './interfaces.ts';
import { large } from './large.ts';
import { linksAndNetworks } from './links-and-networks.ts';
import { stacks } from './stacks.ts';
import { text } from './text.ts';

export const entries: readonly Entry[] = [
  ...addresses,
  ...linksAndNetworks,
  ...stacks,
  ...interfaces,
  ...text,
  ...large,
];
