// Plans the call home: which fields, and where each comes from.

import type { PhoneHomeAction } from '../../core/action.ts';
import type { ModuleContext } from '../../core/define.ts';
import { instanceName } from '../../core/instance-config.ts';
import type { Step } from '../../core/plan.ts';
import { Secret } from '../../core/secret.ts';
import { chooseHostNames } from '../hostname/names.ts';
import { type FieldName, fieldNames, type PhoneHome } from './schema.ts';

/** cloud-init's. */
const pauseMs = 3000;

/** One step, when all else has been done. */
export function planPhoneHome(context: ModuleContext<PhoneHome>): Step[] {
  const { config, place } = context;
  const { phone_home: settings } = config;
  if (settings === undefined) return [];
  const names = settings.post === 'all' ? fieldNames.filter((name) => name !== 'pub_key_dsa') : settings.post;
  const url = settings.url.replace(/\$(?:INSTANCE_ID\b|\{INSTANCE_ID\})/g, () =>
    encodeURIComponent(instanceName(context.instance.id)),
  );
  return [
    {
      ...{ id: 'phone_home', module: 'phone-home', stage: 'late', source: place(['phone_home']) },
      summary: new URL(url).origin,
      action: {
        ...{ kind: 'phoneHome', url: new Secret(url), tries: settings.tries, pauseMs },
        fields: [...new Set(names)].map((name) => describeField(name, context)),
      },
    },
  ];
}

function describeField(
  name: FieldName,
  { instance, validated, facts }: ModuleContext<PhoneHome>,
): PhoneHomeAction['fields'][number] {
  if (name === 'instance_id') return { name, value: instanceName(instance.id) };
  if (name !== 'hostname' && name !== 'fqdn') return { name, file: `/etc/ssh/ssh_host_${name.slice(8)}_key.pub` };
  const names = chooseHostNames(validated, instance.hostname) ?? { short: facts.hostname, fqdn: facts.hostname };
  return { name, value: name === 'fqdn' ? names.fqdn : names.short };
}
