// Paths: which many programs share, which a web server serves, and whether a request's path names a file.

import { baseName } from './boundaries.ts'

const shared =
  /^\/(?:dev|proc|sys)\/(?!shm\/)|^\/(?:|tmp|var|var\/tmp|run|dev\/shm|etc|root|home|home\/[^/]+|var\/www|var\/www\/html|usr|usr\/bin|usr\/local\/bin|var\/spool\/cron(?:\/crontabs|\/tabs)?|etc\/cron\.[a-z]+|var\/log)\/?$|^\/var\/(?:log|cache|lib\/(?:dpkg|rpm|apt|dnf|systemd|logrotate|man-db|plocate))\/|^\/run\/(?:utmp|systemd|log)|^\/etc\/(?:ld\.so\.cache|mtab|resolv\.conf|passwd|shadow|group|gshadow|subuid|subgid|hosts|adjtime|\.pwd\.lock)-?$|\/\.[a-z_]+_history$|\/\.(?:zhistory|histfile|viminfo|lesshst|wget-hsts)$/

const sharedOfWindows =
  /^[a-z]:\\(?:$|users(?:\\[^\\]+(?:\\(?:desktop|downloads|documents|appdata(?:\\(?:local|roaming|locallow))?|ntuser\.dat[^\\]*))?)?$|(?:programdata|windows|windows\\(?:temp|system32)|program files(?: \(x86\))?)$|windows\\(?:prefetch|appcompat|servicing|softwaredistribution|system32\\(?:config|logfiles|winevt|wbem|sru|spool))\\)/i

/** Written or read by so many that it says nothing about whoever touches it. */
export function isSharedPath(path: string): boolean {
  return shared.test(path) || sharedOfWindows.test(path)
}

export function isWindowsPath(path: string): boolean {
  return /^[A-Za-z]:\\/.test(path)
}

/** What tells a path from others: Windows writes one path now so, now so. */
export function pathKey(path: string): string {
  return isWindowsPath(path) ? path.toLowerCase() : path
}

const roots =
  /^\/(?:var\/www|srv\/(?:www|http|ftp)|usr\/share\/nginx\/html|opt\/lampp\/htdocs)(?:\/|$)|\/(?:public_html|htdocs|webapps|wwwroot)(?:\/|$)/

export function isInWebRoot(path: string): boolean {
  return roots.test(path)
}

const script = /\.(?:php\d?|phtml|phar|pht|jspx?|asp|aspx|ashx|cgi|pl|py|rb|cfm|shtml)$/i

export function isScript(path: string): boolean {
  return script.test(path)
}

const systemPlace =
  /^\/(?:usr|bin|sbin|lib|lib64|snap|opt)\/|^[a-z]:\\(?:windows\\(?!(?:temp|tasks|tracing|debug)\\)|program files(?: \(x86\))?\\)/i

export function isSystemProgram(path: string): boolean {
  return systemPlace.test(path)
}

const knownRoot =
  /^\/(?:var\/www|srv\/(?:www|http|ftp)|usr\/share\/nginx)(?:\/[^/]+)?(?:\/(?:html|htdocs|public|public_html|www|web|wwwroot|httpdocs|current|current\/public))?$/
const rootName = /\/(?:html|htdocs|public|public_html|www|web|webroot|wwwroot|httpdocs|docroot|site|root)$/

/**
 * Whether a decoded request path names the file: the file's path ends with it, and what stands before looks like a document
 * root, or the path names folders as well. What follows a script's name (PATH_INFO) is not part of it.
 */
export function namesFile(requestPath: string, filePath: string): boolean {
  const named = withoutPathInfo(requestPath)
  if (named.length < 2 || !named.startsWith('/') || !filePath.endsWith(named)) return false
  const root = filePath.slice(0, filePath.length - named.length)
  if (knownRoot.test(root) || rootName.test(root)) return true
  return !isInWebRoot(filePath) && named.indexOf('/', 1) > 0
}

/** The part of a request's path that may be a file: up to the first folder that has a script's name. */
function withoutPathInfo(path: string): string {
  const match = /^[^?#]{1,4096}?\.(?:php\d?|phtml|phar|jspx?|aspx?|cgi|pl|py)(?=\/)/i.exec(path)
  return match === null ? path : match[0]
}

export function nameOfRequest(path: string): string {
  return baseName(withoutPathInfo(path))
}
