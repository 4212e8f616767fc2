// A path as a file system sees it in the end: backslashes are slashes, empty and `.` segments fall away, `..` takes one away,
// parameters of segments (`;jsessionid=…`, `..;`) are dropped.

const maxSegments = 512

/** Begins with `/`; `..` above the root is ignored. */
export function normalPath(path: string): string {
  if (isNormal(path)) return path
  const kept: string[] = []
  for (const segment of path.replaceAll('\\', '/').split('/', maxSegments)) {
    const semicolon = segment.indexOf(';')
    const name = semicolon === -1 ? segment : segment.slice(0, semicolon)
    if (name === '..') kept.pop()
    else if (name !== '' && name !== '.') kept.push(name)
  }
  const isFolder = /[/\\]$/.test(path)
  return `/${kept.join('/')}${isFolder && kept.length > 0 ? '/' : ''}`
}

function isNormal(path: string): boolean {
  return !/[\\;]|\/\/|\/\.{1,2}(?:\/|$)/.test(path) && path.startsWith('/')
}
