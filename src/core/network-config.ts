// The network as the drive asks for it, free of any source format and of any back end.
// Follows the union of OpenStack's network_data.json schema and what CloudStack and Ironic add to it.

/** Where a value came from: a place in a file of the drive, or a guess with the setting that replaces it. */
export type Origin = {
  readonly source: string;
  /** Set when nothing said the value: names the setting of /etc/guest-init/config.yaml that says it. */
  readonly guessedBy?: string;
};

export type LinkKind = 'physical' | 'bond' | 'vlan';

/** A link is never renamed: `id` is the drive's word, the guest's name is found by MAC address. */
export type LinkConfig = {
  readonly id: string;
  readonly kind: LinkKind;
  /** Lower case, colon separated; absent when the drive names none (ec2 metadata alone). */
  readonly mac?: string;
  /** kind physical: the guest's name of it, where the drive says one; counts only without `mac`. */
  readonly name?: string;
  /** Bytes. */
  readonly mtu?: number;
  /** kind bond: ids of the member links and the drive's options without their `bond_` prefix. */
  readonly members?: readonly string[];
  readonly bondOptions?: Readonly<Record<string, string>>;
  /** kind vlan: id of the parent link and the 802.1Q tag. */
  readonly parent?: string;
  readonly vlanId?: number;
  readonly origin: Origin;
};

export type AddressMethod = 'static' | 'dhcp4' | 'dhcp6' | 'dhcp6-stateless' | 'slaac';

export type RouteConfig = {
  readonly family: 4 | 6;
  /** `0.0.0.0` or `::` with length 0 is the default route. */
  readonly destination: string;
  readonly prefixLength: number;
  readonly gateway: string;
  readonly metric?: number;
  readonly origin: Origin;
};

/** An address that the metadata says although the link is announced as DHCP. */
export type ReservedAddress = Pick<AddressConfig, 'address' | 'prefixLength' | 'prefixOrigin' | 'origin'>;

/** One network on one link: an address, or the way to get one. */
export type AddressConfig = {
  readonly link: string;
  readonly family: 4 | 6;
  readonly method: AddressMethod;
  /** method static only. */
  readonly address?: string;
  readonly prefixLength?: number;
  readonly prefixOrigin?: Origin;
  /** method dhcp4 only: the address that the server would give, for guests where nobody asks it. */
  readonly reserved?: ReservedAddress;
  readonly routes: readonly RouteConfig[];
  readonly dns: readonly string[];
  readonly origin: Origin;
};

export type NetworkConfig = {
  readonly links: readonly LinkConfig[];
  readonly addresses: readonly AddressConfig[];
  /** The global list of name servers, those of single networks among them where the drive says them twice. */
  readonly dns: readonly string[];
};

export const emptyNetwork: NetworkConfig = { links: [], addresses: [], dns: [] };
