// The image's own settings as the planners see them. The schema is the source; these defaults spare the boot path its evaluation.

import type { Policy } from './policy-schema.ts';

export type { Policy };

/** What applies when /etc/guest-init/config.yaml is absent or all comments; a test holds it equal to the schema's own defaults. */
export const defaultPolicy: Policy = {
  network: {
    interface: 'eth0',
    default_prefix: 24,
    default_gateway: 254,
    when_unspecified: 'keep',
    dhcp_address: 'auto',
    wait: 20,
    verify_timeout: 2,
    backend: 'auto',
  },
  drive: { label: 'config-2', required: 'auto', wait: 10, wait_required: 60 },
  user_data_file: { path: '/var/lib/coreos-install/user_data', apply: 'on-change' },
  timeout: { early: 120, late: 1800, command: 1800 },
  admin_pass: false,
  stop_on_error: false,
  with_cloud_init: 'hook',
};
