// File names that look like one thing and run as another: `photo.php.jpg`, `photo.jpg.php`, `shell.asp;.jpg`, `a.php%00.jpg`,
// `a.php::$DATA`, `/photo.jpg/x.php`. A name without a dot, a version (`jquery-3.7.1.min.js`) or `a.tar.gz` is nothing. CWE-434.

import type { AttackFinding, Part, PartDetector } from '../../detector.ts'

/** What a web server runs, in the spellings that its handlers take. */
const script = '(?:php[3-8s]?|phtml|phar|pht|phps|asp|aspx|ashx|asmx|asa|cer|jspx?|jspf|jsw|cfm)'
/** What an upload form lets through. */
const harmless =
  '(?:jpe?g|png|gif|bmp|webp|svg|ico|tiff?|pdf|docx?|xlsx?|pptx?|odt|rtf|mp[34]|avi|mov|zip|rar|7z)'

interface Shape {
  readonly pattern: RegExp
  readonly confidence: number
  readonly why: string
}

// Every pattern is anchored at a dot or a slash and has no repetition inside of a repetition.
const shapes: readonly Shape[] = [
  {
    pattern: new RegExp(`\\.${script}\\0`, 'i'),
    confidence: 92,
    why: 'a script whose name is cut by a NUL byte',
  },
  {
    pattern: new RegExp(`\\.${script};[^/\\\\]{0,64}\\.${harmless}$`, 'i'),
    confidence: 90,
    why: 'a script whose name goes on after a semicolon, as old IIS runs it',
  },
  {
    pattern: new RegExp(`\\.${script}::\\$(?:DATA|INDEX_ALLOCATION)`, 'i'),
    confidence: 90,
    why: 'a script addressed by the stream of an NTFS file',
  },
  {
    pattern: new RegExp(`\\.${script}\\.${harmless}$`, 'i'),
    confidence: 80,
    why: 'a script with the ending of a harmless file after its own',
  },
  {
    pattern: new RegExp(`\\.(?:jpe?g|png|gif|bmp|webp|svg|ico|pdf|mp[34])\\.${script}$`, 'i'),
    confidence: 75,
    why: 'a script with the ending of a harmless file before its own',
  },
  {
    pattern: new RegExp(`\\.(?:jpe?g|png|gif|bmp|webp|svg|ico|pdf)/[^/]{0,64}\\.${script}$`, 'i'),
    confidence: 75,
    why: 'a harmless file with a script as its path info, which careless servers run',
  },
  {
    pattern: new RegExp(`\\.${script}(?:\\.{1,4}| {1,4}|\\.{1,4}/)$`, 'i'),
    confidence: 65,
    why: 'a script whose name ends with dots or spaces, which Windows drops',
  },
]

/** Only a name in a parameter is judged, no sentence. */
const inParameter = /^[^\s<>"'()]{1,255}$/

export const doubleExtensionDetector: PartDetector = {
  id: 'double-extension',
  places: ['path', 'query', 'body'],
  detect(value: string, part: Part): AttackFinding | undefined {
    const dot = value.indexOf('.')
    if (dot === -1 || value.length > 2048 || !/\.(?:ph|as[pahm]|js[pw]|cer|cfm)/i.test(value))
      return undefined
    if (part.place !== 'path' && (!inParameter.test(value) || /^[a-z]{2,8}:\/\//i.test(value)))
      return undefined
    const shape = shapes.find(({ pattern }) => pattern.test(value))
    if (shape === undefined) return undefined
    return {
      class: 'double-extension',
      detector: 'double-extension',
      why: `The name is ${shape.why}.`,
      confidence: shape.confidence,
      techniques: ['T1190', 'T1036.007'],
      cwe: 'CWE-434',
    }
  },
}
