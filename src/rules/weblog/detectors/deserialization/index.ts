// Serialised objects where data is expected: Java streams (JSR-337 object serialization, magic AC ED 00 05), PHP's O: notation, .NET's
// BinaryFormatter and LosFormatter, Python pickles, Ruby's Marshal, and the base64 of each. CWE-502.
import { constructOf, type Construct } from '../construct.ts'
import type { AttackFinding, PartDetector } from '../../detector.ts'

const gate =
  /rO0|H4sI|AAEAAAD|aced0005|\xac\xed|[OCa]:\+?\d|gAN|gAS|KGl|Y3Bvc|cos\n|posix\n|c__builtin__|\$type|ObjectStateFormatter|!!(?:python|java)|Cs7Q|Tzo|YTo/i

const table: readonly Construct[] = [
  {
    why: 'A serialised object of Java',
    confidence: 85,
    pattern: /^rO0AB|\xac\xed[^\w]{2}|aced0005[0-9a-f]{4}|^Cs7Q/,
  },
  {
    why: 'A serialised object of PHP',
    confidence: 85,
    pattern: /(?:^|[{;"'=\s])[OC]:\+?\d{1,4}:"[\w\\]{1,200}":\+?\d{1,5}:\{/,
  },
  {
    why: 'A serialised object of .NET',
    confidence: 85,
    pattern: /^AAEAAAD\/{2,}|^\/w(?:EP|Ey)|"\$type"\s{0,4}:\s{0,4}"[\w.]{3,200},|ObjectDataProvider/,
  },
  {
    why: 'A pickle of Python',
    confidence: 85,
    pattern:
      /^(?:gAN|gAS)[A-Za-z0-9+/]{6,}|^\(?c(?:os|posix|subprocess|__builtin__|builtins|commands)\n\w{2,20}\n|\x80[^\w\s](?:c\w{2,20}\n|\x95)|^Y3Bvc2l4C|^KGlvcwo|^Y29zCn/,
  },
  {
    why: 'A tag of YAML that builds objects',
    confidence: 85,
    pattern: /!!(?:python\/(?:object|name|module)|java\.|javax\.|ruby\/object)/,
  },
]

// Class names of the gadget chains of Java, in base64 at each of the three alignments.
const gadgets = [
  'runtime',
  'processbuilder',
  'clonetransformer',
  'forclosure',
  'instantiatefactory',
  'instantiatetransformer',
  'invokertransformer',
  'prototypeclonefactory',
  'prototypeserializationfactory',
  'whileclosure',
] as const

function base64Forms(): RegExp {
  const forms: string[] = []
  for (const name of gadgets) {
    for (const shift of [0, 1, 2]) {
      const encoded = Buffer.from('\0'.repeat(shift) + name, 'latin1')
        .toString('base64')
        .replaceAll('=', '')
      // Characters that mix with the bytes before the name, and the last one, which mixes with what follows.
      const own = encoded.slice([0, 2, 3][shift], name.length % 3 === (3 - shift) % 3 ? encoded.length : -1)
      if (own.length >= 8) forms.push(own.replace(/[+/]/g, '\\$&'))
    }
  }
  return new RegExp(forms.join('|'))
}

const gadget = base64Forms()
const base64 = /^[A-Za-z0-9+/_-]{8,}={0,2}$/

function finding(why: string, confidence: number): AttackFinding {
  return {
    class: 'deserialization',
    detector: 'deserialization',
    why,
    confidence,
    techniques: ['T1190'],
    cwe: 'CWE-502',
  }
}

function judge(text: string): AttackFinding | undefined {
  if (gate.test(text)) {
    const construct = constructOf(text, table)
    if (construct !== undefined) return finding(construct.why, construct.confidence)
  }
  if (base64.test(text) && gadget.test(text))
    return finding('The name of a class of Java’s gadget chains, in base64', 80)
  return undefined
}

export const deserializationDetector: PartDetector = {
  id: 'deserialization',
  places: ['query', 'cookie', 'body', 'header'],
  detect(value, part) {
    const found = judge(value)
    if (found !== undefined || part.name.length < 6 || value !== part.values[0]) return found
    return judge(part.name)
  },
}
