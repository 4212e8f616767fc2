// Which file a command line starts, as Windows finds it: quoted, or up to the first blank behind which a program's name ends;
// of rundll32, regsvr32 and svchost-like hosts the library, which is what matters.

/** Endings after which an unquoted path is complete. */
const program =
  /^.*?\.(?:exe|com|bat|cmd|pif|scr|dll|ocx|cpl|sys|vbs|vbe|js|jse|wsf|hta|ps1|msi|lnk|drv|acm|ax|jar|py)(?=$|[\s",/])/i
const hosts = /(?:^|[\\/])(?:rundll32|regsvr32)(?:\.exe)?$/i
const bareHost = /^[^\s"]*(?:rundll32|regsvr32)(?:\.exe)?(?=\s|$)/i

/** The path as it is written, variables left; '' where there is none. `\SystemRoot\` and `\??\` are put as people know them. */
export function imageOf(command: string): string {
  const [image, rest] = split(command.slice(0, 4096).trim())
  if (!hosts.test(image)) return plain(image)
  const argument = rest.trim().replace(/^(?:[/-]\S*\s+)+/, '')
  const [library] = split(argument.replace(/^"([^"]*)".*$/, '$1').replace(/,\s*[#\w]+.*$/, ''))
  return plain(library === '' ? image : library)
}

function split(command: string): [image: string, rest: string] {
  const quoted = /^"([^"]*)"?/.exec(command)
  if (quoted !== null) return [quoted[1] ?? '', command.slice(quoted[0].length)]
  const whole = (bareHost.exec(command) ?? program.exec(command))?.[0]
  if (whole !== undefined) return [whole, command.slice(whole.length)]
  const blank = command.search(/\s/)
  return blank === -1 ? [command, ''] : [command.slice(0, blank), command.slice(blank)]
}

function plain(path: string): string {
  return path
    .replace(/^\\\?\?\\/, '')
    .replace(/^\\?SystemRoot\\/i, '%SystemRoot%\\')
    .replace(/^system32\\/i, '%SystemRoot%\\system32\\')
}
