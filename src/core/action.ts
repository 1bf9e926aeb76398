// Everything that guest-init can do to a guest, as data. Each kind has one executor in src/executors.

import type { Secret, SecretData } from './secret.ts';

/**
 * A file with this whole content, complete with mode and owner from its first visible moment. `append` adds the content to what is
 * there instead. Names, not numbers: the user may be made by an earlier step. Missing parents are made 0755, owned like the file.
 * `check` names the consumer that must accept the content before it becomes visible.
 */
export type FileAction = {
  readonly kind: 'file';
  readonly path: string;
  readonly content: Uint8Array | string | Secret;
  /** Permission bits, a number such as 0o644. */
  readonly mode: number;
  readonly owner?: string;
  readonly group?: string;
  readonly append?: boolean;
  readonly check?: 'sudoers' | 'sshd' | 'apt';
  /** A file that is there keeps its mode and owner: it is not ours. */
  readonly keepAttributes?: true;
  /** A file of others that is in the way (its content lacks `mark`) is first kept at `path`, unless something is kept there already. */
  readonly backup?: { readonly mark: string; readonly path: string };
};

/**
 * A file whose content is at `source` when the step is applied: an http or https address, or a `file:` of the guest. `headers` go to the
 * server that `source` names, and to no other. `fallback` is written where it cannot be had.
 */
export type FetchedFileAction = {
  readonly kind: 'fetchedFile';
  /** May hold a token. */
  readonly source: Secret;
  readonly headers?: SecretData<Readonly<Record<string, string>>>;
  readonly file: Omit<FileAction, 'kind' | 'content'>;
  readonly fallback?: Uint8Array;
};

/** A file that an earlier run made and that nothing asks for any more; one that was changed since (another hex sha256) is left. */
export type RemoveAction = { readonly kind: 'remove'; readonly path: string; readonly sha256: string };

/**
 * Lines of a text file that others own too: each rule replaces the lines that match `pattern` (JavaScript source, multi-line mode
 * per line) by one `line`, or adds it at the given end when none matches; `line` absent removes. A missing file is made with `mode`.
 */
export type LinesAction = {
  readonly kind: 'lines';
  readonly path: string;
  readonly mode: number;
  readonly rules: readonly {
    readonly pattern: string;
    readonly line?: string;
    readonly add: 'top' | 'end';
    /** Lines that match stay as they are: they say the same. */
    readonly keep?: true;
  }[];
  /** A file that is missing begins with the content of this one. */
  readonly model?: string;
  readonly check?: 'sshd';
};

/**
 * Settings in a file of sections, `[main]`, that others own too: each replaces the line of its section that sets it, or is added to its
 * end. A missing file is made with `mode`.
 */
export type SectionsAction = {
  readonly kind: 'sections';
  readonly path: string;
  readonly mode: number;
  /** Settings by section. */
  readonly settings: Readonly<Record<string, Readonly<Record<string, string>>>>;
};

/** A symbolic link at `path`, replacing a file or link that is there. `mustExist`: a target that is absent on the guest is a failure. */
export type SymlinkAction = {
  readonly kind: 'symlink';
  readonly path: string;
  readonly target: string;
  readonly mustExist?: boolean;
};

/** A group; `members` are added, never removed. */
export type GroupAction = {
  readonly kind: 'group';
  readonly name: string;
  readonly gid?: number;
  readonly system?: boolean;
  readonly members?: readonly string[];
};

/** A user account. Fields that are absent keep the distribution's default; an existing user only gains groups. */
export type UserAction = {
  readonly kind: 'user';
  readonly name: string;
  readonly uid?: number;
  readonly gecos?: string;
  readonly home?: string;
  readonly shell?: string;
  readonly primaryGroup?: string;
  readonly groups?: readonly string[];
  readonly system?: boolean;
  readonly createHome?: boolean;
  readonly userGroup?: boolean;
  readonly logInit?: boolean;
  /** Date `YYYY-MM-DD` after which the account is disabled. */
  readonly expireDate?: string;
  /** Days after password expiry until the account is disabled. */
  readonly inactiveDays?: number;
  readonly selinuxUser?: string;
};

/** A password or crypt(3) hash for an existing user; reaches the guest's tools by standard input only. */
export type PasswordAction = {
  readonly kind: 'password';
  readonly user: string;
  /** Absent: only lock, unlock or expire. */
  readonly password?: Secret;
  readonly hashed?: boolean;
  /** Make a password up, in place of `password`; it is kept in a root-only file and never printed. */
  readonly random?: boolean;
  /** Leave an account alone that has ever had a password of its own. */
  readonly onlyIfUnset?: boolean;
  readonly lock?: boolean;
  /** Must be changed at the next login. */
  readonly expire?: boolean;
};

