// What the kernel's command line says to cloud-init: `cc: YAML end_cc` and `cloud-config-url=ADDRESS`, in its spelling.

import type { RawUserData } from '../core/instance-config.ts';

const source = 'kernel command line';

/**
 * The documents of a command line, the strongest last. In `cc:`, %-escapes and `\n` stand for what a command line cannot hold; without `end_cc`
 * it goes on to the end; several are one document. An address is read as an #include list.
 */
export function readKernelLine(line: string): RawUserData[] {
  const address = /(?:^|\s)cloud-config-url=(\S+)/.exec(line)?.[1];
  const texts = [...line.matchAll(/(?:^|\s)cc:(.*?)(?:end_cc|$)/gs)].map(([, text = '']) => decode(text.trim()));
  const documents = [
    ...(address === undefined ? [] : [`#include\n${address}\n`]),
    ...(texts.length === 0 ? [] : [`#cloud-config\n${texts.join('\n')}\n`]),
  ];
  return documents.map((text) => ({ bytes: Buffer.from(text), source }));
}

function decode(text: string): string {
  const unescaped = text.replaceAll(/(?:%[0-9A-Fa-f]{2})+/g, (bytes) =>
    Buffer.from(bytes.replaceAll('%', ''), 'hex').toString('utf8'),
  );
  return unescaped.replaceAll('\\n', '\n');
}
