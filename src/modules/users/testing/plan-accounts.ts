// Test support: a document through the real interpreter and the modules that make accounts, as one plan.

import type { Action } from '../../../core/action.ts';
import type { ModuleDefinition } from '../../../core/define.ts';
import { formatPlace } from '../../../core/diagnostic.ts';
import type { Facts } from '../../../core/facts.ts';
import type { InstanceConfig } from '../../../core/instance-config.ts';
import { emptyNetwork } from '../../../core/network-config.ts';
import type { Step } from '../../../core/plan.ts';
import { defaultPolicy, type Policy } from '../../../core/policy.ts';
import { plainFacts } from '../../../host/memory.ts';
import { planInstance } from '../../../pipeline/plan.ts';
import { interpretUserData } from '../../../userdata/interpret.ts';
import { makeEmptySection } from '../../../userdata/module-section.ts';
import { groups } from '../../groups/index.ts';
import { passwords } from '../../passwords/index.ts';
import { ssh } from '../../ssh/index.ts';
import { sshAuthorizedKeys } from '../../ssh-authorized-keys/index.ts';
import { users } from '../index.ts';

const accountModules = [groups, users, sshAuthorizedKeys, passwords, ssh] as unknown as readonly ModuleDefinition[];

/** Alone, the modules have only each other to come after. */
const modules = accountModules.map((module) => ({
  ...module,
  after: module.after.filter((name) => accountModules.some((other) => other.name === name)),
}));

export const launchKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPvT7rjcme67eF/i9Nn36AVxYRijvp4S2UyFdhm+UDPp ops@example';
export const otherKey =
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE9hYTDqUeOUKraAbIOoZPWEJzoqqsTj/tlPIeJPtGpq other@example';

/** Debian with the groups that its cloud images have. */
export const debianFacts: Facts = {
  ...plainFacts,
  groups: ['root', 'adm', 'sudo', 'audio', 'video', 'cdrom', 'plugdev', 'netdev', 'users'].map((name, gid) => ({
    name,
    gid,
    members: [],
  })),
};

export type Given = {
  /** cloud-config without its header. */
  readonly document?: string;
  readonly instance?: Partial<InstanceConfig>;
  readonly facts?: Partial<Facts>;
  readonly policy?: Partial<Policy>;
};

export type PlannedAccounts = {
  readonly steps: readonly Step[];
  /** `user_data:3:5 error users[0].sudo: message (code)` */
  readonly problems: readonly string[];
  /** Actions by step id. */
  readonly actions: ReadonlyMap<string, Action>;
};

export function planAccounts(given: Given): PlannedAccounts {
  const bytes = new TextEncoder().encode(`#cloud-config\n${given.document ?? ''}`);
  const userData =
    given.document === undefined
      ? { diagnostics: [], usable: true }
      : interpretUserData({ bytes, source: 'user_data' }, modules);
  const { steps, diagnostics } = planInstance({
    instance: {
      id: { uuid: '00000000-0000-4000-8000-000000000001' },
      publicKeys: [],
      network: emptyNetwork,
      files: [],
      ...given.instance,
    },
    facts: { ...debianFacts, ...given.facts },
    policy: { ...defaultPolicy, ...given.policy },
    userData,
    backend: { backend: undefined, reason: 'none' },
    renderer: undefined,
    previous: [],
    modules,
    placeScripts: (steps) => steps,
    emptySection: (module) => makeEmptySection(module, 'metadata'),
  });
  return {
    steps,
    // That these instances have no network is no matter of accounts.
    problems: [...userData.diagnostics, ...diagnostics.filter(({ source }) => source !== 'network_data.json')].map(
      (diagnostic) => {
        const { severity, code, message, path } = diagnostic;
        return `${formatPlace(diagnostic)} ${severity}${path === undefined ? '' : ` ${path}`}: ${message} (${code})`;
      },
    ),
    actions: new Map(steps.map(({ id, action }) => [id, action])),
  };
}
