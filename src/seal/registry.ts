// All classes, in the order in which they are told.

import { accountBackups, authorizedKeys, passwords } from './classes/accounts.ts';
import { agents } from './classes/agents.ts';
import { caches } from './classes/caches.ts';
import { cloudInit } from './classes/cloud-init.ts';
import { guestInit } from './classes/guest-init.ts';
import { hostKeys } from './classes/host-keys.ts';
import { leases } from './classes/leases.ts';
import { loginRecords } from './classes/login-records.ts';
import { logs } from './classes/logs.ts';
import { machineId } from './classes/machine-id.ts';
import { mailAndCrashes } from './classes/mail-and-crashes.ts';
import { networkIdentity } from './classes/network-identity.ts';
import { randomSeed } from './classes/random-seed.ts';
import { bakedSecrets, credentials, privateKeys } from './classes/secrets.ts';
import { shellHistory } from './classes/shell-history.ts';
import { staticAddresses } from './classes/static-addresses.ts';
import { storageIdentity } from './classes/storage-identity.ts';
import type { LeftoverClass } from './leftover.ts';

/** Where two find the same path the earlier one has it. */
export const leftoverClasses: readonly LeftoverClass[] = [
  machineId,
  hostKeys,
  randomSeed,
  guestInit,
  cloudInit,
  networkIdentity,
  staticAddresses,
  leases,
  loginRecords,
  logs,
  shellHistory,
  authorizedKeys,
  passwords,
  accountBackups,
  bakedSecrets,
  privateKeys,
  credentials,
  agents,
  storageIdentity,
  mailAndCrashes,
  caches,
];
