// Top-level keys of cloud-config that are cloud-init's or CoreOS's: what no module of this version owns is named as unsupported.
// After the property list of cloud-init's cloud-config schema, deprecated spellings included.

/** Every documented top-level key, whether a module of this version owns it or not. */
export const documentedKeys: ReadonlySet<string> = new Set([
  ...['allow_public_ssh_keys', 'ansible', 'apk_repos', 'apt', 'apt_pipelining', 'apt_reboot_if_required', 'apt_update'],
  ...['apt_upgrade', 'authkey_hash', 'autoinstall', 'bootcmd', 'byobu_by_default', 'ca-certs', 'ca_certs', 'chef'],
  ...[
    'chpasswd',
    'cloud_config_modules',
    'cloud_final_modules',
    'cloud_init_modules',
    'coreos',
    'create_hostname_file',
  ],
  ...['device_aliases', 'disable_ec2_metadata', 'disable_piwiz', 'disable_root', 'disable_root_opts', 'disk_setup'],
  ...['drivers', 'enable_rpi_connect', 'fan', 'final_message', 'fqdn', 'fs_setup', 'groups', 'growpart', 'grub-dpkg'],
  ...['grub_dpkg', 'hostname', 'keyboard', 'landscape', 'launch-index', 'locale', 'locale_configfile', 'lxd'],
  ...['manage_etc_hosts', 'manage_resolv_conf', 'mcollective', 'merge_how', 'merge_type', 'migrate'],
  ...['mount_default_fields', 'mounts', 'no_ssh_fingerprints', 'ntp', 'output', 'package_reboot_if_required'],
  ...['package_update', 'package_upgrade', 'packages', 'password', 'phone_home', 'power_state'],
  ...['prefer_fqdn_over_hostname', 'preserve_hostname', 'puppet', 'random_seed', 'reporting', 'resize_rootfs'],
  ...['resolv_conf', 'rh_subscription', 'rpi', 'rpi_interfaces', 'rpi_userconf', 'rsyslog', 'runcmd', 'salt_minion'],
  ...[
    'snap',
    'spacewalk',
    'ssh',
    'ssh_authorized_keys',
    'ssh_deletekeys',
    'ssh_fp_console_blacklist',
    'ssh_genkeytypes',
  ],
  ...[
    'ssh_import_id',
    'ssh_key_console_blacklist',
    'ssh_keys',
    'ssh_publish_hostkeys',
    'ssh_pwauth',
    'ssh_quiet_keygen',
  ],
  ...['swap', 'system_info', 'timezone', 'ubuntu_advantage', 'ubuntu_pro', 'updates', 'user', 'users', 'vendor_data'],
  ...['version', 'wireguard', 'write_files', 'yum_repo_dir', 'yum_repos', 'zypper'],
]);

/** Keys that say how several documents combine: with a single document they ask for nothing, in cloud-init too. */
export const combiningKeys: ReadonlySet<string> = new Set(['launch-index', 'merge_how', 'merge_type', 'version']);

/** What to do instead of a key that no module owns; absent: nothing is known that does the same. */
export const remedies: Readonly<Record<string, string>> = {
  autoinstall: "for Ubuntu's installer, not for a guest",
  byobu_by_default: 'runcmd: byobu-enable',
  chef: 'packages and write_files, then runcmd: chef-client',
  cloud_config_modules: 'the order of modules is fixed: guest-init plan shows it',
  cloud_final_modules: 'the order of modules is fixed: guest-init plan shows it',
  cloud_init_modules: 'the order of modules is fixed: guest-init plan shows it',
  disable_ec2_metadata: 'runcmd: ip route add prohibit 169.254.169.254',
  disable_piwiz: 'for Raspberry Pi OS alone',
  drivers: 'runcmd: ubuntu-drivers install',
  enable_rpi_connect: 'for Raspberry Pi OS alone',
  fan: 'write_files: /etc/network/fan, then runcmd: fanctl up -a',
  'grub-dpkg': 'runcmd: debconf-set-selections',
  grub_dpkg: 'runcmd: debconf-set-selections',
  landscape: 'runcmd: landscape-config --silent',
  lxd: 'runcmd: lxd init --preseed',
  mcollective: 'packages and write_files',
  migrate: 'for upgrades of cloud-init itself',
  output: 'commands have logs of their own: guest-init status names them',
  reporting: 'guest-init status --json says what happened',
  rh_subscription: 'runcmd: subscription-manager register',
  rpi: 'for Raspberry Pi OS alone',
  rpi_interfaces: 'for Raspberry Pi OS alone',
  rpi_userconf: 'for Raspberry Pi OS alone',
  spacewalk: 'runcmd: rhnreg_ks',
  system_info: 'default_user in /etc/guest-init/config.yaml names the default user',
  ubuntu_advantage: 'runcmd: pro attach',
  ubuntu_pro: 'runcmd: pro attach',
  updates: 'hot-plugged links are not configured; the network is looked at again at each boot',
};
