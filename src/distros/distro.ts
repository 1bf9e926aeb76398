// What differs between distributions and cannot be seen on the guest: plain data, one record a distribution.

/** The account that cloud images of a distribution are logged in to. */
export type DefaultUser = {
  readonly name: string;
  readonly gecos: string;
  /** Supplementary groups, used where they exist. Root-equivalent ones (adm, disk, docker, lxd) are left out, and so is cdrom: it reads the config drive. */
  readonly groups: readonly string[];
  /** Absolute path of a shell that the distribution's base system has. */
  readonly shell: string;
};

export type Distro = {
  /** ID of os-release. */
  readonly id: string;
  readonly defaultUser: DefaultUser;
};
