// The external variables that public rule sets expect. The same constants for everybody, because the command line of
// `yara` knows no value for each file.

export const variables = {
  filename: 'sample',
  filepath: '/bench/sample',
  extension: '',
  filetype: '',
  owner: '',
} as const

/** For `yara` and `yarac`. */
export const yaraDefinitions: readonly string[] = Object.entries(variables).flatMap(([name, value]) => [
  '-d',
  `${name}=${value}`,
])
