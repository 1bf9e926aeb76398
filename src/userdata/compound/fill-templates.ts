// Templates among the leaves to the documents, scripts and hooks that they stand for. What is said of the result names the line of the template.

import { detectUserData } from '../detect.ts';
import { partFormats } from '../formats/registry.generated.ts';
import { checkTemplate, renderTemplate } from '../jinja/render.ts';
import { placeInTemplate } from './leaf-place.ts';
import type { Leaf, LocatedLeaf, Report } from './unpack.ts';

type Names = Readonly<Record<string, unknown>>;

/** Fills in every template; without names it is checked and left out, with a note. Faulty ones are reported and left out. */
export function fillTemplates(leaves: readonly Leaf[], names: Names | undefined, report: Report): LocatedLeaf[] {
  return leaves.flatMap((leaf): LocatedLeaf[] => {
    if (leaf.kind !== 'template') return [{ ...leaf, kind: leaf.kind }];
    const { part } = leaf;
    if (names === undefined) {
      const problems = checkTemplate(part);
      for (const problem of problems) report(problem);
      const message =
        'a template: only its syntax was checked; what it becomes is checked with the folder of its drive';
      if (problems.length === 0) report({ severity: 'note', code: 'missing', source: part.source, message });
      return [];
    }
    const rendered = renderTemplate(part, names);
    if (rendered.ok) {
      for (const note of rendered.notes) report(note);
      return readRendered(leaf, rendered, report);
    }
    for (const problem of rendered.problems) report(problem);
    return [];
  });
}

const kinds = { 'cloud-config': 'config', script: 'script', 'json-patch': 'patch', boothook: 'hook' } as const;

function readRendered(
  leaf: Leaf,
  { text, toTemplate }: { text: string; toTemplate: NonNullable<LocatedLeaf['toFile']> },
  report: Report,
): LocatedLeaf[] {
  const { source } = leaf.part;
  const detection = detectUserData({ bytes: Buffer.from(text), source }, partFormats);
  for (const problem of detection.diagnostics) report(placeInTemplate(problem, toTemplate));
  const format =
    detection.kind === 'part' ? detection.format.name : detection.kind === 'packed' ? detection.format : '';
  const kind = Object.hasOwn(kinds, format) ? kinds[format as keyof typeof kinds] : undefined;
  if ((detection.kind === 'part' || detection.kind === 'packed') && kind !== undefined) {
    return [{ ...leaf, kind, part: detection.part, toFile: toTemplate }];
  }
  if (detection.kind === 'nothing') {
    report({ severity: 'note', code: 'missing', source, message: 'nothing is left of the template' });
  } else if (!detection.diagnostics.some(({ severity }) => severity === 'error')) {
    const message = 'a template may become a document, a patch, a script or a hook; this one becomes something else';
    report({ severity: 'error', code: 'unsupported-format', source, message });
  }
  return [];
}
