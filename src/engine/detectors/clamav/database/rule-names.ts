// The names of the rules in a YARA source, without parsing it: comments, strings and regular expressions are stepped over,
// so that a `rule x` in them does not count. https://yara.readthedocs.io/en/stable/writingrules.html

const maxRules = 100_000

const token =
  /\/\*(?:[^]*?\*\/|[^]*$)|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|=\s*\/(?:\\.|[^/\\\n])+\/|\brule\s+([A-Za-z_][A-Za-z0-9_]{0,127})/g

export function ruleNames(source: string): string[] {
  const names: string[] = []
  token.lastIndex = 0
  for (
    let match = token.exec(source);
    match !== null && names.length < maxRules;
    match = token.exec(source)
  ) {
    if (match[1] !== undefined) names.push(match[1])
  }
  return names
}