/** OpenSSH public keys in ~user/.ssh/authorized_keys, inside a block marked as ours; keys outside the block stay. */
export type AuthorizedKeysAction = {
  readonly kind: 'authorizedKeys';
  readonly user: string;
  readonly keys: readonly string[];
  /** Names the block, so that several sources keep theirs apart. */
  readonly block: string;
  /** authorized_keys options put before each key, such as cloud-init's disable_root command. */
  readonly options?: string;
};

/** Public keys that a site says a person has, for a user's authorized_keys, in a block of their own; fetched when the step is applied. */
export type ImportKeysAction = { readonly kind: 'importKeys'; readonly user: string; readonly from: KeySource };

/** `name` is the person's on that site; `url` gives a JSON list of maps with `key`, as GitHub's interface for programs does. */
export type KeySource =
  | { readonly site: 'github' | 'launchpad'; readonly name: string }
  | { readonly site: 'url'; readonly url: string };

/** The kernel's host name and /etc/hostname. `createFile` false: /etc/hostname is only rewritten where it exists. */
export type HostnameAction = { readonly kind: 'hostname'; readonly name: string; readonly createFile?: boolean };

/** A link set up (administratively), with an optional MTU in bytes. */
export type NetLinkAction = {
  readonly kind: 'netLink';
  readonly link: string;
  readonly mtu?: number;
  readonly tool: NetTool;
};

/** A link that takes neither addresses nor routes from router advertisements, because its IPv6 is static. */
export type NetAdvertisementsAction = { readonly kind: 'netAdvertisements'; readonly link: string };

export type NetTool = 'net-tools' | 'iproute2';

/**
 * An 802.1Q link, up, on a parent that is up. `mac` is set where it is given, else the parent's is taken over. `refusesAdvertisements`: of
 * routers (IPv6), from before it is up, where the step makes it.
 */
export type NetVlanAction = {
  readonly kind: 'netVlan';
  readonly link: string;
  readonly parent: string;
  readonly vlanId: number;
  readonly mac?: string;
  readonly refusesAdvertisements?: true;
};

/**
 * A bond, up, of exactly these members; a member loses its addresses. `options` by their names and values in the kernel's sysfs; those
 * that are not named stay. Members that have gone are left out. `refusesAdvertisements`: as of a VLAN.
 */
export type NetBondAction = {
  readonly kind: 'netBond';
  readonly link: string;
  readonly members: readonly string[];
  readonly mode: string;
  readonly options: Readonly<Record<string, string>>;
  readonly mac?: string;
  readonly refusesAdvertisements?: true;
};

/**
 * An address of a link. IPv4: other global addresses give way to it, but for those in `together`: all of the family that the link is to
 * have, this one included, as `10.0.0.5/24`, in order (the first of a subnet is its primary). Absent: this one alone. `noPrefixRoute`: the
 * route of its subnet is set by itself, with the kernel's protocol, instead of by the kernel; by iproute2 only.
 */
export type NetAddressAction = {
  readonly kind: 'netAddress';
  readonly link: string;
  readonly family: 4 | 6;
  readonly address: string;
  readonly prefixLength: number;
  readonly together?: readonly string[];
  readonly noPrefixRoute?: true;
  readonly tool: NetTool;
};

/**
 * A route through a link; `gateway` 0.0.0.0 or :: means that the destination is on the link. `onLink`: the gateway is outside the link's
 * subnets and is taken to be on the link. `protocol`: whose route it is (rtnetlink's `proto`; absent: boot), by iproute2 only. Another
 * gateway of the same destination and metric on the link gives way.
 */
export type NetRouteAction = {
  readonly kind: 'netRoute';
  readonly link: string;
  readonly family: 4 | 6;
  readonly destination: string;
  readonly prefixLength: number;
  readonly gateway: string;
  readonly metric?: number;
  readonly onLink?: boolean;
  readonly protocol?: 'static';
  readonly tool: NetTool;
};

/**
 * Asks the segment of each link, before its IPv4 addresses are set, whether somebody else has them (RFC 5227) and whether the gateways are
 * there. `timeoutMs`: how long to wait for carrier, and at most for answers.
 */
export type NetProbeAction = {
  readonly kind: 'netProbe';
  readonly links: readonly {
    readonly link: string;
    readonly addresses: readonly string[];
    readonly gateways: readonly string[];
  }[];
  readonly timeoutMs: number;
};

