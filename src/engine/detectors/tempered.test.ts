import assert from 'node:assert/strict'
import { test } from 'node:test'

import { detectContext } from '../../../test/support/detect-context.ts'
import { bytesSource } from '../source/byte-source.ts'
import { tempered } from './tempered.ts'

function scoreOf(name: string, finding: string): number {
  const scores: number[] = []
  const detector = tempered({
    id: 'sure',
    detect: (_, context) =>
      context.suspect({
        name: finding,
        offset: 0,
        score: 95,
        reasons: ['it does'],
        techniques: ['T1505.003'],
      }),
  })
  const object = {
    chain: ['a.zip', name],
    depth: 1,
    source: bytesSource(new Uint8Array(1)),
    head: new Uint8Array(1),
  }
  detector.detect(object, detectContext({ report: assert.fail, suspect: ({ score }) => scores.push(score) }))
  assert.equal(scores.length, 1)
  return scores[0] ?? 0
}

test('a page keeps its score, whatever it is called', () => {
  for (const name of ['x.php', 'x.jsp', 'x', 'x.txt', 'x.jpg', 'shell.php.bak', 'script-1']) {
    assert.equal(scoreOf(name, 'Heuristic.Webshell.PHP'), 95, name)
  }
})

test('sources and documentation that quote a page are doubted', () => {
  for (const name of ['pages.ts', 'README.md', 'rules.yar', 'lexer.c', 'Page.java', 'perl.1', 'a.json']) {
    assert.equal(scoreOf(name, 'Heuristic.Webshell.JSP'), 55, name)
  }
})

test('a page for browsers is no page of a server', () => {
  assert.equal(scoreOf('help.html', 'Heuristic.Webshell.JSP'), 55)
  assert.equal(scoreOf('help.html', 'Heuristic.Script.JavaScript'), 95)
})

test('a script is judged as what runs it', () => {
  assert.equal(scoreOf('server.js', 'Heuristic.Webshell.Node'), 95)
  assert.equal(scoreOf('server.js', 'Heuristic.Webshell.PHP'), 55)
  assert.equal(scoreOf('cgi.py', 'Heuristic.Webshell.Python'), 95)
  assert.equal(scoreOf('cgi.pl', 'Heuristic.Webshell.ASP'), 55)
})
