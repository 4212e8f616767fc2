// The folders that web servers of the host serve, by their configuration: nginx, Apache, lighttpd, Caddy. Only absolute paths as they
// are written; what variables or other programs make of them is not known.

import type { Host } from './host.ts'

const folders = [
  '/etc/nginx',
  '/etc/apache2',
  '/etc/httpd',
  '/etc/lighttpd',
  '/etc/caddy',
  '/usr/local/nginx/conf',
  '/usr/local/apache2/conf',
]
const directive =
  /^[ \t]*(?:root|alias|DocumentRoot|Alias[ \t]+\S{1,200}|server\.document-root[ \t]*=|root[ \t]+\*)[ \t]+["']?(\/[^\s"';{}$]{1,1000})/gim
/** Not the whole system, however it is configured. */
const tooMuch =
  /^\/(?:usr|var|etc|home|root|opt|srv|bin|lib|boot|dev|proc|sys|run|tmp|var\/lib|usr\/share|var\/log)?$/
const maxFiles = 2000
const maxRoots = 500
const maxDepth = 6
const maxConfigurationBytes = 1024 * 1024

/** As text, without a slash at the end. */
export function webRootsOf(host: Host): Set<string> {
  const roots = new Set<string>()
  let files = 0
  for (const path of folders.flatMap((folder) => [...filesBelow(host, folder, 0)])) {
    files++
    if (files > maxFiles || roots.size >= maxRoots || host.context.leftMs() <= 0) break
    for (const [, folder = ''] of (host.text(path, maxConfigurationBytes) ?? '').matchAll(directive)) {
      const clean = folder.replace(/\/+$/, '')
      if (!tooMuch.test(clean) && !clean.includes('/../')) roots.add(clean)
    }
  }
  return roots
}

function* filesBelow(host: Host, folder: string, depth: number): Generator<string> {
  for (const { name, kind } of host.tree.list(folder)) {
    const path = `${folder}/${name}`
    if (kind === 'file') yield path
    else if (kind === 'folder' && depth < maxDepth) yield* filesBelow(host, path, depth + 1)
  }
}