/**
 * Looks whether the addresses, routes and MTUs of these steps are there, the links have carrier and the gateways answer. Not there: a failure of
 * the network. Silent: told. `timeoutMs`: how long to wait for carrier and for an answer.
 */
export type NetVerifyAction = {
  readonly kind: 'netVerify';
  readonly wanted: readonly {
    readonly step: string;
    readonly action: NetAddressAction | NetRouteAction | NetLinkAction;
  }[];
  readonly timeoutMs: number;
  /** Only when one of these steps changed something. */
  readonly onChangeOf: readonly string[];
};

/** Undoes what an earlier run did by `was` and nothing asks for any more; a bond or VLAN goes as a whole. */
export type NetRemoveAction = {
  readonly kind: 'netRemove';
  readonly was: NetAddressAction | NetRouteAction | NetBondAction | NetVlanAction;
};

/**
 * A command of the user. `argv` runs as it is; `shell` is text for /bin/sh; `script` is the bytes of a file that is run by the
 * interpreter of its own shebang, or given to the command that `prefix` begins. Runs as root with a plain environment, no terminal, own process group.
 */
export type ExecAction = {
  readonly kind: 'exec';
  readonly label: string;
  readonly command:
    | { readonly argv: readonly string[] }
    | { readonly shell: string }
    | { readonly script: Uint8Array; readonly name: string; readonly prefix?: readonly string[] };
  readonly env?: Readonly<Record<string, string>>;
  /** Milliseconds; absent: the policy's. */
  readonly timeoutMs?: number;
  /** `argv` whose program is not there is no work. */
  readonly ifInstalled?: boolean;
};

/** Type of a host key, as ssh-keygen(1) -t names it. */
export type HostKeyType = 'rsa' | 'ecdsa' | 'ed25519';

/** Text of the private key, in a format of ssh-keygen(1), without passphrase; the others as lines of their .pub files. */
export type GivenHostKey = {
  readonly type: HostKeyType;
  readonly privateKey: string;
  readonly publicKey?: string;
  readonly certificate?: string;
};

/**
 * Host keys of sshd(8) in /etc/ssh: those that are given, else one of each of `types` that is not there. New ones are complete before
 * the first old one is touched.
 */
export type HostKeysAction = {
  readonly kind: 'hostKeys';
  readonly types: readonly HostKeyType[];
  readonly given?: SecretData<readonly GivenHostKey[]>;
  /**
   * Names of the instance: the first time that the guest is this instance, all keys that are there give way, once. Absent: they stay.
   */
  readonly replaceFor?: readonly string[];
  /** Group that may read the private keys. */
  readonly group?: string;
  /** Whose fingerprints do not go to the console: every key's, or those of these types (`ssh-rsa`, `rsa`) and fingerprints. */
  readonly hidden?: 'all' | readonly string[];
};

/**
 * A service told about new configuration: the first of `units` that exists; skipped where it is not running, unless `start`, which is for
 * one that this document has installed or chosen.
 */
export type ServiceAction = {
  readonly kind: 'service';
  readonly units: readonly string[];
  readonly verb: 'reload' | 'restart';
  readonly start?: true;
  /** Only when one of these steps changed something. */
  readonly onChangeOf: readonly string[];
};

/** What systemctl(1) is asked to do with a unit of the user; the job is not waited for. */
export type UnitVerb =
  | 'start'
  | 'stop'
  | 'restart'
  | 'reload'
  | 'try-restart'
  | 'reload-or-restart'
  | 'reload-or-try-restart';

/**
 * A unit of systemd: told something, enabled, or freed of a mask in /run (a link to /dev/null, or an empty file). `optional`: a unit that the
 * guest does not have is left out. `requires`: files without which it must not run, because they are its settings.
 */
export type UnitAction = {
  readonly kind: 'unit';
  readonly unit: string;
  readonly verb: UnitVerb | 'enable' | 'unmask';
  /** verb enable: until the next boot. */
  readonly runtime?: true;
  readonly optional?: true;
  readonly requires?: readonly string[];
};

/**
 * A service of the guest, by the name of its unit without `.service`, that starts at each boot and now; one that runs is left to the step that tells it
 * of changes. `wait`: until it has started, or for `wait` milliseconds. `packages` are those that bring it.
 */
export type DaemonAction = {
  readonly kind: 'daemon';
  readonly name: string;
  readonly packages: readonly string[];
  readonly wait?: number;
};

