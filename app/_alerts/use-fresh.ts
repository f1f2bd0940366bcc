"use client";
import { useRouter } from "next/navigation.js";
import { useEffect } from "react";

const EVERY_MS = 5000;

/** What the server renders is rendered anew every five seconds, while it is seen. */
export function useFresh(): () => void {
  const router = useRouter();
  useEffect(() => {
    const timer = setInterval(() => !document.hidden && router.refresh(), EVERY_MS);
    return () => clearInterval(timer);
  }, [router]);
  return router.refresh;
}
