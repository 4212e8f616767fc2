// Web shells by what their clients send and how their files are named: parameters that carry commands or code to a script, action
// parameters of well-known families, uploads folders that run scripts. T1505.003.
import type { AttackFinding, PartDetector } from '../../detector.ts'

import { shellNameOf } from './names.ts'

// China Chopper and its kin send code in a parameter: @eval(…), @ini_set("display_errors","0"), Response.Write, base64 in z0=.
const chopper =
  /@(?:eval|assert)\s{0,4}[(/]|@ini_set\(\s{0,2}["']display_errors|Response\.Write\(|FromBase64String\(|eval\(base64_decode\(\$_|@set_time_limit\(0\)/i
const actions =
  /^(?:phpinfo|eval|cmd|ls|mkfile|mkdir|upload|gofile|ftpquickbrute|encoder|tools|processes|selfremove|feedback|bind|sql|selfRemove|img|bypass|shell|symlink|massdeface|backconnect|netsploit|dumpdb|exploit|security|fsbuff|search|chmod|update)$/i
const directory = /^(?:\/|[a-z]:[\\/])/i

function finding(why: string, confidence: number): AttackFinding {
  return {
    class: 'webshell',
    detector: 'webshell',
    why,
    confidence,
    techniques: ['T1505.003', 'T1190'],
    cwe: 'CWE-553',
  }
}

export const webshellDetector: PartDetector = {
  id: 'webshell',
  places: ['path', 'query', 'body'],
  detect(value, part) {
    if (part.place === 'path') {
      const name = shellNameOf(value)
      return name === undefined
        ? undefined
        : finding(`A script named as ${name.what}: ${name.file}`, name.confidence)
    }
    if (chopper.test(value)) return finding('Code as the clients of one-line web shells send it', 90)
    // c99, r57 and their copies: act=ls&d=/var/www.
    if (
      (part.name === 'act' || part.name === 'action' || part.name === 'a') &&
      actions.test(value) &&
      part.name === 'act'
    ) {
      return finding(
        `The action ${value} of the c99 family of web shells`,
        /^(?:search|update|upload|security|sql|img|feedback|tools)$/i.test(value) ? 40 : 65,
      )
    }
    if (
      part.name === 'd' &&
      directory.test(value) &&
      /^(?:\/(?:var|home|etc|tmp|root)\b|[a-z]:[\\/])/i.test(value)
    ) {
      return finding('A directory of the server in the parameter that web shells browse with', 60)
    }
    return undefined
  },
}
