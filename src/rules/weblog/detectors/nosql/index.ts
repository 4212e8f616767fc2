// NoSQL injection (CWE-943): operators of MongoDB and CouchDB in the name of a parameter (`user[$ne]=1`) or in an object that the value
// becomes, and JavaScript of `$where` behind a string that the value closes. https://www.mongodb.com/docs/manual/reference/operator/query/

import type { AttackFinding, Part, PartDetector } from '../../detector.ts'
import { type Construct, constructOf } from '../construct.ts'

export const nosqlDetector: PartDetector = {
  id: 'nosql',
  places: ['query', 'cookie', 'body', 'path'],
  detect,
}

const operator =
  '(?:ne|eq|gte?|lte?|n?in|regex|exists|where|or|and|nor|not|type|mod|all|size|elemMatch|expr|function|accumulator|lookup|comment|jsonSchema|text|options|unionWith|match)'

/** An operator as a key of PHP's and Express's query strings: `name[$ne]`, also below other keys. */
const operatorInName = new RegExp(`\\[\\s{0,4}['"]?\\$${operator}['"]?\\s{0,4}\\]`)
/** An operator as the whole name of a key of a JSON body, or of a parameter. */
const operatorAsName = new RegExp(`(?:^|\\.)\\$${operator}$`)

const table: readonly Construct[] = [
  {
    why: 'gives an operator of MongoDB as the key of an object',
    confidence: 80,
    pattern: new RegExp(`[{,]\\s{0,8}["']?\\$${operator}["']?\\s{0,8}:`),
  },
  {
    why: 'adds $where, which runs JavaScript in the database',
    confidence: 80,
    pattern: /(?:^|[\s,{'"])\$where["']?\s{0,8}:/,
  },
  {
    why: 'starts with an operator of MongoDB as a key',
    confidence: 75,
    pattern: new RegExp(`^[\\s'"]{0,4}\\[\\$${operator}\\]`),
  },
  {
    why: 'adds an operator of MongoDB behind a closed string',
    confidence: 78,
    pattern: new RegExp(`["'][\\s}\\])]{0,8},\\s{0,8}["']?\\$${operator}["']?\\s{0,8}:`),
  },
  {
    why: "reads a document's fields in JavaScript behind a closed string",
    confidence: 78,
    pattern: /["']\s{0,8}(?:&&|\|\|)\s{0,8}!?\s{0,4}this\.\w{1,40}/,
  },
  {
    why: 'compares by JavaScript behind a closed string or value',
    confidence: 70,
    pattern:
      /(?:^\s{0,4}|["'\w)]\s{0,8})(?:\|\||&&)\s{0,8}["']?(\w{1,20})["']?\s{0,4}===?\s{0,4}["']?\1(?!\w)/,
  },
  {
    why: 'ends a string and runs JavaScript in the database',
    confidence: 75,
    pattern:
      /["']\s{0,8}\)?\s{0,8};\s{0,8}(?:return\b|sleep\s{0,4}\(|(?:var|it)\b.{0,20}new Date|while\s{0,4}\(|db\.)/,
  },
  {
    why: 'ends a statement and returns true to the database',
    confidence: 70,
    pattern: /^[^;"']{0,20}["']?;\s{0,8}return\b[\s(]{0,8}(?:true|!0|1)\b/,
  },
  {
    why: "calls the database's own functions of JavaScript",
    confidence: 78,
    pattern:
      /(?:^|[;'"({]\s{0,8})db\.(?:\w{1,40}\.)?(?:insert(?:One|Many)?|find(?:One)?|drop|remove|update|mapReduce|getCollectionNames|dropDatabase|injection)\s{0,4}[.(]/,
  },
]

function detect(value: string, part: Part): AttackFinding | undefined {
  if (part.name.includes('$') && (operatorInName.test(part.name) || operatorAsName.test(part.name)))
    return finding('gives an operator of MongoDB in the name of the parameter', 82)
  if (!/[$;]|&&|\|\||db\./.test(value)) return undefined
  const found = constructOf(value, table)
  return found === undefined ? undefined : finding(found.why, found.confidence)
}

function finding(why: string, confidence: number): AttackFinding {
  return { class: 'nosql', detector: 'nosql', why, confidence, techniques: ['T1190'], cwe: 'CWE-943' }
}
