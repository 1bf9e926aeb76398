// The host as a step sees it whose changes are noted: each verb that changes a path first notes what was there.

import { sha256 } from '../host/crypto.ts';
import type { Host } from '../host/host.ts';
import { type ChangeLog, lookAt, notePath, type PathState } from './changes.ts';

const kernelHostname = '/proc/sys/kernel/hostname';

/** Folders whose content is ours, the kernel's, or gone with the boot. */
const unobserved = /^\/(?:proc|sys|dev|run|tmp|var\/lib\/guest-init|var\/log\/guest-init\.log)(?:\/|$)/;

export type ChangeObserver = {
  /** The port for one step. */
  observe(host: Host, step: { readonly id: string; readonly module: string }): Host;
};

/** Notes in `log`; remembers what is ours from one step to the next. */
export function createChangeObserver(log: ChangeLog): ChangeObserver {
  const ours = new Map<string, PathState>();
  for (const change of log.standing) if (change.event === 'path') ours.set(change.path, change.after);

  return {
    observe(host, step) {
      const note = (path: string, after: PathState, next?: Uint8Array): void => {
        if (unobserved.test(path)) return;
        const given = { step, path, before: lookAt(path, host), after, ours: ours.get(path) };
        notePath(log, next === undefined ? given : { ...given, next }, host);
        ours.set(path, after);
      };
      return {
        ...host,
        writeFile(path, content, attributes) {
          const next = typeof content === 'string' ? Buffer.from(content) : content;
          note(path, { kind: 'file', sha256: sha256(next), ...attributes }, next);
          host.writeFile(path, content, attributes);
        },
        makeDirectory(path, attributes) {
          if (host.stat(path) === undefined) note(path, { kind: 'directory', ...attributes });
          host.makeDirectory(path, attributes);
        },
        makeSymlink(path, target) {
          note(path, { kind: 'symlink', target });
          host.makeSymlink(path, target);
        },
        remove(path) {
          if (host.stat(path) !== undefined) note(path, { kind: 'absent' });
          host.remove(path);
        },
        writeKernelVariable(path, value) {
          if (path === kernelHostname) {
            const before = host.readText(path)?.trim() ?? '';
            log.append({
              event: 'effect',
              step: step.id,
              module: step.module,
              effect: { kind: 'hostname', before, after: value.trim() },
            });
          }
          host.writeKernelVariable(path, value);
        },
      };
    },
  };
}
