// Plans the package, the files of a Salt minion and its service, in the late stage.

import type { ModuleContext } from '../../core/define.ts';
import type { Step } from '../../core/plan.ts';
import { Secret } from '../../core/secret.ts';
import { planInstall } from '../packages/plan-install.ts';
import type { SaltMinion } from './schema.ts';

/** Steps `salt_minion/install`, `salt_minion/conf`, `/grains`, `/public_key`, `/private_key`, and the service. */
export function planSaltMinion(context: ModuleContext<SaltMinion>): Step[] {
  const { config, place, report } = context;
  const given = config.salt_minion;
  if (given === undefined) return [];
  const { config_dir = '/etc/salt', service_name = 'salt-minion', pkg_name = 'salt-minion' } = given;
  const { conf, grains, public_key, private_key, pki_dir = `${config_dir}/pki/minion` } = given;
  const file = (key: string, path: string, content: string | Secret, mode: number): Step => ({
    ...{ id: `salt_minion/${key}`, module: 'salt-minion', stage: 'late', summary: path },
    source: place(['salt_minion', key]),
    action: { kind: 'file', path, content, mode, owner: 'root', group: 'root' },
  });
  const steps: Step[] = [];
  // Passwords of returners and pillars may be in it; the minion is root.
  if (conf !== undefined) steps.push(file('conf', `${config_dir}/minion`, writeYaml(conf), 0o640));
  if (grains !== undefined) steps.push(file('grains', `${config_dir}/grains`, writeYaml(grains), 0o640));
  if (public_key !== undefined && private_key !== undefined) {
    steps.push(file('public_key', `${pki_dir}/minion.pub`, public_key, 0o644));
    steps.push(file('private_key', `${pki_dir}/minion.pem`, new Secret(private_key), 0o600));
  } else if (public_key !== undefined || private_key !== undefined) {
    const [there, missing] = public_key === undefined ? ['private_key', 'public_key'] : ['public_key', 'private_key'];
    const message = `${missing} is not there, or not usable; the minion makes keys of its own`;
    report({ severity: 'error', code: 'missing', message }, ['salt_minion', there]);
  }
  const ids = steps.map(({ id }) => id);
  const common = { module: 'salt-minion', stage: 'late', source: place(['salt_minion']) } as const;
  const install = planInstall(
    context,
    { module: common.module, source: common.source, id: 'salt_minion/install' },
    {
      packages: [{ name: pkg_name }],
      // Under another name it may bring another program.
      ...(given.pkg_name === undefined ? { program: 'salt-minion' } : {}),
    },
  );
  const before = install === undefined ? [] : [install];
  return [
    ...before,
    ...steps,
    {
      ...{ ...common, id: 'salt_minion/renew', summary: `${service_name} told of it, if it runs` },
      action: { kind: 'service', units: [`${service_name}.service`], verb: 'restart', onChangeOf: ids },
    },
    {
      ...{
        ...common,
        id: 'salt_minion/service',
        summary: service_name,
        needs: [...before, ...steps].map(({ id }) => id),
      },
      action: { kind: 'daemon', name: service_name, packages: [pkg_name] },
    },
  ];
}

/** JSON is YAML, and no word of it can be taken for another type. */
function writeYaml(settings: Readonly<Record<string, unknown>>): Secret {
  return new Secret(
    `# salt_minion of user_data; made by guest-init for this instance.\n${JSON.stringify(settings, null, 2)}\n`,
  );
}
