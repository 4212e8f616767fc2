// Where a link of the examined host leads, within what stands for its `/`: a link in an image that points to /etc/passwd means the
// image's own.

import type { Host } from './host.ts'

const maxLinks = 16

/** The path of the regular file behind a link; undefined when there is none. */
export function linkEnd(host: Host, path: string): string | undefined {
  let open = partsOf(path)
  let done: string[] = []
  for (let links = 0; links <= maxLinks;) {
    const [part, ...rest] = open
    if (part === undefined) {
      const end = `/${done.join('/')}`
      return host.tree.stat(end)?.kind === 'file' ? end : undefined
    }
    open = rest
    if (part === '..') {
      done = done.slice(0, -1)
      continue
    }
    const there = host.tree.stat(`/${[...done, part].join('/')}`)
    if (there === undefined) return undefined
    if (there.target === undefined) {
      done.push(part)
      continue
    }
    links++
    if (there.target.startsWith('/')) done = []
    open = [...partsOf(there.target), ...open]
  }
  return undefined
}

function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.')
}
