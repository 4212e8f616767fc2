// Files that pass for something else: by their names, or by a head that is not what the rest is.

import type { Detector } from '../detector.ts'
import { contentOf } from './content.ts'
import { disguiseOfName } from './names.ts'
import { polyglotOf } from './polyglot.ts'

export const disguiseDetector: Detector = {
  id: 'disguise',

  detect(object, context) {
    if (object.head.length === 0) return
    context.budget.checkTime()
    const name = object.chain.at(-1) ?? ''
    const found = [
      mayDeceive(name) ? disguiseOfName(name, contentOf(object)) : undefined,
      polyglotOf(object, context.budget),
    ].filter((disguise) => disguise !== undefined)
    const [best] = found.toSorted((a, b) => b.score - a.score)
    if (best === undefined) return
    context.suspect({
      name: `Heuristic.Disguise.${best.name}`,
      offset: 0,
      score: best.score,
      reasons: found.map(({ sentence }) => sentence),
      techniques: [...new Set(found.map(({ technique }) => technique))],
    })
  },
}

const shown =
  /\.(?:pdf|docx?|xlsx?|pptx?|rtf|od[st]|hwpx?|txt|csv|jpe?g|png|gif|bmp|tiff?|webp|heic|mp[34]|avi|mov|mkv|wav|flac|eml|msg|html?)(?:[\s_.]{1,300}[\w-]{2,9})?$|\.(?:zip|rar|7z)\.\w{2,5}$|[\s_.]{6}|[^ -~]/i

/** Nearly all names end in something that deceives nobody. */
function mayDeceive(name: string): boolean {
  return shown.test(name)
}
