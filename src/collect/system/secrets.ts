// What a collection does not carry away unless it is told to: hashes of passwords and private keys. That a password is set, how it
// is hashed, and which keys there are, stays to be seen.

const passwordFile = /^\/(?:etc|var\/backups)\/g?shadow(?:[-.].*)?$/
const oldPasswords = /^\/etc\/security\/opasswd(?:[-.].*)?$/
const keyFolder = /\/\.ssh\/|^\/etc\/(?:ssh|ssl\/private|dropbear)\//
const privateKey =
  /^(?:-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----|PuTTY-User-Key-File-|---- BEGIN SSH2 ENCRYPTED PRIVATE KEY)/
/** Dropbear's keys begin with the length and the name of their kind. */
const dropbearKey = /^\0\0\0.(?:ssh-|ecdsa-)/s

export type SecretKind = 'password-file' | 'old-passwords' | 'key-folder'

/** What has to be looked at before the content of a file is given away. */
export function secretKindOf(path: string): SecretKind | undefined {
  if (passwordFile.test(path)) return 'password-file'
  if (oldPasswords.test(path)) return 'old-passwords'
  return keyFolder.test(path) ? 'key-folder' : undefined
}

/** By the first bytes of a file. */
export function isPrivateKey(head: Uint8Array): boolean {
  const text = Buffer.from(head).toString('latin1').trimStart()
  return privateKey.test(text) || dropbearKey.test(Buffer.from(head).toString('latin1'))
}

/** shadow(5), gshadow(5) and opasswd with every hash replaced; what is no hash (`*`, `!`, empty) stays. */
export function withoutHashes(content: Uint8Array, kind: 'password-file' | 'old-passwords'): Uint8Array {
  const lines = Buffer.from(content).toString('latin1').split('\n')
  const field = kind === 'password-file' ? 1 : 3
  const changed = lines.map((line) => {
    const fields = line.split(':')
    const value = fields[field]
    if (value === undefined) return line
    fields[field] = value.split(',').map(withoutHash).join(',')
    return fields.join(':')
  })
  return Buffer.from(changed.join('\n'), 'latin1')
}

function withoutHash(value: string): string {
  const [, lock = '', rest = ''] = /^(!*)(.*)$/s.exec(value) ?? []
  if (rest === '' || rest === '*' || rest === 'x' || rest === '*LK*') return value
  const scheme = /^\$[a-z0-9-]{1,12}\$/i.exec(rest)?.[0] ?? ''
  return `${lock}${scheme}[removed]`
}
