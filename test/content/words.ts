// A command line, as it is typed, as the arguments and the executable that the kernel would tell.

const programs: Readonly<Record<string, string>> = {
  sh: '/usr/bin/dash',
  '-bash': '/usr/bin/bash',
  python3: '/usr/bin/python3.11',
  python: '/usr/bin/python3.11',
  php: '/usr/bin/php8.2',
  awk: '/usr/bin/mawk',
  nc: '/usr/bin/nc.openbsd',
}

const word = /\s*((?:[^\s'"\\]|\\.|'[^']*'|"(?:[^"\\]|\\.)*")+)/gsy

/** By the rules of quoting of a shell; nothing is expanded. */
export function argumentsOf(commandLine: string | readonly string[]): readonly string[] {
  if (typeof commandLine !== 'string') return commandLine
  return Array.from(commandLine.trim().matchAll(word), ([, text = '']) =>
    text.replaceAll(
      /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)/gs,
      (_, single?: string, double?: string, one?: string) =>
        single ?? double?.replaceAll(/\\(["\\$`])/g, '$1') ?? one ?? '',
    ),
  )
}

/** The executable, and the arguments: `/usr/sbin/nginx: worker` is a process that changed its title. */
export function executableOf(args: readonly string[], given?: string): [string, readonly string[]] {
  const [first = ''] = args
  const path = first.replace(/:$/, '')
  if (given !== undefined) return [given, args]
  return [path.startsWith('/') ? (programs[path] ?? path) : (programs[path] ?? `/usr/bin/${path}`), args]
}
