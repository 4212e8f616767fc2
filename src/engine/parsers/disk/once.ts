// Damage is met as often as somebody reads there, and told once.

/** Calls `tell` for each message once. */
export function once(tell: (message: string) => void): (message?: string) => void {
  const told = new Set<string>()
  return (message = '') => {
    if (told.has(message)) return
    told.add(message)
    tell(message)
  }
}
