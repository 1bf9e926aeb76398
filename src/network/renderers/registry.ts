// The renderer of each network service. Each is loaded only when it is chosen: a boot evaluates one of them, or none.

import type { Backend, Renderer } from './renderer.ts';

const loaders: Readonly<Record<Backend, () => Promise<{ readonly renderer: Renderer }>>> = {
  ifupdown: () => import('./ifupdown/index.ts'),
  'ifupdown-alpine': () => import('./ifupdown-alpine/index.ts'),
  netplan: () => import('./netplan/index.ts'),
  networkd: () => import('./networkd/index.ts'),
  'network-manager': () => import('./network-manager/index.ts'),
  sysconfig: () => import('./sysconfig/index.ts'),
  wicked: () => import('./wicked/index.ts'),
};

/** Rejects only when the module itself cannot be evaluated, which is a fault of the program. */
export async function loadRenderer(backend: Backend): Promise<Renderer> {
  const { renderer } = await loaders[backend]();
  return renderer;
}
