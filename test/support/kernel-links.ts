// Which links the kernel of this machine can make: asked in a network namespace that ends with the question.

import { tryTool } from './command.ts';

/** `words` describe the link to `ip link add`, beside a veth pair named a and b. Needs root. */
function canMake(words: string): boolean {
  const script = `ip link add a type veth peer name b && ip link add ${words}`;
  return tryTool(['unshare', '--net', 'sh', '-c', script]).status === 0;
}

/** Two looks, at once: call it where the tests can run at all. */
export function findKernelLinks(): { readonly bond: boolean; readonly vlan: boolean } {
  return { bond: canMake('c type bond'), vlan: canMake('link a name c type vlan id 7') };
}
