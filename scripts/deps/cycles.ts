// Import cycles between files. Types count too: two files that need each other's types are one idea in two places.

/** One path `a → b → a` per cycle met; empty when there is none. */
export function cyclesIn(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const cycles: string[][] = []
  const done = new Set<string>()
  const path: string[] = []

  const visit = (file: string): void => {
    const from = path.indexOf(file)
    if (from !== -1) {
      cycles.push([...path.slice(from), file])
      return
    }
    if (done.has(file)) return
    path.push(file)
    for (const next of graph.get(file) ?? []) visit(next)
    path.pop()
    done.add(file)
  }

  for (const file of graph.keys()) visit(file)
  return cycles
}
