// Where the root file system of a container lies on the host. Runtimes mount an overlay and keep its parts side by side:
// the mounted whole is `merged` beside the upper layer (Docker, Podman, CRI-O), or `fs` beside it is the upper layer itself
// and the whole is seen only inside (containerd). proc_pid_mountinfo(5).

import { readFileSync } from 'node:fs'

/** Undefined when it is no overlay, or the process is gone. `path` is the mountinfo of a process inside. */
export function rootOnHost(path: string): string | undefined {
  let text: string
  try {
    text = readFileSync(path, 'latin1')
  } catch {
    return undefined
  }
  for (const line of text.split('\n')) {
    const fields = line.split(' ')
    const dash = fields.indexOf('-')
    if (fields[4] !== '/' || fields[dash + 1] !== 'overlay') continue
    const upper = /(?:^|,)upperdir=([^,]+)/.exec(fields[dash + 3] ?? '')?.[1]
    if (upper === undefined) return undefined
    const decoded = Buffer.from(unescape(upper), 'latin1').toString()
    return decoded.endsWith('/diff') ? `${decoded.slice(0, -'/diff'.length)}/merged` : decoded
  }
  return undefined
}

/** Blanks and other separators are written as three octal digits. */
function unescape(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  )
}
