// Why one record, template or value cannot be read. It never leaves the reader: it becomes a note, and the next one follows.

export class RecordFault extends Error {
  /** In bytes from the beginning of the chunk. */
  readonly at: number

  constructor(message: string, at: number) {
    super(message)
    this.name = 'RecordFault'
    this.at = at
  }
}
