import { expect, test } from "vitest";
import { looksBinary } from "./index.ts";

const text = (content: string) => looksBinary(Buffer.from(content));

test("logs are text, with colours, progress bars, backspaces and any script", () => {
  expect(text("")).toBe(false);
  expect(text("\u001b[32mstep\u001b[0m 损失 0.5 🔥\r 10%|█\b\b\b\n")).toBe(false);
  expect(looksBinary(Buffer.from([0xff, 0xfe, 0xe9, 0x0a]))).toBe(false); // Latin-1, perhaps; no NUL in it
});

test("checkpoints, archives and UTF-16 are binary", () => {
  expect(
    looksBinary(
      Buffer.from([0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e, 0x00]),
    ),
  ).toBe(true);
  expect(looksBinary(Buffer.from("\ufeffloss", "utf16le"))).toBe(true);
  expect(looksBinary(Buffer.from([1, 2, 3, 4, 5, 6, 0x14, 0x15]))).toBe(true);
});

test("only the first 8 KiB count, after the hole that truncation may have left", () => {
  expect(looksBinary(Buffer.concat([Buffer.alloc(8192, "x"), Buffer.alloc(10)]))).toBe(false);
  expect(looksBinary(Buffer.concat([Buffer.alloc(5000), Buffer.from("loss: 1\n")]))).toBe(false);
  expect(looksBinary(Buffer.alloc(5000))).toBe(false);
});
