import { expect, test } from "vitest";
import { html, trusted } from "./html.ts";

test("children are text, in content and in quoted attributes; nested templates are not escaped twice", () => {
  const bad = `<b>"'&`;
  expect(html`<a title="${bad}">${bad}${html`<i>${bad}</i>`}${[1, null, false, trusted("<hr>")]}</a>`.text).toBe(
    '<a title="&lt;b&gt;&quot;&#39;&amp;">&lt;b&gt;&quot;&#39;&amp;<i>&lt;b&gt;&quot;&#39;&amp;</i>1<hr></a>',
  );
});

test("a template over several lines leaves no blanks but those between attributes; a child's lines stay", () => {
  const made = html`
    <p class="a"
      id="b">
      ${"one\n  two"} ${"three"}
      <br>
    </p>`;
  expect(made.text).toBe('<p class="a" id="b">one\n  two three<br></p>');
});
