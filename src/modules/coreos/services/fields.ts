// The settings of each daemon below `coreos`, in the order in which coreos-cloudinit writes them, and the variables that they become.

/** text, whole number, number, truth. */
export type FieldType = 's' | 'i' | 'f' | 'b';

export type Daemon = {
  /** The unit that reads the variables. */
  readonly unit: string;
  /** What each variable begins with; the rest is the setting in capitals. */
  readonly prefix: string;
  /** Variables that are named in another way. */
  readonly names: Readonly<Record<string, string>>;
  readonly fields: Readonly<Record<string, FieldType>>;
};

/** `a b` of one type. */
function typed(type: FieldType, names: string): Record<string, FieldType> {
  return Object.fromEntries(names.split(' ').map((name) => [name, type]));
}

/** Settings of etcd 2 that stand among those of the first etcd. */
export const laterEtcdFields: ReadonlySet<string> = new Set([
  ...['advertise_client_urls', 'discovery_fallback', 'discovery_srv', 'discovery_proxy', 'election_timeout'],
  ...['force_new_cluster', 'heartbeat_interval', 'initial_advertise_peer_urls', 'initial_cluster'],
  ...['initial_cluster_state', 'initial_cluster_token', 'listen_client_urls', 'listen_peer_urls', 'max_snapshots'],
  ...['max_wals', 'proxy'],
]);

const etcd: Daemon = {
  unit: 'etcd.service',
  prefix: 'ETCD_',
  names: { snapshot_count: 'ETCD_SNAPSHOTCOUNT' },
  fields: {
    ...typed('s', 'addr advertise_client_urls bind_addr ca_file cert_file'),
    ...{ cluster_active_size: 'i', cluster_remove_delay: 'f', cluster_sync_interval: 'f' },
    ...typed('s', 'cors data_dir discovery discovery_fallback discovery_srv discovery_proxy'),
    ...{ election_timeout: 'i', force_new_cluster: 'b', graphite_host: 's', heartbeat_interval: 'i' },
    ...typed('f', 'http_read_timeout http_write_timeout'),
    ...typed('s', 'initial_advertise_peer_urls initial_cluster initial_cluster_state initial_cluster_token key_file'),
    ...typed('s', 'listen_client_urls listen_peer_urls'),
    ...typed('i', 'max_result_buffer max_retry_attempts max_snapshots max_wals'),
    ...typed('s', 'name peer_addr peer_bind_addr peer_ca_file peer_cert_file'),
    ...typed('i', 'peer_election_timeout peer_heartbeat_interval'),
    ...typed('s', 'peer_key_file peers peers_file proxy'),
    ...{ retry_interval: 'f', snapshot: 'b', snapshot_count: 'i', trace: 's' },
    ...typed('b', 'verbose very_verbose very_very_verbose'),
  },
};

const etcd2: Daemon = {
  unit: 'etcd2.service',
  prefix: 'ETCD_',
  names: {},
  fields: {
    ...typed('s', 'advertise_client_urls ca_file cert_file'),
    ...{ client_cert_auth: 'b', cors: 's', data_dir: 's', debug: 'b' },
    ...typed('s', 'discovery discovery_fallback discovery_srv discovery_proxy'),
    ...{ election_timeout: 'i', enable_pprof: 'b', force_new_cluster: 'b', heartbeat_interval: 'i' },
    ...typed('s', 'initial_advertise_peer_urls initial_cluster initial_cluster_state initial_cluster_token key_file'),
    ...typed('s', 'listen_client_urls listen_peer_urls log_package_levels'),
    ...{ max_snapshots: 'i', max_wals: 'i', name: 's' },
    ...typed('s', 'peer_ca_file peer_cert_file peer_key_file'),
    ...{ peer_client_cert_auth: 'b', peer_trusted_ca_file: 's', proxy: 's' },
    ...typed(
      'i',
      'proxy_dial_timeout proxy_failure_wait proxy_read_timeout proxy_refresh_interval proxy_write_timeout',
    ),
    ...{ snapshot_count: 'i', strict_reconfig_check: 'b', trusted_ca_file: 's', wal_dir: 's' },
  },
};

const fleet: Daemon = {
  unit: 'fleet.service',
  prefix: 'FLEET_',
  names: {},
  fields: {
    ...{ agent_ttl: 's', authorized_keys_file: 's', disable_engine: 'b', engine_reconcile_interval: 'f' },
    ...typed('s', 'etcd_cafile etcd_certfile etcd_keyfile etcd_key_prefix'),
    ...{ etcd_request_timeout: 'f', etcd_servers: 's', etcd_username: 's', etcd_password: 's' },
    ...{ metadata: 's', public_ip: 's', token_limit: 'i', verbosity: 'i', verify_units: 'b' },
  },
};

const locksmith: Daemon = {
  unit: 'locksmithd.service',
  prefix: 'LOCKSMITHD_',
  names: { window_start: 'REBOOT_WINDOW_START', window_length: 'REBOOT_WINDOW_LENGTH' },
  fields: typed(
    's',
    'endpoint etcd_cafile etcd_certfile etcd_keyfile etcd_username etcd_password group window_start window_length',
  ),
};

const flannel: Daemon = {
  unit: 'flanneld.service',
  prefix: 'FLANNELD_',
  names: { interface: 'FLANNELD_IFACE' },
  fields: typed(
    's',
    'etcd_endpoints etcd_cafile etcd_certfile etcd_keyfile etcd_prefix etcd_username etcd_password ip_masq subnet_file interface public_ip',
  ),
};

/** By key below `coreos`, in the order in which their units follow those of `coreos.units`; flannel reads a file instead of a drop-in. */
export const daemons = { etcd, etcd2, fleet, locksmith, flannel } as const satisfies Record<string, Daemon>;
export type DaemonKey = keyof typeof daemons;

export const updateFields = ['reboot_strategy', 'group', 'server'] as const;
