// The order of modules: a stable topological sort of their `after`, so that adding a folder is all it takes to take part.

const everything = '*';

/** Whether the module's steps come behind those of all others, scripts included. */
export function isClosing({ after }: { readonly after: readonly string[] }): boolean {
  return after.includes(everything);
}

/** Sorts by `after`, keeping the given order among equals. Throws on a cycle or an unknown name: a broken build, not an input error. */
export function orderModules<M extends { readonly name: string; readonly after: readonly string[] }>(
  modules: readonly M[],
): M[] {
  const byName = new Map(modules.map((module) => [module.name, module]));
  const ordered = new Set<M>();
  const visit = (module: M, path: readonly string[]): void => {
    if (ordered.has(module)) return;
    if (path.includes(module.name))
      throw new Error(`modules wait for each other: ${[...path, module.name].join(' -> ')}`);
    for (const name of module.after) {
      if (name === everything) {
        for (const before of modules) if (!isClosing(before)) visit(before, [...path, module.name]);
        continue;
      }
      const before = byName.get(name);
      if (before === undefined) throw new Error(`module ${module.name} comes after ${name}, which does not exist`);
      visit(before, [...path, module.name]);
    }
    ordered.add(module);
  };
  for (const module of modules) visit(module, []);
  return [...ordered];
}
