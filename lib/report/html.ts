/**
 * HTML that cannot be forgotten to be escaped: whatever is put into an `html` template is text, unless it is `Html` itself.
 * Quotes are escaped too, so a value may stand in a quoted attribute.
 */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type Child = Html | string | number | null | false | undefined | readonly Child[];

export function html(parts: TemplateStringsArray, ...children: Child[]): Html {
  return new Html(parts.map(unbroken).reduce((text, part, i) => text + write(children[i - 1]) + part));
}

/** A template may be written over several lines: a break within a tag is a space, one beside a tag or a child is nothing. */
function unbroken(part: string): string {
  return part.replace(/(^|>)\n\s*|\n\s*(?=<|$)/g, "$1").replace(/\n\s*/g, " ");
}

/** Takes text that we have made ourselves and that is HTML already. Never for anything a log or a person has written. */
export function trusted(text: string): Html {
  return new Html(text);
}

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}

function write(child: Child): string {
  if (child === null || child === undefined || child === false) return "";
  if (child instanceof Html) return child.text;
  if (typeof child === "object") return child.map(write).join("");
  return escapeHtml(String(child));
}
