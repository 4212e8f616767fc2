// What is told of an address for what its requests are together.

import type { AttackFinding } from './detector.ts'

export function scannerFinding(isProbe: boolean): AttackFinding {
  return {
    class: 'scanner',
    detector: 'behaviour',
    why: isProbe
      ? 'The address asks for scripts, backups and administration pages that are not there.'
      : 'The address asks for many different paths that are not there within seconds.',
    confidence: isProbe ? 75 : 80,
    techniques: ['T1595.003'],
    cwe: '',
  }
}

export function oddFinding(method: string): AttackFinding {
  return {
    class: 'protocol',
    detector: 'behaviour',
    why:
      method === 'CONNECT'
        ? 'The address asks again and again for tunnels through this server.'
        : 'The address tries methods and protocols that this server does not speak.',
    confidence: 65,
    techniques: method === 'CONNECT' ? ['T1090', 'T1595.002'] : ['T1595.002'],
    cwe: '',
  }
}

export const loggedInFinding: AttackFinding = {
  class: 'brute-force',
  detector: 'behaviour',
  why: 'After many logins that were refused, the address sent one that was answered as a right one is.',
  confidence: 85,
  techniques: ['T1110', 'T1078'],
  cwe: 'CWE-307',
}

export const loginFinding: AttackFinding = {
  class: 'brute-force',
  detector: 'behaviour',
  why: 'The address sends one login after another.',
  confidence: 75,
  techniques: ['T1110'],
  cwe: 'CWE-307',
}
