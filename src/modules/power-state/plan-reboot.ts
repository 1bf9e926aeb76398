// Plans the reboot that packages ask for. Here and not beside the packages, because it comes after everything else: nothing of user_data is
// cut short, and a run that is interrupted leaves it to the next one.

import type { ModuleContext } from '../../core/define.ts';
import type { Step } from '../../core/plan.ts';
import type { PowerState } from './schema.ts';
import { describeEnd } from './shutdown.ts';

/** Files that upgrades leave where the running system is not what is installed: Debian's family, SUSE. */
const rebootFiles = ['/run/reboot-required', '/run/reboot-needed'];

/** Milliseconds that the end of the run is waited for. */
const waitMs = 30_000;

/** One step; none where the document asks for no upgrade and no packages, as in cloud-init. */
export function planReboot({ config, facts, validated, place, report }: ModuleContext<PowerState>): Step[] {
  const old = config.apt_reboot_if_required;
  if (old !== undefined) {
    const message = 'spelt package_reboot_if_required today';
    report({ severity: 'note', code: 'deprecated', message }, ['apt_reboot_if_required']);
  }
  const key = config.package_reboot_if_required === true ? 'package_reboot_if_required' : 'apt_reboot_if_required';
  const { packages, package_upgrade, apt_upgrade } = validated;
  const hasPackages = typeof packages === 'string' || (Array.isArray(packages) && packages.length > 0);
  if (config[key] !== true || !(hasPackages || package_upgrade === true || apt_upgrade === true)) return [];
  const shell = rebootFiles.map((path) => `[ -e ${path} ]`).join(' || ');
  const argv = describeEnd(facts.os, { mode: 'reboot', minutes: 0 });
  return [
    {
      ...{ id: 'power_state/packages', module: 'power-state', stage: 'late', source: place([key]) },
      summary: 'reboot, where packages ask for it',
      action: { kind: 'powerState', mode: 'reboot', argv, timeoutMs: waitMs, condition: { shell } },
    },
  ];
}
