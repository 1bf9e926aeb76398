// One entry of remotes as the line of rsyslog.conf(5) that it stands for.

/** `facility.priority`, several by `;`. */
const filter = /^[a-z0-9*,]+\.[=!a-z0-9*,]+(?:;[a-z0-9*,]+\.[=!a-z0-9*,]+)*$/i;
const target = /^(@{0,2})(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9.-]+|[0-9A-Fa-f]*:[0-9A-Fa-f:]+))(?::(\d{1,5}))?$/;

/**
 * `[filter] [@|@@]host[:port] [# comment]`: everything by UDP where nothing else is said, port 514. Undefined for text that is not of that form.
 */
export function describeRemote(text: string): string | undefined {
  const words = text.replace(/#.*/, '').trim().split(/\s+/);
  if (words.length > 2) return undefined;
  const [selector = '', address = ''] = words.length === 2 ? words : ['*.*', words[0] ?? ''];
  const found = target.exec(address);
  if (found === null || !filter.test(selector)) return undefined;
  const [, protocol = '', bracketed, plain = '', port = '514'] = found;
  if (Number(port) < 1 || Number(port) > 65_535) return undefined;
  const host = bracketed ?? plain;
  const name = host.includes(':') ? `[${host}]` : host;
  return `${selector} ${protocol === '' ? '@' : protocol}${name}:${Number(port)}`;
}
