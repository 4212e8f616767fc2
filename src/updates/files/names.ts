// Names inside archives and bundles: which are safe as relative paths, and which files the engine has a use for.

import { isLegalText } from '../../base/legal-text.ts'

/** Below its folder wherever it is put, on one line, and long enough for nobody's trouble. */
export function isSafePath(path: string): boolean {
  if (path.length > 512 || Buffer.byteLength(path) > 1024) return false
  // eslint-disable-next-line no-control-regex -- control characters are what this looks for
  if (/[\u0000-\u001f\u007f-\u009f\\\u2028\u2029]/.test(path)) return false
  const parts = path.split('/')
  return (
    parts.length <= 16 &&
    parts.every((part) => part !== '' && part !== '.' && part !== '..' && part.length <= 200)
  )
}

/** YARA rules, ClamAV's databases (one a format; bytecode only inside a signed container), hash lists. */
const wanted = new Set(
  [
    'yar yara',
    'cvd cld cdb cfg crb fp ftm gdb hdb hdu hsb hsu idb ign ign2 imp ldb ldu mdb mdu msb msu ndb ndu pdb sfp wdb',
    'txt csv md5 sha1 sha256',
  ].flatMap((line) => line.split(' ')),
)

/** What is kept of an archive; everything else in it is left out. */
export function isWanted(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1)
  if (name.startsWith('.')) return false
  return isLegalText(path) || wanted.has(extensionOf(name))
}

/** In lower case, without the dot; '' for none. */
export function extensionOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const dot = name.lastIndexOf('.')
  return dot < 1 ? '' : name.slice(dot + 1).toLowerCase()
}
