// Secrets that somebody has put into the image. Only people know which of them are meant to be on each copy.

import type { Leftover, LeftoverClass, Search } from '../leftover.ts';
import { definePaths } from '../path-class.ts';
import { scanForSecrets } from '../secrets/scan.ts';

/** Where people bake settings of one cluster or cloud into an image. */
const writtenFiles = [
  '/var/lib/coreos-install/*',
  '/usr/share/oem/*',
  '/etc/guest-init/*',
  '/etc/guest-init/*/*',
  '/etc/guest-init/*/*/*',
  '/etc/cloud/*',
  '/etc/cloud/cloud.cfg.d/*',
  '/var/lib/cloud/seed/*/*',
  '/var/lib/cloud/scripts/*/*',
  '/etc/systemd/system/*',
  '/etc/systemd/system/*/*',
  '/etc/systemd/system.conf.d/*',
  '/usr/local/lib/systemd/system/*',
  '/etc/systemd/network/*',
  '/etc/containers/systemd/*',
  '/etc/environment',
  '/etc/environment.d/*',
  '/etc/profile.d/*',
  '/etc/default/*',
  '/etc/sysconfig/*',
  '/etc/conf.d/*',
  '/etc/rc.local',
  '/etc/crontab',
  '/etc/cron.d/*',
  '/var/spool/cron/*',
  '/var/spool/cron/crontabs/*',
  '/etc/fstab',
  '/etc/apt/auth.conf',
  '/etc/apt/auth.conf.d/*',
  '/etc/apt/sources.list',
  '/etc/apt/sources.list.d/*',
  '/etc/apt/apt.conf.d/*',
  '/etc/yum.repos.d/*',
  '/etc/etcd/*',
  '/etc/fleet/*',
  '/etc/kubernetes/*',
  '/etc/rancher/*/*',
  '/etc/wireguard/*',
  '/etc/openvpn/*',
  '/etc/openvpn/*/*',
  '/etc/NetworkManager/system-connections/*',
  '/etc/wpa_supplicant/*',
  '/root/*',
];

export const bakedSecrets: LeftoverClass = {
  name: 'baked-secrets',
  why: 'who has a copy can read it',
  find: ({ reader, userDataPath }: Search): Leftover[] => {
    const patterns = userDataPath === undefined ? writtenFiles : [userDataPath, ...writtenFiles];
    return [...new Set(patterns.flatMap(reader.expand))].flatMap((path) => {
      const bytes = reader.readFile(path);
      const found = bytes === undefined ? [] : scanForSecrets(bytes);
      return found.map(({ line, what }): Leftover => ({ path, line, what, mend: { kind: 'tell' } }));
    });
  },
};

export const privateKeys: LeftoverClass = {
  name: 'private-keys',
  why: 'who has a copy has it as well',
  find: ({ reader }: Search): Leftover[] => {
    const homes = reader.homes().flatMap((home) => [`${home}/.ssh/*`, `${home}/.gnupg/private-keys-v1.d/*`]);
    const folders = [
      '/etc/ssl/private/*',
      '/etc/pki/tls/private/*',
      '/etc/letsencrypt/live/*/*',
      '/etc/ipsec.d/private/*',
    ];
    return [...homes, ...folders].flatMap(reader.expand).flatMap((path): Leftover[] => {
      const isKey =
        path.includes('/private-keys-v1.d/') || /-----BEGIN [A-Z0-9 ]*PRIVATE KEY/.test(reader.readText(path) ?? '');
      return isKey && reader.stat(path)?.kind === 'file'
        ? [{ path, what: 'a private key', mend: { kind: 'tell' } }]
        : [];
    });
  },
};

export const credentials: LeftoverClass = definePaths({
  name: 'credentials',
  why: 'who has a copy can use it',
  rules: [
    {
      paths: [
        '~/.aws/credentials',
        '~/.azure/accessTokens.json',
        '~/.azure/msal_token_cache.*',
        '~/.boto',
        '~/.config/gcloud/credentials.db',
        '~/.config/gcloud/application_default_credentials.json',
        '~/.config/openstack/clouds.yaml',
        '~/.config/openstack/secure.yaml',
        '~/.config/gh/hosts.yml',
        '~/.config/containers/auth.json',
        '~/.docker/config.json',
        '~/.git-credentials',
        '~/.kube/config',
        '~/.my.cnf',
        '~/.netrc',
        '~/.npmrc',
        '~/.pgpass',
        '~/.pypirc',
        '~/.s3cfg',
        '~/.smbcredentials',
        '~/.terraform.d/credentials.tfrc.json',
        '~/.vault-token',
        '/etc/openstack/clouds.yaml',
      ],
      what: 'credentials of somebody',
      mend: 'tell',
    },
  ],
});
