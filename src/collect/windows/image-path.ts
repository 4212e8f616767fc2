// The file that the registry or a service means: paths there have variables, no folder, or names of the kernel.

const systemRootName = /^\\systemroot\\/i
const kernelPrefix = /^\\\?\?\\/
const relative = /^system32\\/i

/** With variables of `env` in place; '' stays ''. Names without a folder lie in System32. */
export function resolveImage(image: string, env: Readonly<Record<string, string | undefined>>): string {
  if (image === '') return ''
  const variables = new Map(Object.entries(env).map(([name, value]) => [name.toUpperCase(), value]))
  const root = variables.get('SYSTEMROOT') ?? 'C:\\Windows'
  const path = image
    .replace(/%([^%]{1,64})%/g, (all, name: string) => variables.get(name.toUpperCase()) ?? all)
    .replace(kernelPrefix, '')
    .replace(systemRootName, () => `${root}\\`)
    .replace(relative, () => `${root}\\System32\\`)
  return /[\\/:]/.test(path) ? path : `${root}\\System32\\${path}`
}
