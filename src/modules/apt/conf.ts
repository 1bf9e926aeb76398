// apt.conf(5) as the user gives it, proxies and pipelining.

import type { ModuleContext } from '../../core/define.ts';
import type { Step } from '../../core/plan.ts';
import { Secret } from '../../core/secret.ts';
import { common } from './key-steps.ts';
import type { Apt, AptSettings } from './schema.ts';

const folder = '/etc/apt/apt.conf.d';

/** `http_proxy` counts where `proxy` is there too, as the later of two lines does for apt. */
const proxies = [
  ['proxy', 'http'],
  ['http_proxy', 'http'],
  ['ftp_proxy', 'ftp'],
  ['https_proxy', 'https'],
] as const;

/** One step, or none where the key leaves things as they are. */
export function planPipelining({ config, place }: ModuleContext<Apt>): Step[] {
  const { apt_pipelining: given } = config;
  const depth = given === false ? 0 : Number(given);
  if (given === undefined || Number.isNaN(depth)) return [];
  const path = `${folder}/90guest-init-pipelining`;
  const content = `Acquire::http::Pipeline-Depth "${depth}";\n`;
  return [
    {
      ...{ ...common, id: 'apt/pipelining', summary: path, source: place(['apt_pipelining']) },
      action: { kind: 'file', path, content, mode: 0o644, check: 'apt' },
    },
  ];
}

/** Files of their own; a URL with a password in a file that only root reads. */
export function planConf(settings: AptSettings, { place }: ModuleContext<Apt>): Step[] {
  const steps: Step[] = [];
  const given = proxies.filter(([key]) => (settings[key] ?? '') !== '');
  const [first] = given;
  if (first !== undefined) {
    const path = `${folder}/90guest-init-proxy`;
    const text = given.map(([key, method]) => `Acquire::${method}::Proxy "${settings[key]}";\n`).join('');
    steps.push({
      ...{ ...common, id: 'apt/proxy', summary: path, source: place(['apt', first[0]]) },
      action: { kind: 'file', path, ...protect(text), check: 'apt' },
    });
  }
  const { conf } = settings;
  if (conf !== undefined && conf.trim() !== '') {
    const path = `${folder}/94guest-init-config`;
    const text = `${conf.trimEnd()}\n`;
    steps.push({
      ...{ ...common, id: 'apt/conf', summary: path, source: place(['apt', 'conf']) },
      action: { kind: 'file', path, ...protect(text), check: 'apt' },
    });
  }
  return steps;
}

function protect(text: string): { content: string | Secret; mode: number } {
  const isSecret = /:\/\/[^/\s"]*@/.test(text);
  return isSecret ? { content: new Secret(text), mode: 0o600 } : { content: text, mode: 0o644 };
}
