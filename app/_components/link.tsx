"use client";
import NextLink from "next/link.js";

/** Next ships its modules as CommonJS without an exports map: under Node's own resolution the component is the `default` of it. */
export const Link = NextLink.default;
