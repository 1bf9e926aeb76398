// Schema of /etc/guest-init/config.yaml, the image's own settings. Loaded only when that file says something.

import * as v from 'valibot';
import { absolutePath } from './absolute-path.ts';
import { networkBackends } from './network-backend.ts';

const NetworkPolicy = v.strictObject({
  interface: v.optional(v.pipe(v.string(), v.regex(/^[^\s/]{1,15}$/, 'a link name of 1 to 15 characters')), 'eth0'),
  default_prefix: v.optional(
    v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(32, 'a prefix length from 1 to 32')),
    24,
  ),
  /** Last octet of the guessed gateway, an IPv4 address, or "none". */
  default_gateway: v.optional(
    v.union([
      v.literal('none'),
      v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(255)),
      v.pipe(v.string(), v.ipv4('an IPv4 address, a last octet, or "none"')),
    ]),
    254,
  ),
  /** What becomes of the network when the drive says nothing about it. */
  when_unspecified: v.optional(v.picklist(['keep', 'dhcp'], '"keep" or "dhcp"'), 'keep'),
  /** Where local-ipv4 says the address of a link that is announced as DHCP: which of the two counts. */
  dhcp_address: v.optional(v.picklist(['auto', 'lease', 'local-ipv4'], '"auto", "lease" or "local-ipv4"'), 'auto'),
  wait: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(600, 'seconds from 0 to 600')), 20),
  /** How long carrier and the gateways may take to show; 0: nothing is asked or checked. */
  verify_timeout: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(60, 'seconds from 0 to 60')), 2),
  /** The network service that the network is written down for; auto: the one that the guest starts. */
  backend: v.optional(
    v.picklist(['auto', 'none', ...networkBackends], `auto, none, ${networkBackends.join(', ')}`),
    'auto',
  ),
});

const DrivePolicy = v.strictObject({
  label: v.optional(v.pipe(v.string(), v.regex(/^[\w.-]{1,32}$/, 'a volume label')), 'config-2'),
  required: v.optional(v.union([v.literal('auto'), v.boolean()]), 'auto'),
  wait: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(600, 'seconds from 0 to 600')), 10),
  wait_required: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(600, 'seconds from 0 to 600')), 60),
});

const UserDataFilePolicy = v.strictObject({
  path: v.optional(
    v.union(
      [
        v.literal('none'),
        v.pipe(
          v.string(),
          v.regex(absolutePath, 'an absolute path or "none"'),
          v.regex(/^(?!.*\/\.(?:\/|$)).*[^/]$/, 'an absolute path or "none"'),
        ),
      ],
      'an absolute path or "none"',
    ),
    '/var/lib/coreos-install/user_data',
  ),
  /** once: once for an instance. always: at every boot. */
  apply: v.optional(v.picklist(['once', 'on-change', 'always'], '"once", "on-change" or "always"'), 'on-change'),
});

const TimeoutPolicy = v.strictObject({
  early: v.optional(v.pipe(v.number(), v.minValue(1), v.maxValue(86_400)), 120),
  late: v.optional(v.pipe(v.number(), v.minValue(1), v.maxValue(86_400)), 1800),
  command: v.optional(v.pipe(v.number(), v.minValue(1), v.maxValue(86_400)), 1800),
});

/** Every setting of /etc/guest-init/config.yaml. Times are seconds. */
export const Policy = v.strictObject({
  network: v.optional(NetworkPolicy, {}),
  drive: v.optional(DrivePolicy, {}),
  /** A user_data that is kept in the image. */
  user_data_file: v.optional(UserDataFilePolicy, {}),
  timeout: v.optional(TimeoutPolicy, {}),
  /** The user that receives the launch key; absent: the distribution's usual name. */
  default_user: v.optional(v.pipe(v.string(), v.regex(/^[a-z_][a-z0-9_-]{0,31}\$?$/, 'a user name'))),
  /** Set the metadata's admin_pass on the default user. */
  admin_pass: v.optional(v.boolean(), false),
  /** Stop the list of user commands at the first that fails. */
  stop_on_error: v.optional(v.boolean(), false),
  /** Where cloud-init is enabled: be started by it, once per instance, or keep it from starting. */
  with_cloud_init: v.optional(v.picklist(['hook', 'replace'], '"hook" or "replace"'), 'hook'),
});
export type Policy = v.InferOutput<typeof Policy>;

/** Checks the whole file's value. Here, not at the caller's: importing the library by name would bundle all of it. */
export function checkPolicy(value: unknown): v.SafeParseResult<typeof Policy> {
  return v.safeParse(Policy, value);
}
