// Text that is looked for as it is.

/** The source of a RegExp that matches `text` and nothing else. */
export function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
