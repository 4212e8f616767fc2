// What dpkg says of the content of its files: the MD5 digests that each package brought (deb-md5sums(5)), and those of configuration
// files (deb-conffiles(5), in the status file).

import type { Host } from './host.ts'

const infoFolder = '/var/lib/dpkg/info'
const maxListBytes = 64 * 1024 * 1024
/** Folders that merged into /usr: packages may list the old name. */
const merged = /^\/(?=(?:s?bin|lib(?:32|64|x32|o32)?)\/)/

export interface PackagedFile {
  /** As text, where it lies on a host whose /bin, /sbin and /lib are links into /usr. */
  readonly path: string
  readonly md5: string
  readonly isConfiguration: boolean
}

/** Names of the packages that bring digests. */
export function* packagesWithDigests(host: Host): Generator<string> {
  for (const { name } of host.tree.list(infoFolder))
    if (name.endsWith('.md5sums')) yield name.slice(0, -'.md5sums'.length)
}

/** Whether /bin and the like are links into /usr. */
export function isMerged(host: Host): boolean {
  return host.tree.stat('/bin')?.kind === 'link'
}

export function* digestsOfPackage(host: Host, name: string, merges: boolean): Generator<PackagedFile> {
  const text = host.text(`${infoFolder}/${name}.md5sums`, maxListBytes) ?? ''
  for (const line of text.split('\n')) {
    const found = /^([0-9a-f]{32}) [ *](.+)$/.exec(line)
    if (found === null) continue
    const path = `/${found[2] ?? ''}`
    yield {
      path: merges ? path.replace(merged, '/usr/') : path,
      md5: found[1] ?? '',
      isConfiguration: false,
    }
  }
}

/** Of all packages, with the package that each belongs to. */
export function* configurationDigests(host: Host): Generator<PackagedFile & { readonly package: string }> {
  let name = ''
  let isListed = false
  for (const line of (host.text('/var/lib/dpkg/status', maxListBytes) ?? '').split('\n')) {
    if (line.startsWith('Package: ')) name = line.slice('Package: '.length)
    if (!line.startsWith(' ')) isListed = line.startsWith('Conffiles:')
    const found = isListed ? /^ (\/.+) ([0-9a-f]{32})(?: obsolete| remove-on-upgrade)*$/.exec(line) : null
    if (found !== null)
      yield { path: found[1] ?? '', md5: found[2] ?? '', isConfiguration: true, package: name }
  }
}
