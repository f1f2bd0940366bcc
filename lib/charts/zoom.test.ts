import { expect, test } from "vitest";
import { panned, pinched, zoomed, zoomLimits } from "./zoom.ts";

const limits = { min: 0, max: 1000, shortest: 8 };

test("zooming keeps the place under the pointer, and stays within the run", () => {
  expect(zoomed({ min: 0, max: 1000 }, 250, 0.5, limits)).toEqual({ min: 125, max: 625 });
  expect(zoomed({ min: 0, max: 400 }, 400, 2, limits)).toEqual({ min: 0, max: 800 });
  expect(zoomed({ min: 0, max: 400 }, 200, 1e-9, limits)).toEqual({ min: 196, max: 204 });
  expect(zoomed({ min: 100, max: 400 }, 200, 1e9, limits)).toEqual({ min: 0, max: 1000 });
});

test("panning moves the view as it is, up to the run's ends", () => {
  expect(panned({ min: 100, max: 300 }, 50, limits)).toEqual({ min: 150, max: 350 });
  expect(panned({ min: 100, max: 300 }, -500, limits)).toEqual({ min: 0, max: 200 });
  expect(panned({ min: 100, max: 300 }, 5000, limits)).toEqual({ min: 800, max: 1000 });
});

test("two fingers keep what they took hold of", () => {
  const view = pinched([400, 600], [0.25, 0.75], limits);
  expect(view).toEqual({ min: 300, max: 700 });
  expect(pinched([400, 600], [0.5, 0.5], limits)).toEqual({ min: 0, max: 1000 });
});

test("a run without a plan is limited a little beyond its newest point", () => {
  const scene = { x: { origin: 0 }, now: 1000, toX: (step: number) => step } as Parameters<typeof zoomLimits>[0];
  expect(zoomLimits(scene, null, 1000)).toEqual({ min: 0, max: 1040, shortest: 8 });
  expect(zoomLimits(scene, 5000, 1000).max).toBe(5000);
});
