// Template injection: expressions of Jinja, Twig, Freemarker, Velocity, ERB, OGNL, SpEL and EL that compute, call or reach the
// language's own objects. A plain variable ({{name}}, ${name}) is ordinary text of templates and no finding. CWE-1336.
import { constructOf, type Construct } from '../construct.ts'
import type { PartDetector } from '../../detector.ts'

const gate =
  /[{<#@%*[]\s?[{%=#$[(]|__\w{3,12}__|_memberAccess|\$\{|#(?:set|foreach|if|include|parse|evaluate)\s?\(/i

const table: readonly Construct[] = [
  {
    why: 'The opening mark of server-side code and nothing else, which breaks a template',
    confidence: 60,
    pattern: /^\s{0,8}<%=?\s{0,8}$/,
  },
  {
    why: 'An attribute that leads from any object of Python to its classes',
    confidence: 90,
    pattern:
      /[.[({|'"\]]\s{0,2}__\s?(?:class|mro|subclasses|globals|builtins|import|init|base|bases|dict|getattribute)\s?__/i,
    quotable: true,
  },
  {
    why: 'An arithmetic test inside the marks of a template',
    confidence: 85,
    pattern:
      /(?:\{\{|[$#*@]\{|<%=|\{%=?|\[\[|%\{|@\()\s{0,4}['"]?\d{1,12}['"]?\s{0,4}[*+/-]\s{0,4}['"]?\d{1,12}['"]?\s{0,4}(?:\}|%>|%\}|\]\]|\))/,
  },
  {
    why: 'A test of repetition or concatenation inside a template',
    confidence: 80,
    pattern:
      /(?:\{\{|\$\{|<%=)\s{0,4}['"][^'"{}]{0,20}['"]\s{0,4}[*+~]\s{0,4}['"\d]|\{\d\}\s{0,4}\+\s{0,4}\{\d\}|^\s{0,4}\{\{\s{0,4}\d{1,6}\s{0,4}\}\}/,
  },
  {
    why: 'A call inside the marks of a template',
    confidence: 80,
    pattern: /(?:\{\{|<%=?)[^{}<>]{0,120}[\w\])]\([^{}<>]{0,200}(?:\}\}|%>)/,
    quotable: true,
  },
  {
    why: 'An object of the template engine',
    confidence: 80,
    pattern:
      /\{\{\s{0,4}(?:config(?:\.|\s|\}|\[|\|)|self[._]|request(?:\.|\[|\|)|settings\.|app\.request|_self|dump\b|lipsum|cycler|joiner|namespace|url_for|get_flashed_messages|get_user_file|handler\.settings|\[\]|\(\)|''\.|""\.)/i,
  },
  {
    why: 'A statement of a template',
    confidence: 75,
    pattern:
      /\{%-?\s{0,4}(?:for|if|set|import|include|extends|from|block|macro|raw|load|debug|with|call|filter)\b[^{}%]{0,200}%\}/i,
    quotable: true,
  },
  {
    why: 'A directive of FreeMarker or its class loader',
    confidence: 90,
    pattern: /<#(?:assign|list|include|import|if|global|local)\b|freemarker\.template|\?new\(\)|\?api\b/i,
  },
  {
    why: 'A directive of Velocity',
    confidence: 80,
    pattern:
      /#(?:set|foreach|evaluate|include|parse)\s{0,4}\(\s{0,4}["'$]|\$(?:class|velocity|request|session)\.\w{1,20}\(?|\$\w{1,20}\.class\b/i,
  },
  {
    why: 'An expression of OGNL that reaches members of classes',
    confidence: 95,
    pattern:
      /#_memberAccess|#context\[|#(?:attr|parameters|session|application)\b\.?\[?|@[a-z]{2,12}\.[\w.$]{2,80}@\w|%\{\s{0,4}[(#@'"]|\(#\w{1,30}\s{0,4}=/i,
  },
  {
    why: 'A class reached from an expression of SpEL or EL',
    confidence: 95,
    pattern:
      /[$#*%]\{[^{}]{0,200}(?:\bT\s{0,2}\(|\.class\b|getClass\s{0,2}\(|\.forName\(|Runtime\b|ProcessBuilder|\bnew\s{1,4}java|getRuntime)|\bT\(java\.lang|pageContext\.|applicationScope|facesContext/i,
  },
  {
    why: 'A call inside an expression',
    confidence: 75,
    pattern: /[$#]\{[^{}]{0,120}\w['")\]]{0,2}\([^{}]{0,160}\}/,
    quotable: true,
  },
  {
    why: 'Code of an embedded template',
    confidence: 80,
    pattern:
      /<%[=-]?\s{0,4}(?:system|`|File\.|IO\.|Dir\.|require|eval|exec|foobar|if\b|%x|self\.|Runtime|out\.print|Response\.|import)|<%@\s{0,4}(?:page|include)/i,
  },
  {
    why: 'A switched-off context of a template engine',
    confidence: 80,
    pattern: /\{(?:system|exec|self::|\$smarty|literal|php|fetch|include\s)[^}]{0,80}\}/i,
    quotable: true,
  },
]

export const sstiDetector: PartDetector = {
  id: 'ssti',
  places: ['path', 'query', 'cookie', 'body', 'referer', 'user-agent', 'header'],
  detect(value) {
    if (!gate.test(value)) return undefined
    const construct = constructOf(value, table)
    if (construct === undefined) return undefined
    return {
      class: 'ssti',
      detector: 'ssti',
      why: construct.why,
      confidence: construct.confidence,
      techniques: ['T1190', 'T1059'],
      cwe: 'CWE-1336',
    }
  },
}
