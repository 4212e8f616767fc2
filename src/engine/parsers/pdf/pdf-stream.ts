// Where a stream is: its object's numbers and the range of its data.

export interface PdfStream {
  readonly number: number
  readonly generation: number
  /** Offset of its dictionary. */
  readonly at: number
  readonly start: number
  readonly end: number
  readonly isWhole: boolean
  readonly isObjectStream: boolean
}