/** A fixed command that makes a service's own tools read changed files. */
export type NotifyAction = {
  readonly kind: 'notify';
  readonly argv: readonly string[];
  /** Only where this path exists: the mark of a running service. */
  readonly ifExists?: string;
  /** Only when one of these steps changed something. */
  readonly onChangeOf: readonly string[];
  /** 30 000 unless said. */
  readonly timeoutMs?: number;
};

/** Answers to questions of packages, as debconf-set-selections(1) reads them: `owner question type value`, one a line. */
export type DebconfAction = { readonly kind: 'debconf'; readonly selections: Secret };

/**
 * The OpenPGP keys `keyId` (16 or 40 hex digits, upper case; 8 are anybody's) of a key server, as a keyring file for apt. Keys of another
 * fingerprint that the server sends are left out.
 */
export type SigningKeyAction = {
  readonly kind: 'signingKey';
  readonly path: string;
  readonly keyId: string;
  /** Tried in turn, complete but for the query: `https://keyserver.ubuntu.com`. */
  readonly servers: readonly string[];
};

/** What packages are managed with; the names are those of cloud-init's `packages`. */
export type PackageManager = 'apt' | 'dnf' | 'yum' | 'zypper' | 'apk' | 'pacman' | 'snap';

/**
 * Packages, by the manager of their kind. refresh: its lists fetched anew; upgrade: all that is installed to its newest; install:
 * `packages` that are not there yet, all at once, or one by one where that is refused. `refreshFirst`: fetch the lists before an
 * install that is needed. `anyOf`: the first of `packages` that can be had, where the distributions call one thing by several names.
 * `program`: what they bring; where it is there nothing is missing, and where it is not there afterwards they were the wrong ones.
 * `onChangeOf`: only when one of these steps changed something.
 */
export type PackagesAction = {
  readonly kind: 'packages';
  readonly manager: PackageManager;
  readonly task: 'refresh' | 'upgrade' | 'install';
  readonly packages?: readonly PackageRequest[];
  readonly refreshFirst?: true;
  readonly anyOf?: true;
  readonly program?: string;
  readonly onChangeOf?: readonly string[];
};

/** `version` as the manager spells one; of a snap an option such as `--channel=edge`. */
export type PackageRequest = { readonly name: string; readonly version?: string };

/**
 * A block device as a document names it. It is looked for when the step is done: an earlier step may make it.
 * `written`: for people. `nodes`: paths below /dev, the first that is there counts. `sign`: what its content says where no node is known.
 */
export type DeviceName = {
  readonly written: string;
  readonly nodes: readonly string[];
  readonly sign?: { readonly label: string } | 'swap';
  /** Partition of it, from 1. */
  readonly partition?: number;
};

/** First field of fstab(5): a device to be found, or a text that stays as it is (`LABEL=data`, `server:/export`, `tmpfs`). */
export type MountSource = DeviceName | { readonly spec: string };

/** Lines of /etc/fstab that earlier runs made (marked `comment=guest-init`) and none of `keep` is: removed. Nothing is unmounted. */
export type FstabAction = {
  readonly kind: 'fstab';
  readonly keep: readonly { readonly source: MountSource; readonly mountPoint: string }[];
};

/**
 * A line of /etc/fstab, and what it says done now: mounted, or swapped on (`type` swap, `mountPoint` none). The other fields are those of
 * fstab(5), unescaped, `options` without our mark.
 */
export type MountAction = {
  readonly kind: 'mount';
  readonly source: MountSource;
  readonly mountPoint: string;
  readonly type: string;
  readonly options: string;
  readonly dump: string;
  readonly pass: string;
  /** Asked for by nobody: a device that has another line is left. */
  readonly fallback?: true;
};

/** A swap file of `bytes` at `path`; `auto`: by memory and by room on its file system, at most `maxBytes`. What is there is left. */
export type SwapFileAction = {
  readonly kind: 'swapFile';
  readonly path: string;
  readonly bytes: number | 'auto';
  readonly maxBytes?: number;
};

/** The partition of a mount point or of a node below /dev takes the free room behind it. Nothing is done where `unlessExists` is there. */
export type GrowPartitionAction = {
  readonly kind: 'growPartition';
  readonly place: string;
  readonly tool: 'auto' | 'growpart';
  readonly unlessExists?: string;
};

/** The file system of a mount point takes all of its device. */
export type GrowFileSystemAction = { readonly kind: 'growFileSystem'; readonly mountPoint: string };

