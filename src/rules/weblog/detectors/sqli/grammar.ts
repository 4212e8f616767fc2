// The token sequences (after folding) by which an injection is recognised, in our own notation of words.ts. A sequence says what the
// attacker's text does to the statement around it; ordinary text, even about SQL, does not form these sequences.

/** Where a sequence counts: behind a string that the value closed, in a value read as code, or in both. */
type Context = 'quoted' | 'plain' | 'any'

export interface Sequence {
  readonly context: Context
  readonly pattern: RegExp
  readonly confidence: number
  readonly why: string
}

/** An operand. */
const O = '[nstvwzfxuqb]'
/** An operand that is no bare name. */
const V = '(?:[nstvzfxuqbR]|[gh]\\()'
/** Signs and parentheses before an operand. */
const P = '[(!o]{0,12}'
/** A comment that runs to the end of the value. */
const C = '[cC]'
/** The end of a statement. */
const end = `(?:[);]{0,20}${C}?$|[);]{1,20})`
/** A comparison. */
const is = '(?:=|!?k)[=k]?'
/** A string that the value closes, and the parentheses around it. */
const Q = '^Q(?:Mw)?\\)*'
/** A number, where the value stands in the statement as it is. */
const N = '^[nt]?\\)*'

const condition = 'adds a condition that does not depend on the data'
const effect = 'calls a function for its effect on time, files or errors'
const union = 'joins a query of its own by UNION SELECT'
const cut = 'cuts off the rest of the statement by a comment'
const clause = 'adds a clause behind a value'
const own = 'starts a statement of its own'
const subquery = 'puts a query in the place of a value'

function sequence(context: Context, pattern: string, confidence: number, why: string): Sequence {
  return { context, pattern: new RegExp(pattern), confidence, why }
}

