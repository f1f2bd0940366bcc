import { expect, test } from "vitest";
import { noticeOf, RUN } from "./alert-fixture.ts";
import { digestOf } from "./digest.ts";
import { noticeSchema } from "./notice.ts";

const ofRun = (name: string, changes: Parameters<typeof noticeOf>[0] = {}) =>
  noticeOf({ alert: `${name}-1-nan-40`, run: { ...RUN, id: name, name }, ...changes });

test("a digest has the id of its first notice, the severity and the run of its worst, and says how many it is for", () => {
  const digest = digestOf([
    ofRun("a", { number: 2, severity: "note" }),
    ofRun("b", { severity: "critical" }),
    ofRun("c", { severity: "critical" }),
  ]);
  expect(digest).toMatchObject({
    ...{ alert: "a-1-nan-40", number: 2, kind: "digest", severity: "critical", incident: "", more: 3 },
    ...{ run: { id: "b" }, confidence: null },
  });
  expect(digest.text.en).toBe("3 alerts of 3 runs came at once: a, b, c.");
  expect(noticeSchema.parse(digest)).toEqual(digest);
});

test("each run is named once, the first five of them, and the rest are counted", () => {
  const text = (names: string[]) => digestOf(names.map((name) => ofRun(name))).text.en;
  expect(text(["a", "a", "a"])).toBe("3 alerts of one run came at once: a.");
  expect(text([..."abcdefgg"])).toBe("8 alerts of 7 runs came at once: a, b, c, d, e and 2 more.");
});
