// The package's control fields, and why it depends on what.

/** Debian wants an address; RFC 2606 keeps this domain for those that have none. */
export const maintainer = 'guest-init maintainers <maintainers@guest-init.invalid>';

export interface ControlOptions {
  version: string;
  architecture: string;
  /** Library packages with versions, measured from the program. */
  libraries: readonly string[];
  installedKib: number;
}

const dependencies = [
  // Neither is in a minimal image; the agent takes ifconfig and route where they are, else ip.
  'net-tools | iproute2',
  'mount',
  // useradd, usermod and chpasswd for users, keys and passwords.
  'passwd',
];
// udev gives the drive its link by label, so that no device has to be probed; sudo is what the default user is given.
const recommended = ['udev', 'sudo'];
// How people come in with the key from the drive.
const suggested = ['openssh-server'];

/** The text of DEBIAN/control. */
export function renderControl({ version, architecture, libraries, installedKib }: ControlOptions): string {
  return `Package: guest-init
Version: ${version}
Architecture: ${architecture}
Maintainer: ${maintainer}
Installed-Size: ${installedKib}
Depends: ${[...libraries, ...dependencies].join(', ')}
Recommends: ${recommended.join(', ')}
Suggests: ${suggested.join(', ')}
Section: admin
Priority: optional
Description: first-boot agent for guests of clouds without DHCP
 At first boot guest-init finds the OpenStack or CloudStack config drive,
 gives the guest its static address and gateway, its host name, users and
 keys, applies the cloud-config user_data, unmounts the drive and remembers
 what it did. It is one program without run-time dependencies of its own, and
 its last line on the console says what to do when something did not work.
 .
 It stands in for cloud-init, or runs beside it as its per-instance script.
`;
}
