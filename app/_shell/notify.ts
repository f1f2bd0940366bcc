/** @returns whether the browser took it: some, on phones, have the interface and refuse every page */
export function notify(title: string, options: { body: string; tag: string; path: string }): boolean {
  try {
    const { body, tag, path } = options;
    const shown = new Notification(title, { body, tag, icon: "/icons/192.png" });
    shown.onclick = () => {
      window.focus();
      if (location.pathname !== path) location.assign(path);
      shown.close();
    };
    return true;
  } catch {
    return false;
  }
}