/**
 * The partition table of a disk. `parts`: in order, `percent` of the disk each, the last one what is left; `type` is hexadecimal (mbr) or a
 * GUID (gpt). No parts: the table is removed. A disk that has these parts is left; one that holds anything else, unless `overwrite`.
 */
export type PartitionTableAction = {
  readonly kind: 'partitionTable';
  readonly device: DeviceName;
  readonly table: 'mbr' | 'gpt';
  readonly parts: readonly { readonly percent: number; readonly type?: string }[];
  readonly overwrite: boolean;
};

/**
 * A file system on a device. `choice`: on this very device, or on the first of it and its partitions that has such a file system, or none
 * (`any`: whatever its label). One that is as asked for is left; anything else too, unless `overwrite`, or it is a `replaces`.
 * `command` makes it in place of mkfs: `%(device)s`, `%(label)s` and `%(filesystem)s` are filled in.
 */
export type FileSystemAction = {
  readonly kind: 'fileSystem';
  readonly device: DeviceName;
  readonly choice: 'exact' | 'auto' | 'any';
  readonly type?: string;
  readonly label?: string;
  readonly overwrite: boolean;
  readonly replaces?: string;
  readonly options: readonly string[];
  readonly command?: string | readonly string[];
};

/**
 * LANG of the guest, `de_DE.UTF-8`, in the file at `path` (a link there is followed). A locale that the guest lacks is first made where
 * there is a `generator`: `list` is its list of wanted locales, `tool` the command that makes what the list says.
 */
export type LocaleAction = {
  readonly kind: 'locale';
  readonly name: string;
  readonly path: string;
  readonly generator?: { readonly list: string; readonly tool: string };
};

/** A program that steps after this one cannot do without: `program` is a name or an absolute path, `packages` those that bring it. */
export type RequireAction = {
  readonly kind: 'require';
  readonly program: string;
  /** What it is for, for people: `a time client`. */
  readonly purpose: string;
  readonly packages: readonly string[];
};

/** Bytes for the kernel's random numbers: given to a device, or added to the end of a file of root's. */
export type RandomSeedAction = {
  readonly kind: 'randomSeed';
  readonly path: string;
  readonly seed: SecretData<Uint8Array>;
};

/** A command that is started when the run is over and nothing of it is left. `timeoutMs`: how long to wait for that at most. */
export type AfterRun = { readonly argv: readonly string[]; readonly timeoutMs: number };

/** The guest is rebooted, halted or powered off behind this run, when `condition`, a command of the user, ends with 0 or is absent. */
export type PowerStateAction = {
  readonly kind: 'powerState';
  readonly mode: 'poweroff' | 'reboot' | 'halt';
  /** shutdown(8) or its like, and its words. */
  readonly argv: readonly string[];
  readonly timeoutMs: number;
  readonly condition?: ExecAction['command'];
};

/**
 * A form POSTed to the user's own server: each field is a value, or what is in a file of the guest by then (`N/A` where it is absent).
 * `url` may hold a token. `tries` in all, `pauseMs` between them.
 */
export type PhoneHomeAction = {
  readonly kind: 'phoneHome';
  readonly url: Secret;
  readonly fields: readonly { readonly name: string; readonly value?: string; readonly file?: string }[];
  readonly tries: number;
  readonly pauseMs: number;
};

/** Words for people, at the console and in the log. `template` is filled in when they are said. */
export type MessageAction = {
  readonly kind: 'message';
  readonly template: string;
  readonly names: Readonly<Record<string, string>>;
};

export type Action =
  | FileAction
  | LinesAction
  | SectionsAction
  | SymlinkAction
  | GroupAction
  | UserAction
  | PasswordAction
  | AuthorizedKeysAction
  | FetchedFileAction
  | ImportKeysAction
  | HostnameAction
  | NetLinkAction
  | NetAdvertisementsAction
  | NetVlanAction
  | NetBondAction
  | NetAddressAction
  | NetRouteAction
  | NetRemoveAction
  | NetProbeAction
  | NetVerifyAction
  | ExecAction
  | HostKeysAction
  | ServiceAction
  | UnitAction
  | DaemonAction
  | RemoveAction
  | NotifyAction
  | PackagesAction
  | DebconfAction
  | SigningKeyAction
  | FstabAction
  | MountAction
  | SwapFileAction
  | GrowPartitionAction
  | GrowFileSystemAction
  | PartitionTableAction
  | FileSystemAction
  | LocaleAction
  | RequireAction
  | RandomSeedAction
  | PowerStateAction
  | PhoneHomeAction
  | MessageAction;

export type ActionKind = Action['kind'];
