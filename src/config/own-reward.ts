/** Whether a name in a task's `reward` is the path of a module: it has a slash or ends as scripts do. */
export function isOwnReward(name: string): boolean {
  return name.includes("/") || /\.[cm]?[jt]sx?$/.test(name);
}

/** Whether Node can import it as it is. */
export function isJavaScript(path: string): boolean {
  return /\.[cm]?js$/.test(path);
}
