// The interface of every container that can be rebuilt without its malicious members; cure/index.ts is the table.

import type { Format, Member, UnpackContext } from '../formats/format.ts'
import type { ScanObject } from '../scan-object.ts'

/** What becomes of one member. `replace`: it is a container itself, rebuilt without what was malicious in it. */
export type Judgement =
  | { readonly kind: 'keep' }
  | { readonly kind: 'remove' }
  | { readonly kind: 'replace'; readonly bytes: Uint8Array }

export interface Edit {
  readonly context: UnpackContext
  /** To be asked once about each member, in the container's order. */
  judge(member: Member): Judgement
  /** The same for a member that can only stay or go, whatever is in it. True: it has to go. */
  isToGo(member: Member): boolean
  /** Tells of a member that is left out because of another one: a link that would lead nowhere. */
  alsoRemoved(name: string, why: string): void
  /** Takes the next bytes of the rebuilt container; they may be reused after the call. */
  write(bytes: Uint8Array): void
}

export interface Editor {
  readonly format: Format
  /**
   * Writes the container anew: what is kept stays byte for byte with its order, times, modes, comments and links. Throws
   * CannotCure where that cannot be done; what was written by then is thrown away.
   */
  edit(object: ScanObject, edit: Edit): void
}

/** Why something cannot be rebuilt: one sentence. Never leaves the engine. */
export class CannotCure extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'CannotCure'
  }
}
