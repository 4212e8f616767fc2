// Scanners by what they say of themselves and by addresses that only scanners ask for. T1595.
import type { AttackFinding, PartDetector } from '../../detector.ts'

import { probes } from './probes.ts'
import { notTool, probeText, toolAgent } from './tools.ts'

const pathGate =
  /\/\.[a-z0-9]|\.(?:sql|zip|tar|t?gz|7z|rar|bak|old|log|key|json|ya?ml|properties|xml|lock|tfstate|env)|[~@+;\\%]|\/(?:vendor|phpunit|cgi-bin|boaform|gponform|hnap1|_ignition|telescope|actuator|jolokia|druid|solr|manager|jmx|web-console|invoker|wls|_async|console|owa|ecp|autodiscover|geoserver|struts|axis2|fckeditor|wp-content|wp-config|goform|portal|sdk|evox|nmap|tmui|mgmt|remote|dana|vpn|api|index\.php|php|pma|mysql|server-status|debug|dockerfile|eval|pmt|setup|shell|mt-|id_|credentials|secret)/i

function finding(why: string, confidence: number, technique: string): AttackFinding {
  return { class: 'scanner', detector: 'scanner', why, confidence, techniques: [technique], cwe: 'CWE-200' }
}

export const scannerDetector: PartDetector = {
  id: 'scanner',
  places: ['path', 'query', 'user-agent', 'referer'],
  detect(value, part) {
    if (part.place === 'user-agent') {
      const tool = toolAgent.exec(value)?.[0]
      return tool === undefined || notTool.test(value)
        ? undefined
        : finding(`The tool names itself: ${tool}`, 80, 'T1595.002')
    }
    if (part.place === 'path' && pathGate.test(value)) {
      for (const probe of probes) {
        if (probe.pattern.test(value))
          return finding(`The address asks for ${probe.what}`, probe.confidence, 'T1595.003')
      }
    }
    const text = value.length > 8 ? probeText.exec(value)?.[0] : undefined
    return text === undefined ? undefined : finding(`A scanner's own mark: ${text}`, 75, 'T1595.002')
  },
}
