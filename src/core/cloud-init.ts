// Marks that tell whether cloud-init works on this guest in this boot.

/** cloud-init's systemd generator makes it before any unit starts, and takes it away where cloud-init is switched off (20.4 to 26.2). */
export const cloudInitEnabledPath = '/run/cloud-init/enabled';

/** Ours: the drop-ins of cloud-init's units look for it (packaging/cloud-init/cloud-init-drop-in.conf). */
export const cloudInitReplacedPath = '/run/guest-init/replaces-cloud-init';
