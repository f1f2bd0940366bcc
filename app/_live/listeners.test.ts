import { afterEach, expect, test, vi } from "vitest";
import { Listeners } from "./listeners.ts";

afterEach(() => vi.unstubAllGlobals());

test("a hidden tab is told nothing, however much comes, and once when it is seen again", () => {
  const page = Object.assign(new EventTarget(), { hidden: true });
  vi.stubGlobal("document", page);
  const listeners = new Listeners();
  const told = vi.fn();
  listeners.subscribe(told);
  for (let i = 0; i < 50; i++) listeners.notify();
  expect(told).not.toHaveBeenCalled();
  page.hidden = false;
  page.dispatchEvent(new Event("visibilitychange"));
  expect(told).toHaveBeenCalledTimes(1);
  listeners.notify();
  expect(told).toHaveBeenCalledTimes(2);
});
