// The nearest of some known names, for typing mistakes.

/** Undefined when none is near enough. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  if (name.length > 64) return undefined
  let best: string | undefined
  let bestDistance = Math.max(1, Math.floor(name.length / 4)) + 1
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase())
    if (distance >= bestDistance) continue
    best = candidate
    bestDistance = distance
  }
  return best
}

function editDistance(from: string, to: string): number {
  let above = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 0; row < from.length; row++) {
    const char = from[row]
    const here = [row + 1]
    for (let column = 1; column <= to.length; column++) {
      const changed = (above[column - 1] ?? 0) + (char === to[column - 1] ? 0 : 1)
      here.push(Math.min(changed, (above[column] ?? 0) + 1, (here[column - 1] ?? 0) + 1))
    }
    above = here
  }
  return above[to.length] ?? 0
}
