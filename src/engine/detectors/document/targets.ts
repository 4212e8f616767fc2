// What a file name, a command or an address in a document leads to.

const runnable =
  'exe|com|scr|pif|cpl|dll|msi|bat|cmd|ps1|vbs|vbe|js|jse|wsf|wsh|hta|lnk|jar|sct|chm|reg|inf|scf|url|xll|settingcontent-ms|appref-ms|iso|img|vhd'

const endsRunnable = new RegExp(String.raw`\.(?:${runnable})[\s"'.]*$`, 'i')
const hidesExtension = new RegExp(String.raw`\.[a-z\d]{2,5}[\s_.]*\.(?:${runnable})[\s"'.]*$`, 'i')
const interpreter =
  /(?:^|[\\/\s"'(=])(?:cmd|powershell|pwsh|mshta|wscript|cscript|rundll32|regsvr32|bitsadmin|certutil|msiexec|installutil|forfiles|msbuild|bash|sh|python3?|perl|curl|wget|osascript)(?:\.exe)?(?=$|[\s"',;)\\/])/i
const command = new RegExp(
  String.raw`\.(?:exe|scr|bat|cmd|ps1|vbs|vbe|jse|wsf|hta|lnk|pif)(?=$|[\s"',;)])`,
  'i',
)

/** A file that runs when it is opened. */
export function isRunnable(name: string): boolean {
  // `https://example.com` is no program.
  return endsRunnable.test(name) && !/^\w+:\/\/[^/]*$/.test(name)
}

/** `invoice.pdf.exe`, or one that writes backwards. */
export function hidesItsKind(name: string): boolean {
  return /[\u202a-\u202e\u2066-\u2069]/.test(name) || hidesExtension.test(name)
}

/** A command line that starts an interpreter or a program. */
export function runsProgram(text: string): boolean {
  return interpreter.test(text) || command.test(text)
}

export type Place = 'web' | 'share' | 'handler' | 'local'

/** Where an address leads; `handler`: to a program that was never meant to be started by a document. */
export function placeOf(address: string): Place {
  const target = address.trim().toLowerCase()
  if (
    /(?:^|\W)(?:ms-msdt|mhtml|search-ms|ms-search|script|mk|its|ms-its|ms-officecmd):|!x-usc:/.test(target)
  ) {
    return 'handler'
  }
  if (/^(?:https?|ftps?):/.test(target)) return 'web'
  return /^(?:file:)?[\\/]{2,}(?![\\/]*[a-z]:|[\\/]*localhost[\\/])[^\\/]+[\\/]/.test(
    target.replace(/^file:\/{3}(?=\\\\)/, 'file:'),
  )
    ? 'share'
    : 'local'
}
