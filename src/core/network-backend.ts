// The network services that the network can be written down for.

export const networkBackends = [
  'ifupdown',
  'ifupdown-alpine',
  'netplan',
  'networkd',
  'network-manager',
  'sysconfig',
  'wicked',
] as const;

export type NetworkBackend = (typeof networkBackends)[number];
