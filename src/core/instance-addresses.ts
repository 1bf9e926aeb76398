// Addresses of an instance by the names that CoreOS documents call them by.

/** Names without `$`. */
export const addressNames = ['private_ipv4', 'public_ipv4', 'private_ipv6', 'public_ipv6'] as const;
export type AddressName = (typeof addressNames)[number];

/** In canonical form; what is absent is not known. */
export type InstanceAddresses = { readonly [name in AddressName]?: string };
