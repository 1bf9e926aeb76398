// From the wanted host keys to one step. Without schemas, for the boot of a drive that says nothing about keys.

import type { GivenHostKey, HostKeyType } from '../../core/action.ts';
import type { Facts } from '../../core/facts.ts';
import type { InstanceId } from '../../core/instance-config.ts';
import type { Step } from '../../core/plan.ts';
import { SecretData } from '../../core/secret.ts';

export type WantedHostKeys = {
  /** Types that are made where none is given; absent: those of cloud-init. */
  readonly types?: readonly HostKeyType[];
  readonly given?: readonly GivenHostKey[];
  /** The keys of the image stay. */
  readonly keepsOld?: boolean;
  readonly hidden?: 'all' | readonly string[];
  readonly source?: string;
};

const usualTypes: readonly HostKeyType[] = ['rsa', 'ecdsa', 'ed25519'];

/** Step `ssh/host_keys`; none where sshd is not installed and no key is given, or where the keys that are there stay. */
export function planHostKeys(
  wanted: WantedHostKeys,
  { id, facts }: { readonly id: InstanceId; readonly facts: Facts },
): Step[] {
  const { types = usualTypes, given = [], hidden, source } = wanted;
  const names = [id.uuid?.toLowerCase(), id.ec2].filter((name) => name !== undefined);
  // Without anything in its place a key is not taken away: sshd would not start.
  const replaces = wanted.keepsOld !== true && names.length > 0 && (given.length > 0 || types.length > 0);
  if (facts.sshd === 'absent' && given.length === 0) return [];
  if (!replaces && given.length === 0 && types.length === 0 && hidden === undefined) return [];
  const group = findKeyGroup(facts);
  const made = given.length > 0 ? given.map(({ type }) => type) : types;
  return [
    {
      id: 'ssh/host_keys',
      module: 'ssh-host-keys',
      stage: 'early',
      action: {
        kind: 'hostKeys',
        types,
        ...(given.length === 0 ? {} : { given: new SecretData(given) }),
        ...(replaces ? { replaceFor: names } : {}),
        ...(group === undefined ? {} : { group }),
        ...(hidden === undefined ? {} : { hidden }),
      },
      summary: made.length === 0 ? 'host keys for sshd stay' : `host keys for sshd: ${made.join(', ')}`,
      ...(source === undefined ? {} : { source }),
    },
  ];
}

/** Red Hat's sshd lets ssh-keysign's group read its keys; since OpenSSH 9 it refuses keys that a group can read. */
function findKeyGroup({ os, groups }: Facts): string | undefined {
  const version = Number.parseInt(os.versionId ?? '', 10);
  const isOld =
    os.id === 'fedora' ? version < 38 : os.idLike.some((name) => /^(?:rhel|fedora|centos)$/.test(name)) && version < 10;
  const isRedHat = isOld || (os.id === 'rhel' && version < 10);
  return isRedHat && groups.some(({ name }) => name === 'ssh_keys') ? 'ssh_keys' : undefined;
}
