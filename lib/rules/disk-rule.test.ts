import { expect, test } from "vitest";
import { judgeDisk } from "./disk-rule.ts";

const GIB = 2 ** 30;
const at = (free: number, total = 1000) => {
  const said = judgeDisk({ freeBytes: free * GIB, totalBytes: total * GIB });
  return said && `${said.kind} ${said.severity}`;
};

test("a little room is caution, next to none critical, and between little and enough it stays as it was", () => {
  expect([500, 3.1, 2.5, 1.9, 0.2].map((free) => at(free))).toEqual([
    "ended caution",
    "ended caution",
    null,
    "began caution",
    "began critical",
  ]);
});

test("on a small disk little is less", () => {
  expect([at(1, 8), at(0.3, 8)]).toEqual(["ended caution", "began caution"]);
});
