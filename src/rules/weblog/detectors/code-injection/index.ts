// Code of Node, Java and Perl given as data: the modules and classes that start programs, prototype pollution, endless loops that
// test for evaluation. CWE-94, CWE-1321.
import { constructOf, type Construct } from '../construct.ts'
import type { AttackFinding, PartDetector } from '../../detector.ts'

const gate =
  /require|process|proto|constructor|nd_func|js_function|resolved_model|eval|function|while|nsole|\\u00|java|runtime|org\.(?:apache|omg|spring)|com\.(?:open|sun|bea)|class[.[\]]|transformer|closure|factory|@\{|__import|compile|_prefix|xmlpath|systemxml/i

const table: readonly Construct[] = [
  {
    why: 'A module of Node that starts programs or reads files',
    confidence: 90,
    pattern:
      /require\s{0,4}\(\s{0,4}["'`]?(?:child_process|fs|vm|net|os|module)\b|["'`]child_process["'`]|process\.(?:binding|mainModule|dlopen)|require\.main\b/,
    quotable: true,
  },
  {
    why: 'The environment of the Node process',
    confidence: 70,
    pattern: /(?:^|[^\w.$])process(?:\.env\b|\[\s{0,2}["'`]env)/,
    quotable: true,
  },
  {
    why: 'A function that a deserialiser of Node calls',
    confidence: 90,
    pattern: /_\$\$ND_FUNC\$\$_|__js_function/,
  },
  {
    why: 'The prototype of all objects (prototype pollution)',
    confidence: 80,
    pattern:
      /__proto__|constructor\s{0,2}[.[]\s{0,2}["']?prototype|constructor\]\[prototype|prototype\]\[constructor|:constructor:constructor|this\.constructor\.constructor|\.constructor\.constructor\(/,
    quotable: true,
  },
  {
    why: 'A chunk that React’s server components would resolve to code',
    confidence: 90,
    pattern:
      /"status"\s{0,4}:\s{0,4}"resolved_model"|\$\d{1,3}:(?:__proto__|constructor|\w{1,20}:prototype)|'_prefix'/,
  },
  {
    why: 'A string built from character codes to be evaluated',
    confidence: 80,
    pattern: /eval\(\s{0,4}(?:String\.fromCharCode|unescape|atob)|new\s{1,4}Function\s{0,4}\(/,
    quotable: true,
  },
  {
    why: 'A loop without end, which tests whether input is evaluated',
    confidence: 75,
    pattern:
      /\bwhile\s{0,4}\(\s{0,4}[!(+-]{0,4}(?:true|1|0|infinity|null|undefined|\[\]|""|''|``|new\s)\)?\)*\s{0,4};?/i,
    quotable: true,
  },
  {
    why: 'A call of the console in place of data',
    confidence: 65,
    pattern: /^\s{0,4}c(?:o|\\u006f)nsole(?:\.\w{3,8}|\[["']\w{3,8}["']\])(?:\.call)?\(/,
  },
  {
    why: 'A letter of a program written as its escape',
    confidence: 65,
    pattern: /^[\w.]{0,24}\\u00[67][0-9a-f][\w.]{1,24}(?:$|[[(.])/i,
  },
  {
    why: 'A class of Java that starts programs',
    confidence: 85,
    pattern:
      /\bjava\.lang\.(?:Runtime|ProcessBuilder|Process|Class|System|Object|String|Number|Integer|StringBuilder|Thread|reflect|ClassLoader)\b|getRuntime\s{0,4}\(\s{0,4}\)|\bjava\.(?:\w{1,20}\.)?(?:Runtime|ProcessBuilder)\b|\bProcessBuilder\.(?:evil|\w{1,20}\()/i,
    quotable: true,
  },
  {
    why: 'A class of Java that reads files, runs scripts or builds objects',
    confidence: 75,
    pattern:
      /^\S{0,60}\b(?:java\.io\.\w{4,40}|java\.net\.URL\w{0,20}|javax\.(?:script|naming|management)\.\w{2,40}|org\.apache\.commons\.?(?:collections\d?|beanutils|fileupload|io)?|org\.omg\.CORBA|org\.springframework\.\w{4,30}|com\.opensymphony\.xwork2?|com\.sun\.(?:org\.apache|rowset|jndi)|com\.bea\.core)\b(?!\s)/,
  },
  {
    why: 'The class loader reached through a bean (CVE-2022-22965)',
    confidence: 95,
    pattern:
      /class[.[](?:\]?\[?["']?)module[.[\]"']{1,4}class[Ll]oader|class\.classLoader|xmlpathcontext|FileSystemXmlApplicationContext/i,
  },
  {
    why: 'A transformer of the gadget chains of Java',
    confidence: 85,
    pattern:
      /(?:clone|instantiate|invoker|chained|constant|closure|factory)transformer|instantiatefactory|prototype(?:clone|serialization)factory|(?:for|while|transformer)closure/i,
    quotable: true,
  },
  { why: 'An interpolated block of Perl', confidence: 85, pattern: /@\{\s{0,4}\[[^\][]{1,200}\]/ },
  {
    why: 'Code that Python would import and run',
    confidence: 90,
    pattern: /__import__\s{0,2}\(|\bexec\(\s{0,4}compile\(/,
  },
]

const javaEscape = /\\u00([0-7][0-9a-f])/gi

function finding(why: string, confidence: number): AttackFinding {
  return {
    class: 'rce',
    detector: 'code-injection',
    why,
    confidence,
    techniques: ['T1190', 'T1059'],
    cwe: 'CWE-94',
  }
}

export const codeInjectionDetector: PartDetector = {
  id: 'code-injection',
  places: ['path', 'query', 'cookie', 'body', 'referer', 'user-agent', 'header'],
  detect(value, part) {
    // Names of parameters reach objects too: __proto__[x]=1, class.module.classLoader…=1.
    const named = part.name.length > 6 && value === part.values[0] && gate.test(part.name)
    const construct =
      (gate.test(value) ? constructOf(value, table) : undefined) ??
      (named ? constructOf(part.name, table) : undefined)
    if (construct !== undefined) return finding(construct.why, construct.confidence)
    if (!value.includes('\\u00')) return undefined
    const plain = value.replace(javaEscape, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    const hidden = constructOf(plain, table)
    return hidden === undefined ? undefined : finding(hidden.why, hidden.confidence)
  },
}
