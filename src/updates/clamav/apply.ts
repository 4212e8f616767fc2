// Carries a diff's script out on the files of a database, one step after the other, each file in one pass.

import { Fault } from '../fault.ts'
import type { Edit, LineAt, Step } from './script.ts'

/** Throws Fault when a line is not the one that the script expects; the files are then of no more use. */
export function applySteps(files: Map<string, Uint8Array>, steps: readonly Step[]): void {
  for (const step of steps) {
    if (step.kind === 'unlink') files.delete(step.file)
    else if (step.kind === 'move') move(files, step)
    else edit(files, step)
  }
}

function edit(files: Map<string, Uint8Array>, { file, edits, added }: Extract<Step, { kind: 'edit' }>): void {
  const parts =
    edits.length > 0 ? changed(contentOf(files, file), file, edits) : [files.get(file) ?? new Uint8Array(0)]
  if (added.length > 0) parts.push(Buffer.from(`${added.join('\n')}\n`, 'latin1'))
  files.set(file, Buffer.concat(parts))
}

/** The parts of the file between the edits, which are in the order of lines. */
function changed(bytes: Buffer, file: string, edits: readonly Edit[]): Uint8Array[] {
  const parts: Uint8Array[] = []
  const lines = new Lines(bytes)
  let copied = 0
  for (const one of edits) {
    const { start, end } = lines.find(one, file)
    parts.push(bytes.subarray(copied, start))
    if (one.to !== undefined) parts.push(Buffer.from(`${one.to}\n`, 'latin1'))
    copied = end
  }
  parts.push(bytes.subarray(copied))
  return parts
}

function move(
  files: Map<string, Uint8Array>,
  { from, to, first, last }: Extract<Step, { kind: 'move' }>,
): void {
  const bytes = contentOf(files, from)
  const lines = new Lines(bytes)
  const { start } = lines.find(first, from)
  const { end } = lines.find(last, from)
  files.set(to, Buffer.concat([files.get(to) ?? new Uint8Array(0), bytes.subarray(start, end)]))
  files.set(from, Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]))
}

function contentOf(files: ReadonlyMap<string, Uint8Array>, file: string): Buffer {
  const bytes = files.get(file)
  if (bytes === undefined) throw new Fault(`a diff changes ${file}, which is not there`)
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}

/** Finds lines by number, going forward only. */
class Lines {
  readonly #bytes: Buffer
  #number = 1
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  /** From the line's first byte to behind its newline. The same line may be asked for again. */
  find({ line, start: text }: LineAt, file: string): { start: number; end: number } {
    while (this.#number < line && this.#at < this.#bytes.length) {
      this.#at = this.#endOf(this.#at)
      this.#number++
    }
    const start = this.#at
    const end = this.#endOf(start)
    const found = this.#bytes.toString('latin1', start, Math.min(end, start + text.length))
    if (this.#number !== line || start >= this.#bytes.length || found !== text) {
      throw new Fault(`line ${line} of ${file} is not the one that the diff expects`)
    }
    return { start, end }
  }

  #endOf(start: number): number {
    const found = this.#bytes.indexOf(10, start)
    return found < 0 ? this.#bytes.length : found + 1
  }
}
