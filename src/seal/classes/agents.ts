// By what the servers of other agents know this machine. What an agent makes anew by itself goes; what somebody has to ask for again is told.

import type { LeftoverClass } from '../leftover.ts';
import { definePaths } from '../path-class.ts';

const anew = 'the identity of an agent, which makes a new one';

export const agents: LeftoverClass = definePaths({
  name: 'agents',
  why: 'to its server all copies are one machine',
  rules: [
    {
      paths: [
        '/etc/salt/minion_id',
        '/etc/salt/pki/minion/minion.pem',
        '/etc/salt/pki/minion/minion.pub',
        '/var/lib/yum/uuid',
        '/var/lib/whoopsie/whoopsie-id',
        '/etc/docker/key.json',
        '/opt/consul/node-id',
        '/var/lib/consul/node-id',
        '/var/lib/dnf/repos/*/countme',
      ],
      what: anew,
    },
    {
      paths: ['/etc/puppetlabs/puppet/ssl', '/etc/puppet/ssl', '/var/lib/puppet/ssl'],
      what: 'certificates of a Puppet agent, which asks for new ones',
      trees: true,
    },
    {
      paths: ['/var/lib/sss/db/*', '/var/lib/sss/mc/*'],
      what: 'accounts and passwords that sssd has kept',
    },
    { paths: ['/etc/salt/pki/minion/minion_master.pub'], what: 'the key of a Salt master', mend: 'tell' },
    { paths: ['/etc/chef/client.pem'], what: 'the key of a Chef client', mend: 'tell' },
    { paths: ['/etc/krb5.keytab'], what: 'the Kerberos keys of this machine', mend: 'tell' },
    { paths: ['/var/lib/samba/private/secrets.tdb'], what: 'the account of this machine in a domain', mend: 'tell' },
    { paths: ['/etc/ipa/default.conf'], what: 'membership in a FreeIPA domain', mend: 'tell' },
    {
      paths: ['/etc/pki/consumer/*', '/etc/pki/entitlement/*', '/etc/sysconfig/rhn/systemid'],
      what: 'a subscription',
      mend: 'tell',
    },
    {
      paths: ['/var/lib/ubuntu-advantage/private/machine-token.json', '/var/lib/ubuntu-pro/private/machine-token.json'],
      what: 'a subscription',
      mend: 'tell',
    },
    { paths: ['/var/lib/tailscale/tailscaled.state'], what: 'a node of a tailnet', mend: 'tell' },
    {
      paths: ['/var/lib/kubelet/pki/*', '/etc/kubernetes/kubelet.conf'],
      what: 'a node of a Kubernetes cluster',
      mend: 'tell',
    },
    {
      paths: ['/var/lib/etcd/member', '/var/lib/etcd2/member'],
      what: 'a member of an etcd cluster',
      mend: 'tell',
      trees: true,
    },
    {
      paths: ['/etc/rancher/node/password', '/var/lib/rancher/k3s/server/token'],
      what: 'a node of a k3s cluster',
      mend: 'tell',
    },
    { paths: ['/var/lib/docker/swarm/docker-state.json'], what: 'a node of a swarm', mend: 'tell' },
  ],
});
