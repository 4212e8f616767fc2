// Sorts more lines than fit into memory: sorted runs in temporary files, then merged. Lines with equal keys keep their order.

import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/** Characters of keys and lines in memory before they go into a file. */
const maxHeldChars = 8_000_000
/** More are merged into one first: each open run needs a buffer. */
const maxRuns = 64
const readBytes = 128 * 1024
const writeChars = 512 * 1024
const newline = 10

interface Line {
  readonly key: string
  readonly text: string
}

export class ExternalSorter implements Disposable {
  readonly #folder: string
  readonly #maxHeld: number
  #held: Line[] = []
  #heldChars = 0
  readonly #runs: string[] = []
  #next = 0

  /** `folder` for temporary files; `maxHeld` characters in memory. */
  constructor(folder: string, maxHeld = maxHeldChars) {
    this.#folder = folder
    this.#maxHeld = maxHeld
  }

  /** `key` has no line end and no tab; `text` no line end. */
  add(key: string, text: string): void {
    this.#held.push({ key, text })
    this.#heldChars += key.length + text.length + 64
    if (this.#heldChars >= this.#maxHeld) this.#spill()
  }

  /** All lines by key; to be called once. */
  *sorted(): Generator<Line, void, undefined> {
    if (this.#runs.length === 0) {
      yield* this.#takeHeld()
      return
    }
    this.#spill()
    while (this.#runs.length > maxRuns) {
      const path = this.#newRun()
      writeLines(path, merged(this.#runs.splice(0, maxRuns)))
      // In front, so that equal keys stay in their order.
      this.#runs.unshift(path)
    }
    yield* merged(this.#runs.splice(0))
  }

  [Symbol.dispose](): void {
    for (const path of this.#runs) rmSync(path, { force: true })
    this.#held = []
  }

  #takeHeld(): Line[] {
    const lines = this.#held.toSorted((a, b) => compare(a.key, b.key))
    this.#held = []
    this.#heldChars = 0
    return lines
  }

  #spill(): void {
    if (this.#held.length === 0) return
    const path = this.#newRun()
    writeLines(path, this.#takeHeld())
    this.#runs.push(path)
  }

  #newRun(): string {
    this.#next += 1
    return join(this.#folder, `run-${this.#next}`)
  }
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

function writeLines(path: string, lines: Iterable<Line>): void {
  const fd = openSync(path, 'wx', 0o600)
  try {
    let text = ''
    for (const line of lines) {
      text += `${line.key}\t${line.text}\n`
      if (text.length < writeChars) continue
      writeSync(fd, text)
      text = ''
    }
    writeSync(fd, text)
  } finally {
    closeSync(fd)
  }
}

/** Deletes the runs when they are read. */
function* merged(paths: readonly string[]): Generator<Line, void, undefined> {
  const readers = paths.map((path) => readLines(path))
  const heads = readers.map((reader) => reader.next())
  try {
    for (;;) {
      let least = -1
      let key = ''
      for (const [index, head] of heads.entries()) {
        if (head.done === true || (least >= 0 && head.value.key >= key)) continue
        least = index
        key = head.value.key
      }
      const head = heads[least]
      const reader = readers[least]
      if (head === undefined || head.done === true || reader === undefined) return
      yield head.value
      heads[least] = reader.next()
    }
  } finally {
    for (const reader of readers) reader.return()
    for (const path of paths) rmSync(path, { force: true })
  }
}

function* readLines(path: string): Generator<Line, void, undefined> {
  const fd = openSync(path, 'r')
  const buffer = Buffer.alloc(readBytes)
  let rest: Buffer[] = []
  try {
    for (let count = readSync(fd, buffer); count > 0; count = readSync(fd, buffer)) {
      let from = 0
      for (
        let end = buffer.indexOf(newline, from);
        end >= 0 && end < count;
        end = buffer.indexOf(newline, from)
      ) {
        const part = buffer.subarray(from, end)
        const text = rest.length === 0 ? part.toString() : Buffer.concat([...rest, part]).toString()
        rest = []
        from = end + 1
        const tab = text.indexOf('\t')
        yield { key: text.slice(0, tab), text: text.slice(tab + 1) }
      }
      if (from < count) rest.push(Buffer.from(buffer.subarray(from, count)))
    }
  } finally {
    closeSync(fd)
  }
}
