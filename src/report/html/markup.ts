// HTML and SVG in which a text can only be a text: whatever is put into a template is escaped, unless it is a template itself.

/** Text that is markup already. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = string | number | Markup | undefined | readonly Part[];

/** Template tag. Lists are put one after another; undefined is nothing. */
export function html(fixed: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(fixed.map((text, index) => (index === 0 ? text : `${render(parts[index - 1])}${text}`)).join(''));
}

function render(part: Part): string {
  if (part === undefined) return '';
  if (part instanceof Markup) return part.text;
  return typeof part === 'object' ? part.map(render).join('') : escapeText(String(part));
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const unseen = /(?![\t\n])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}]/gu;

/** Safe in content and in quoted attributes; what would not be seen, or would reorder what is seen, is shown by its number. */
export function escapeText(text: string): string {
  return text
    .toWellFormed()
    .replace(unseen, showNumber)
    .replace(/[&<>"']/g, (character) => entities[character] ?? '');
}

function showNumber(character: string): string {
  const number = character.codePointAt(0) ?? 0;
  return `\u27e8U+${number.toString(16).toUpperCase().padStart(4, '0')}\u27e9`;
}
