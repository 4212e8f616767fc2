// Takes bad members out of a 7z archive with 7-Zip's own `d`. Kept: every other member with its bytes, place, times and
// attributes, and encryption by one password that is given; a solid block that loses a member is packed anew. Refused:
// members that would have to be replaced, data behind the archive, more than one password, what is only partly encrypted.

import { sevenZip } from '../../formats/7z/7z.ts'
import type { MemberFault, UnpackContext } from '../../formats/format.ts'
import type { ScanObject } from '../../scan-object.ts'
import { deleteFrom7z } from '../../seven-zip/delete.ts'
import { bytesSource } from '../../source/byte-source.ts'
import { CannotCure, type Editor } from '../editor.ts'

/** How formats/7z calls the archive as a whole in its faults. */
const wholeArchive = '(archive)'

export const sevenZipEditor: Editor = {
  format: sevenZip,

  edit(object, edit) {
    const lock = lockOf(object, edit.context)
    const passwords = lock === undefined ? [] : [lock.password]
    const removed = new Set<string>()
    const kept: string[] = []
    for (const member of sevenZip.members(object, { ...edit.context, passwords })) {
      if (member.name === 'trailing-data') throw new CannotCure('there are data behind the archive')
      const judgement = edit.judge(member)
      member.source.release?.()
      if (judgement.kind === 'replace') throw new CannotCure('a container inside would have to be replaced')
      if (judgement.kind === 'remove') removed.add(member.name)
      else kept.push(member.name)
    }
    if (removed.size === 0) return
    for (const name of kept) if (removed.has(name)) edit.alsoRemoved(name, 'a bad member has the same name')
    const expected = kept.filter((name) => !removed.has(name))
    const bytes = deleteFrom7z(object.source, { names: [...removed], ...lock }, edit.context.budget)
    if (typeof bytes === 'string') throw new CannotCure(`it cannot be packed anew: ${bytes}`)
    checkNames(object, bytes, expected, { ...edit.context, passwords })
    edit.write(bytes)
  },
}

interface Lock {
  readonly password: string
  readonly isHeaderEncrypted: boolean
}

/** Undefined: it is not encrypted. */
function lockOf(object: ScanObject, context: UnpackContext): Lock | undefined {
  const bare = listed(object, context, [])
  if (bare.locked.length === 0) return undefined
  // What is packed anew is all encrypted or not at all.
  if (bare.names.length > 0) throw new CannotCure('only some of its members are encrypted')
  const isHeaderEncrypted = bare.locked.includes(wholeArchive)
  for (const password of context.passwords) {
    if (listed(object, context, [password]).locked.length === 0) return { password, isHeaderEncrypted }
  }
  throw new CannotCure('needs a password')
}

interface Listing {
  readonly names: readonly string[]
  readonly locked: readonly string[]
}

function listed(object: ScanObject, context: UnpackContext, passwords: readonly string[]): Listing {
  const names: string[] = []
  const locked: string[] = []
  const fault = (name: string, code: MemberFault, message: string): void => {
    if (code === 'encrypted') locked.push(name)
    else context.fault(name, code, message)
  }
  for (const { name, source } of sevenZip.members(object, { ...context, passwords, fault })) {
    source.release?.()
    names.push(name)
  }
  return { names: names.filter((name) => !locked.includes(name)), locked }
}

function checkNames(
  object: ScanObject,
  bytes: Uint8Array,
  expected: readonly string[],
  context: UnpackContext,
): void {
  const source = bytesSource(bytes)
  const rebuilt: ScanObject = { ...object, source, head: bytes.subarray(0, object.head.length) }
  const names: string[] = []
  for (const member of sevenZip.members(rebuilt, context)) {
    member.source.release?.()
    names.push(member.name)
  }
  if (names.join('\0') !== expected.join('\0')) throw new CannotCure('the packer left out something else')
}