export const sequences: readonly Sequence[] = [
  sequence('any', `U\\(*A?\\(*E[A(]*(?:[nstvfxuqbzRo*cCgh(]|w[,F=.cCo]|w?$)`, 95, union),
  sequence('any', `UA?q`, 92, union),
  sequence('quoted', `${Q}\\(*U[o(]*${C}?$`, 65, 'joins a query to a closed string by a set operator'),
  sequence('plain', `^n\\)*\\(*U[o(]*${C}$`, 65, 'joins a query to a number by a set operator'),
  sequence('any', `D[^w]`, 92, 'delays the statement by WAITFOR'),
  sequence('any', `Y`, 90, 'calls PROCEDURE ANALYSE'),
  sequence(
    'any',
    `(?:[&PFdeiS]${P}|,|;\\)*|^\\(*|^r|${Q}[;o,(]*)(?:n?!?k)?x(?:[)=ko&P,;RKUBHLdel]|${C}?$)`,
    85,
    effect,
  ),
  sequence('any', `(?:=|k)${P}x`, 85, effect),
  sequence('any', `(?:[&P=k,;E]${P}|${N}\\(*)h\\([nsv(]`, 82, effect),
  sequence('plain', `^\\(*h\\($`, 62, effect),
  sequence('any', `E[A(]*x`, 88, 'selects a function that has an effect on time, files or errors'),
  sequence('any', `rX`, 88, 'runs a procedure of the system'),
  sequence('plain', `^X$`, 62, 'names a procedure of the system'),
  sequence('any', `[&P]${P}${V}\\)*${is}${P}${V}`, 85, condition),
  sequence('any', `[&P]${P}[fxq]\\)*${is}`, 80, 'adds a condition on the result of a call'),
  sequence(
    'quoted',
    `${Q}[&P]${P}${O}\\)*${is}${P}(?:${O}|R)`,
    82,
    'adds a condition behind a closed string',
  ),
  sequence('plain', `${N}&${P}${O}${is}${P}${V}${end}`, 70, 'adds a condition behind a number'),
  sequence('plain', `${N}[&P]${P}q`, 75, subquery),
  sequence('plain', `${N}&${P}w=${P}[wnsR]${end}`, 62, 'is a condition to be added to a statement'),
  sequence('plain', `${N}&${P}[ntvf]C$`, 65, 'adds an operand and cuts off the rest by a comment'),
  // Two operands side by side: a probe for the error that they cause.
  sequence('plain', `^n\\)+&${P}n{1,3}c$`, 65, cut),
  sequence('plain', `${N}&${P}nB`, 75, clause),
  sequence('quoted', `${Q}[&P]${P}${V}[BH]`, 78, clause),
  sequence(
    'quoted',
    `${Q}[&P]${P}(?:[nstvfxqz]|wk?)\\)*;*${C}`,
    72,
    'adds an operand and cuts off the rest by a comment',
  ),
  sequence(
    'quoted',
    `${Q}[&P]${P}(?:t\\)*|s|(?:[stvwzfxuq]|${O}(?:[o=k]|&))?R)$`,
    70,
    'joins a closed string with another condition',
  ),
  sequence('quoted', `${Q}[&P]${P}[xfqz]`, 75, 'adds a call behind a closed string'),
  sequence('quoted', `${Q}[,oPk=]*${P}(?:[qx]|\\(E)`, 80, subquery),
  sequence('quoted', `${Q}[oPk=]+${P}(?:[fu]|wP)[oP]?R$`, 75, 'puts a call between two strings'),
  sequence(
    'quoted',
    `${Q}[ok=P]+${P}(?:${O}${is}${P}${V}(?:$|[cC)&;PR])|${V}${is}${P}${O}(?:$|[cC)&;PR])|${O}${is}${P}R|wkR)`,
    78,
    'compares what it puts behind a closed string',
  ),
  sequence(
    'quoted',
    `${Q}[ok=P]${P}${O}[&P]${P}(?:${V}|R)`,
    70,
    'joins a closed string with another condition',
  ),
  sequence('quoted', `${Q}(?:!?[ok=P]{1,3}${P}[wnt]?|k)\\)*${C}$`, 65, cut),
  sequence('quoted', `${Q}!?[=k]{1,2}o*R$`, 62, 'compares a closed string with another one'),
  sequence('quoted', `${Q}PR$`, 62, 'joins two strings'),
  sequence('quoted', `${Q};*${C}$`, 65, cut),
  sequence('quoted', `${Q};+[(]*(?:S|r|[qfx]|E[(A]*${V}|E.{0,40}F|j)`, 85, own),
  sequence('quoted', `${Q}S(?:w|u|z|v)`, 75, own),
  sequence('plain', `^[nw]?\\)*;+[(]*(?:S[^~]|E[(A]*(?:${V}|o(?:F|$))|E.{0,40}F|[qx])`, 75, own),
  sequence('plain', `^[nw]?\\)+;+[(]*[gfxSEq]`, 75, own),
  sequence('any', `;S(?:v|z|X|wK|w?\\)*;*${C})`, 80, own),
  sequence('any', `[Sr][wz]K[w(]=${P}${O}`, 72, 'writes to a table'),
  sequence('any', `S[wuzf]K[(bu]`, 75, 'writes to a table'),
  sequence('any', `S[wz]F[sR]`, 75, 'reads a file into a table'),
  sequence('plain', `^r[wzX]F[sR]`, 70, 'reads a file into a table'),
  sequence('plain', `^rv[wu=]`, 75, own),
  sequence('plain', `^Su;`, 62, own),
  sequence('plain', `^&[nt][cC]`, 62, cut),
  sequence('quoted', `${Q}[BHL]${P}(?:${V}|w(?:[,=]|${C}))`, 80, clause),
  sequence('plain', `^n\\)*B${P}[nxfuqtsv]`, 75, clause),
  sequence('plain', `^B${P}[nxfqtv](?:,[nstvxfqw]){0,100}${C}?$`, 62, 'is an ORDER BY or GROUP BY by number'),
  sequence('any', `[HW]${P}${V}${is}${P}${V}`, 78, condition),
  sequence('any', `i${P}${O}(?:${is}${P}${O})?\\)*d${P}[nsqxvft(]`, 80, 'chooses by CASE WHEN'),
  sequence('plain', `^E[A(]*[vfxqt](?:[,;F]|${C}?$)`, 75, 'selects a variable or a function'),
  sequence('any', `E${P}${V}(?:,${O}){2,200}F`, 72, 'is a query'),
  sequence('any', `Ew?[nt](?:,[nstf]){2}`, 78, 'counts the columns of a query'),
  sequence('any', `\\(E[A(]*[gh]\\(`, 75, subquery),
  sequence('any', `E.{0,80}F\\(*z`, 80, 'reads a table of the catalogue'),
  sequence('plain', `^E[A(o]*[nsvfzgb]\\(?[^~]{0,80}F`, 65, 'is a query'),
  sequence('plain', `^E\\(?w,[nfbu][^~]{0,80}F`, 62, 'is a query'),
  sequence('plain', `^Eg\\(`, 65, 'is a query'),
  sequence('plain', `^w\\)*[&P]${P}[qx]`, 75, subquery),
  sequence('plain', `^w\\)*Bn(?:,n)*[cC]`, 70, clause),
  sequence('plain', `^n\\)*q`, 75, subquery),
  sequence('plain', `^[nw]~[oP]+\\(*[qxE]`, 75, subquery),
  sequence('any', `;[(]*fE`, 80, own),
  sequence('plain', `^n&EA*[nstvw]`, 72, subquery),
  sequence('any', `[gh]\\([^~]{0,40}\\(E`, 72, subquery),
  sequence('any', `\\(E\\(j`, 78, subquery),
  sequence('plain', `^nUn,n`, 70, union),
  sequence('plain', `^nW${P}${O}${is}${P}${O}[cC]`, 70, clause),
  sequence('quoted', `${Q}[fxq][&=]`, 70, 'puts a call behind a closed string'),
  sequence('quoted', `${Q}r(?:v|[wz]K)`, 80, own),
  sequence('plain', `^\\)Kw?F`, 65, 'ends a subquery of the statement'),
  sequence('plain', `^\\(${V}=${V}\\)o`, 62, condition),
  sequence('plain', `^F(?:[(]*E|z|q)`, 72, subquery),
  sequence('plain', `^\\(*q[o)]*${C}?$`, 75, subquery),
  sequence('plain', `^(?:[(!fqvb]|[ns](?:C$|[&=k(]))[(!Efqvbns&k=)oP]{0,20}[cC]$`, 60, cut),
  sequence('any', `I[sRnfxb(]`, 85, 'writes a file by INTO OUTFILE'),
]
