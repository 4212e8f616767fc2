// One entry of a partition table.

export interface Partition {
  /** As the system numbers it: `sda1` is 1. */
  readonly number: number
  /** In bytes. */
  readonly start: number
  readonly bytes: number
  /** As the table has it: `0x07`, or a GUID. */
  readonly type: string
  /** GPT only. */
  readonly name?: string
}
