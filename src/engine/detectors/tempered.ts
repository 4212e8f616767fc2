// Sources, tests and documentation quote what they are about. A heuristic that reads code is doubted where the object's
// own name says that nobody runs it as that: a server runs pages by their extension, and never a `.ts` as JSP.

import type { ScanObject } from '../scan-object.ts'
import type { Detector, Suspicion } from './detector.ts'

/** Below the score from which findings are told by default. */
const doubtfulScore = 55

/** What nobody runs as it stands: sources to be compiled, documentation, rules, data. */
const neverRun =
  /\.(?:tsx?|mts|cts|[ch]|cc|cpp|cxx|hpp|hh|m|mm|rs|go|java|kt|scala|swift|cs|fs|md|markdown|rst|adoc|tex|pod|[1-9]|yara?|rules?|ndb|ldb|po|pot|diff|patch|json|ndjson|ya?ml|toml|css|scss|less|map|lock|ipynb)$/i
/** What runs as one language and no other. */
const runAs: readonly (readonly [name: RegExp, finding: RegExp])[] = [
  [/\.[cm]?jsx?$/i, /\.(?:Node|JavaScript|Exploit)/],
  [/\.pyw?$/i, /\.Python/],
  [/\.(?:pl|pm)$/i, /\.Perl/],
  [/\.rb$/i, /\.Ruby/],
  [/\.lua$/i, /\.Lua/],
  // Templates for browsers look like those of servers.
  [/\.(?:x?html?|svg|ejs|hbs|mustache|vue)$/i, /^(?!Heuristic\.Webshell)/],
]

function isDoubtful({ chain }: ScanObject, { name: finding }: Suspicion): boolean {
  const name = chain.at(-1) ?? ''
  return neverRun.test(name) || runAs.some(([names, findings]) => names.test(name) && !findings.test(finding))
}

/** The same detector, whose findings in such objects have no high score. */
export function tempered(detector: Detector): Detector {
  return {
    id: detector.id,
    detect(object, context) {
      detector.detect(object, {
        ...context,
        suspect(finding) {
          const score = isDoubtful(object, finding) ? Math.min(finding.score, doubtfulScore) : finding.score
          context.suspect({ ...finding, score })
        },
      })
    },
  }
}
