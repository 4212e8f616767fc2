// Texts that a macro hands to the system: programs that run other programs, addresses, and the disguises of both.

export interface CommandTraits {
  /** Programs that do what a macro should not, as `powershell`. */
  readonly programs: ReadonlySet<string>
  /** Something executable is fetched from an address. */
  readonly programAddress: string | undefined
  /** Any address of the web. */
  readonly hasAddress: boolean
  /** A file that can be run, in a folder that anybody may write to. */
  readonly droppedFile: string | undefined
}

const programNames =
  /(?:^|[^a-z0-9_])(powershell|pwsh|mshta|rundll32|regsvr32|certutil|bitsadmin|cscript|wscript(?!\.)|msiexec|schtasks|wmic|installutil|msbuild|cmstp|forfiles|odbcconf|regasm|regsvcs|mavinject|pcalua|osascript|curl|wget|python[23]?)(?:\.exe)?(?=$|[^a-z0-9_.])/g
const shells = /(?:^|[^a-z0-9_])cmd(?:\.exe)?["']?\s+\/\w|cmd\.exe|%comspec%|\/bin\/(?:ba|z)?sh|(?:^|\s)sh -c/
const powershellWords =
  /-e(?:nc|ncodedcommand|c)?\s+[a-z0-9+/=]{20}|downloadstring|downloadfile|downloaddata|frombase64string|invoke-expression|\biex\b|-w(?:indowstyle)?\s+hidden|executionpolicy\s+bypass|new-object\s+net\.|invoke-webrequest/
const executable =
  '(?:exe|dll|scr|com|cpl|vbs|vbe|js|jse|wsf|wsh|hta|ps1|psm1|bat|cmd|jar|lnk|pif|msi|ocx|xll|sct)'
const executableAddress = new RegExp(String.raw`(?:https?|ftp|file):\/\/[^\s"'<>]{1,300}\.${executable}\b`)
const address = /\b(?:https?|ftp):\/\/[^\s"'<>]{4,}/
const looseFile = new RegExp(
  String.raw`(?:%(?:temp|tmp|appdata|localappdata|public|programdata|userprofile|allusersprofile)%|\\temp\\|\\appdata\\|\\programdata\\|\\users\\public\\|\/tmp\/)[^\s"'<>|]{0,200}\.${executable}\b`,
)

export function commandTraits(texts: readonly string[]): CommandTraits {
  const programs = new Set<string>()
  let programAddress: string | undefined
  let droppedFile: string | undefined
  let hasAddress = false
  for (const text of texts) {
    const plain = plainCommand(text)
    for (const [, name = ''] of plain.matchAll(programNames)) programs.add(name)
    if (shells.test(plain)) programs.add('cmd')
    if (powershellWords.test(plain)) programs.add('powershell')
    programAddress ??= executableAddress.exec(plain)?.[0]
    droppedFile ??= looseFile.exec(plain)?.[0]
    hasAddress ||= address.test(plain)
  }
  return { programs, programAddress, hasAddress, droppedFile }
}

/** Carets and quotes between letters mean nothing to a shell. */
function plainCommand(text: string): string {
  return text.toLowerCase().replaceAll(/(?<=[a-z])[\^`"]+(?=[a-z])/g, '')
}

const shortestEncoded = 24
const maxDecoded = 200
const hexText = /^(?:[0-9a-f]{2}[\s,:;-]?)+$/i
const base64Text = /^[A-Za-z0-9+/]{24,}={0,2}$/
const printable = /^[\t\r\n\u0020-\u007e]+$/

/** What texts say that were written backwards, in hexadecimal or in base 64; those that say nothing are left out. */
export function decodedTexts(texts: readonly string[]): string[] {
  const decoded: string[] = []
  for (const text of texts) {
    if (decoded.length >= maxDecoded) break
    const lower = text.toLowerCase()
    if (/llehsrewop|exe\.|ptth\b|athsm|tcejbo|llehs\.tpircsw/.test(lower))
      decoded.push(Array.from(text).toReversed().join(''))
    const bare = text.trim()
    if (bare.length < shortestEncoded) continue
    if (hexText.test(bare)) addPrintable(decoded, Buffer.from(bare.replaceAll(/[^0-9a-f]/gi, ''), 'hex'))
    else if (base64Text.test(bare)) addPrintable(decoded, Buffer.from(bare, 'base64'))
  }
  return decoded
}

function addPrintable(decoded: string[], bytes: Buffer): void {
  const isWide = bytes.length > 3 && bytes[1] === 0 && bytes[3] === 0
  const text = bytes.toString(isWide ? 'utf16le' : 'latin1')
  if (text.length >= 8 && printable.test(text)) decoded.push(text)
}
